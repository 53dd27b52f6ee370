package io.siskin.server.http;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A page that takes some time to make. It is made by a thread of its own, one at a time, so that it
 * holds up no network thread; some requests may wait for it. Safe for concurrent use.
 */
final class SlowPage implements Endpoint, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SlowPage.class);
  private static final int WAITING_MAX = 16;
  private static final int IDLE_SECONDS = 60;

  private final Page.Source source;
  private final ThreadPoolExecutor thread;

  /**
   * Creates the page.
   *
   * @param source makes it
   */
  SlowPage(Page.Source source) {
    this.source = source;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().daemon().name("siskin-http-pages-", 0).factory());
    thread.allowCoreThreadTimeOut(true);
  }

  @Override
  public Runnable answer(Request request, Consumer<Answer> reply) {
    if (!request.isRead()) {
      reply.accept(Site.otherMethod(List.of("GET", "HEAD")));
      return NOTHING_TO_CANCEL;
    }
    try {
      thread.execute(() -> make(request, reply));
    } catch (RejectedExecutionException full) {
      reply.accept(
          Answer.error(503, "too many requests wait for this page; try again later")
              .with("Retry-After", "1"));
    }
    return NOTHING_TO_CANCEL;
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: the one who asks gets an answer.
  private void make(Request request, Consumer<Answer> reply) {
    Answer answer;
    try {
      Page page = source.make(request.header("Accept"));
      answer = Answer.of(page.status(), page.type(), page.body());
    } catch (RuntimeException failed) {
      LOG.error("{} cannot be made", request.path(), failed);
      answer = Answer.error(500, "internal error");
    }
    reply.accept(answer);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
