package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.siskin.server.search.Cancellation;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What waiting writes take, and what callers are told when it is too much. */
final class WriteQueueTest {
  private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);

  private final WriteQueue queue = new WriteQueue(1_000);

  private static WriteTask write(long bytes) {
    return new WriteTask.Upsert(
        "", List.of(), bytes, WaitFor.DURABLE, Cancellation.NEVER, null, new CompletableFuture<>());
  }

  private WritesOverloadedException refusal() {
    return catchThrowableOfType(WritesOverloadedException.class, () -> queue.add(write(600)));
  }

  @Test
  void theReasonOfARefusalIsWhatTheWritesWaitFor() {
    queue.add(write(600));
    assertThat(queue.lengthBytes()).isEqualTo(600);
    assertThat(refusal().reason()).isEqualTo(WritesOverloadedException.Reason.QUEUE_FULL);
    queue.waitForMemory(987_654);
    WritesOverloadedException memory = refusal();
    assertThat(memory.reason()).isEqualTo(WritesOverloadedException.Reason.MEMORY_FULL);
    assertThat(memory).hasMessageContainingAll("600 bytes", "1000", "987654 bytes");
    queue.waitForMemory(0);
    assertThat(refusal().reason()).isEqualTo(WritesOverloadedException.Reason.QUEUE_FULL);
  }

  @Test
  void stepsAreNeverRefused() throws InterruptedException {
    queue.add(write(1_000));
    queue.waitForMemory(1);
    queue.add(new WriteTask.Step(() -> {}, new CompletableFuture<>()));
    assertThat(queue.take(Long.MAX_VALUE, true, 0)).hasSize(1);
    assertThat(queue.take(Long.MAX_VALUE, false, 0)).hasSize(1);
    assertThat(queue.lengthBytes()).isZero();
    assertThatThrownBy(
            () -> {
              queue.add(write(600));
              queue.add(write(600));
            })
        .isInstanceOf(WritesOverloadedException.class);
  }

  /**
   * Otherwise whoever closes or drops a collection waits for the writer's next look at its clock.
   */
  @Test
  @Timeout(120)
  void aWriterThatWaitsLearnsThatTheQueueIsClosed() throws Exception {
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
