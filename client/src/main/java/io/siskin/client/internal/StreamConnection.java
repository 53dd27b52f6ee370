package io.siskin.client.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.siskin.client.SearchException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One open stream of requests. Matches answers to requests by an id that it counts up.
 *
 * <p>Safe for concurrent use. Requests are sent under a monitor, because gRPC's call objects are
 * not thread-safe.
 *
 * @param <Q> a request
 * @param <A> its answer
 */
public final class StreamConnection<Q, A> {
  private final Duration defaultDeadline;
  private final Semaphore permits;
  private final Map<Long, CompletableFuture<A>> pending = new ConcurrentHashMap<>();
  private final AtomicLong nextId = new AtomicLong();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Call<Q, A, ?, ?> call;

  // Why nothing more can be sent: the stream broke, the server ended it, or it was closed here.
  @GuardedBy("this")
  private @Nullable SearchException failure;

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private long longestDeadlineNanos;

  private <M, P> StreamConnection(
      StreamExchange<Q, A, M, P> exchange,
      int inFlightMax,
      Duration defaultDeadline,
      ErrorMapper errors) {
    this.permits = new Semaphore(inFlightMax);
    this.defaultDeadline = defaultDeadline;
    this.longestDeadlineNanos = toNanos(defaultDeadline);
    this.call = new Call<>(exchange, errors, this);
  }

  /**
   * Opens a stream.
   *
   * @param exchange what the messages are
   * @param inFlightMax how many requests may be unanswered
   * @param defaultDeadline the deadline of requests without one
   * @param errors translates what ends the stream
   */
  static <Q, A, M, P> StreamConnection<Q, A> open(
      StreamExchange<Q, A, M, P> exchange,
      int inFlightMax,
      Duration defaultDeadline,
      ErrorMapper errors) {
    StreamConnection<Q, A> stream =
        new StreamConnection<>(exchange, inFlightMax, defaultDeadline, errors);
    stream.call.open();
    return stream;
  }

  /**
   * Sends a request once fewer than the allowed number of requests are unanswered. Waits for that.
   *
   * @param request the request
   */
  public CompletableFuture<A> submit(Q request) {
    long id = nextId.getAndIncrement();
    Runnable sending = call.sending(id, request, deadline(request));
    acquirePermit();
    CompletableFuture<A> answer = new CompletableFuture<>();
    // Before it is sent: the answer may come before this returns. And before the check for failure:
    // a stream that breaks now either finds the answer among the pending ones or is seen to be
    // broken.
    pending.put(id, answer);
    synchronized (this) {
      if (closed) {
        var _ = settle(id);
        throw new IllegalStateException("the stream is closed");
      }
      if (failure != null) {
        fail(id, failure);
      } else {
        sending.run();
      }
    }
    return answer;
  }

  /**
   * Half-closes, waits for the outstanding answers, and cancels the stream if they take longer than
   * the longest deadline of its requests.
   */
  public void close() {
    long patienceNanos;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      if (failure != null) {
        return;
      }
      patienceNanos = longestDeadlineNanos;
      call.complete();
    }
    boolean inTime = false;
    try {
      inTime = ended.await(patienceNanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!inTime) {
      call.cancel("the stream was closed before its answers came");
    }
  }

  /** Ends the stream; what is outstanding fails as cancelled. Does not wait. */
  public void cancel() {
    synchronized (this) {
      closed = true;
    }
    call.cancel("the stream was cancelled by the caller");
  }

  private Duration deadline(Q request) {
    Duration own = call.exchange.deadline().apply(request);
    Duration deadline = own == null ? defaultDeadline : own;
    synchronized (this) {
      longestDeadlineNanos = Math.max(longestDeadlineNanos, toNanos(deadline));
    }
    return deadline;
  }

  private static long toNanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration); // Saturates where toNanos would throw.
  }

  private void acquirePermit() {
    try {
      permits.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SearchException.Cancelled("interrupted while waiting to submit", e);
    }
  }

  private void end(SearchException reason) {
    synchronized (this) {
      failure = reason;
    }
    for (Long id : pending.keySet()) {
      fail(id, reason);
    }
    ended.countDown();
  }

  private void fail(long id, SearchException reason) {
    CompletableFuture<A> answer = settle(id);
    if (answer != null) {
      answer.completeExceptionally(reason);
    }
  }

  /**
   * Forgets a request and gives its place to another one.
   *
   * @return the future of its answer; null when it was forgotten before
   */
  private @Nullable CompletableFuture<A> settle(long id) {
    CompletableFuture<A> answer = pending.remove(id);
    if (answer != null) {
      permits.release();
    }
    return answer;
  }

  /** The call itself; only this class knows its messages. */
  private static final class Call<Q, A, M, P> implements ClientResponseObserver<M, P> {
    private final StreamExchange<Q, A, M, P> exchange;
    private final ErrorMapper errors;
    private final StreamConnection<Q, A> stream;

    // Set while the call is opened, which is before anything is sent.
    private volatile @Nullable ClientCallStreamObserver<M> requests;

    Call(StreamExchange<Q, A, M, P> exchange, ErrorMapper errors, StreamConnection<Q, A> stream) {
      this.exchange = exchange;
      this.errors = errors;
      this.stream = stream;
    }

    void open() {
      exchange.open().accept(this);
    }

    /** Translates a request; what it returns sends it, and is run under the stream's monitor. */
    Runnable sending(long id, Q request, Duration timeout) {
      M message =
          exchange
              .requests()
              .of(
                  id,
                  request,
                  com.google.protobuf.Duration.newBuilder()
                      .setSeconds(timeout.getSeconds())
                      .setNanos(timeout.getNano())
                      .build());
      return () -> Objects.requireNonNull(requests).onNext(message);
    }

    void complete() {
      Objects.requireNonNull(requests).onCompleted();
    }

    void cancel(String why) {
      Objects.requireNonNull(requests).cancel(why, null);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<M> started) {
      requests = started;
    }

    @Override
    @SuppressWarnings("IllegalCatch") // What the translation throws must reach the caller.
    public void onNext(P response) {
      StreamExchange.Outcome<A> outcome = exchange.responses().apply(response);
      CompletableFuture<A> answer = stream.settle(outcome.id());
      if (answer == null) {
        return;
      }
      try {
        answer.complete(outcome.answer().get());
      } catch (RuntimeException failed) {
        answer.completeExceptionally(failed);
      }
    }

    @Override
    public void onError(Throwable error) {
      stream.end(errors.toException(error));
    }

    @Override
    public void onCompleted() {
      stream.end(new SearchException.Unavailable("the server ended the stream", null));
    }
  }
}
