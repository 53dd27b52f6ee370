package io.siskin.server.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the writes of one caller in the order in which they came, although some of them are ready
 * sooner than others because they have nothing to encode.
 *
 * <p>Safe for concurrent use.
 */
public final class WriteOrder {
  @GuardedBy("this")
  private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

  /**
   * Returns what is completed when both something is ready and everything that came before it has
   * been handed over.
   *
   * @param ready the thing, to come
   * @param handOver takes the thing, or why it is not ready
   */
  <T> void then(CompletableFuture<T> ready, Handler<T> handOver) {
    CompletableFuture<?> mine;
    synchronized (this) {
      CompletableFuture<?> before = last;
      mine =
          before
              .handle((_, _) -> null)
              .thenCombine(ready.handle(Outcome::new), (_, one) -> one)
              .thenCompose(one -> handOver.accept(one.value, one.failure));
      last = mine;
    }
  }

  private record Outcome<T>(@Nullable T value, @Nullable Throwable failure) {}

  /** Takes what is ready, or why it is not. */
  @FunctionalInterface
  interface Handler<T> {
    /**
     * Takes one of both; the other one is null. Returns what is completed when it is handed over.
     */
    CompletableFuture<?> accept(@Nullable T value, @Nullable Throwable failure);
  }
}
