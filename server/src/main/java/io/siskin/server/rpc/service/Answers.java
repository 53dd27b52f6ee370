package io.siskin.server.rpc.service;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

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
                // What depends on a failed future fails with an envelope around the failure.
                Throwable cause = error instanceof CompletionException ? error.getCause() : null;
                caller.failed(cause == null ? error : cause);
              }
            });
  }
}
