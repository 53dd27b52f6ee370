package io.siskin.server.rpc.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.server.rpc.FakeRetriever;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdmissionControlTest {
  private static final long INLINE_MAX = 1_000;

  private final AdmissionControl admission = new AdmissionControl(1, 2, INLINE_MAX);
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void close() {
    gate.countDown();
    assertThat(admission.close(Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
  }

  @Test
  void smallTasksRunOnTheCallingThreadWithoutWaiting() {
    Probe probe = new Probe();
    admission.admit(INLINE_MAX, probe);

    assertThat(probe.done.getCount()).isZero();
    assertThat(probe.thread).isSameAs(Thread.currentThread());
    assertThat(probe.queueNanos).isZero();
  }

  @Test
  void otherTasksRunOnASearchThread() {
    Probe probe = new Probe();
    admission.admit(INLINE_MAX + 1, probe);

    FakeRetriever.await(probe.done);
    assertThat(probe.thread).isNotSameAs(Thread.currentThread());
    assertThat(probe.queueNanos).isPositive();
  }

  @Test
  void whatWaitsIsCountedAndTold() {
    occupyTheThread();
    Probe waiting = new Probe();
    long before = System.nanoTime();
    admission.admit(FakeRetriever.LARGE, waiting);
    long admitted = System.nanoTime();

    assertThat(admission.queuedCount()).isEqualTo(1);
    long released = System.nanoTime();
    gate.countDown();
    FakeRetriever.await(waiting.done);
    assertThat(waiting.queueNanos).isBetween(released - admitted, System.nanoTime() - before);
  }

  @Test
  void aFullQueueRefusesAtOnceButNotSmallTasks() {
    occupyTheThread();
    admission.admit(FakeRetriever.LARGE, new Probe());
    admission.admit(FakeRetriever.LARGE, new Probe());
    Probe refused = new Probe();

    assertThatThrownBy(() -> admission.admit(FakeRetriever.LARGE, refused))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("2 searches are waiting");
    assertThat(refused.thread).isNull();
    Probe small = new Probe();
    admission.admit(0, small);
    assertThat(small.done.getCount()).isZero();
  }

  @Test
  void abandonedTasksMakeRoomAndAreAnswered() {
    occupyTheThread();
    Probe abandoned = new Probe();
    Probe living = new Probe();
    admission.admit(FakeRetriever.LARGE, abandoned);
    admission.admit(FakeRetriever.LARGE, living);
    abandoned.abandoned = true;
    Probe late = new Probe();
    admission.admit(FakeRetriever.LARGE, late);

    assertThat(abandoned.done.getCount()).as("answered at once").isZero();
    assertThat(living.done.getCount()).as("still waiting").isEqualTo(1);
    gate.countDown();
    FakeRetriever.await(living.done);
    FakeRetriever.await(late.done);
  }

  @Test
  void closingFinishesWhatWasAdmittedAndRefusesTheRest() {
    occupyTheThread();
    Probe waiting = new Probe();
    admission.admit(FakeRetriever.LARGE, waiting);

    assertThat(admission.close(Duration.ZERO)).as("ended already").isFalse();
    assertThatThrownBy(() -> admission.admit(FakeRetriever.LARGE, new Probe()))
        .isInstanceOf(DrainingException.class);
    gate.countDown();
    FakeRetriever.await(waiting.done);
    assertThat(admission.close(Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
  }

  @Test
  void aTaskThatThrowsDoesNotTakeTheThreadWithIt() {
    admission.admit(
        FakeRetriever.LARGE,
        new AdmissionControl.Task() {
          @Override
          public void execute(long queueNanos) {
            throw new AssertionError("thrown by the test");
          }

          @Override
          public boolean isAbandoned() {
            return false;
          }
        });
    Probe next = new Probe();
    admission.admit(FakeRetriever.LARGE, next);

    FakeRetriever.await(next.done);
  }

  private void occupyTheThread() {
    CountDownLatch entered = new CountDownLatch(1);
    admission.admit(
        FakeRetriever.LARGE,
        new AdmissionControl.Task() {
          @Override
          public void execute(long queueNanos) {
            entered.countDown();
            FakeRetriever.await(gate);
          }

          @Override
          public boolean isAbandoned() {
            return false;
          }
        });
    FakeRetriever.await(entered);
  }

  private static final class Probe extends AdmissionControl.Task {
    final CountDownLatch done = new CountDownLatch(1);
    volatile @Nullable Thread thread;
    volatile long queueNanos = -1;
    volatile boolean abandoned;

    @Override
    public void execute(long nanos) {
      queueNanos = nanos;
      thread = Thread.currentThread();
      done.countDown();
    }

    @Override
    public boolean isAbandoned() {
      return abandoned;
    }
  }
}
