package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class WriteQueueTest {
  private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);

  /**
   * Otherwise whoever closes or drops a collection waits for the writer's next look at its clock.
   */
  @Test
  @Timeout(120)
  void aWriterThatWaitsLearnsThatTheQueueIsClosed() throws Exception {
    WriteQueue queue = new WriteQueue(1 << 20);
    CompletableFuture<List<WriteTask>> taken = new CompletableFuture<>();
    Thread writer =
        new Thread(
            () -> {
              try {
                taken.complete(queue.take(1 << 20, false, HOUR_NANOS));
              } catch (InterruptedException e) {
                taken.completeExceptionally(e);
              }
            });
    writer.start();
    while (writer.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    IllegalStateException reason = new IllegalStateException("it ends");
    assertThat(queue.close(reason)).isEmpty();
    assertThat(taken.get()).isEmpty();
    assertThat(queue.take(1 << 20, false, HOUR_NANOS)).isEmpty();
    assertThatThrownBy(() -> queue.add(new WriteTask.Step(() -> {}, new CompletableFuture<>())))
        .isSameAs(reason);
  }
}
