package io.siskin.server.http;

import java.util.function.Consumer;

/** What answers the requests for some paths. Safe for concurrent use. */
@FunctionalInterface
interface Endpoint {
  /** What is returned for an answer that cannot be cancelled any more. */
  Runnable NOTHING_TO_CANCEL = () -> {};

  /**
   * Answers a request. Called on a network thread, which it must not hold up: what takes longer is
   * to be done by another thread.
   *
   * @param request the request
   * @param reply takes the answer, once, from any thread
   * @return gives the work up when it is run, because nobody waits for the answer; an answer may
   *     come nevertheless
   */
  Runnable answer(Request request, Consumer<Answer> reply);
}
