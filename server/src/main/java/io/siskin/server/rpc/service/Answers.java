package io.siskin.server.rpc.service;

import java.util.concurrent.CompletableFuture;

/** Hands what is to come to the one who asked for it. */
final class Answers {
  private Answers() {}

  /**
   * Answers a caller once the answer is there, on the thread that completes it.
   *
   * @param answer the answer, to come
   * @param caller who gets it
   */
  static <A> void hand(CompletableFuture<A> answer, Caller<A> caller) {
    CompletableFuture<?> _ =
        answer.whenComplete(
            (message, error) -> {
              if (error == null) {
                caller.succeeded(message);
              } else {
                caller.failed(error);
              }
            });
  }
}
