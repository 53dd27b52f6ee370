package io.siskin.server.rpc.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.server.rpc.FakeRetriever;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
  void encodedSearchesTakeNoPlaceFromOthers() {
    occupyTheThread();
    for (int i = 0; i < 5; i++) {
      admission.admitPromised(new Probe());
    }
    assertThat(admission.isFull()).isFalse();
    admission.admit(FakeRetriever.LARGE, new Probe());
    admission.admit(FakeRetriever.LARGE, new Probe());

    assertThat(admission.isFull()).isTrue();
    assertThatThrownBy(() -> admission.admit(FakeRetriever.LARGE, new Probe()))
        .isInstanceOf(OverloadedException.class);
    assertThat(admission.counts().waitingEncoded()).isEqualTo(5);
    assertThat(admission.counts().waiting()).isEqualTo(2);
    assertThat(admission.queuedCount()).isEqualTo(7);
  }

  @Test
  void aFullQueueOfEncodedSearchesRefusesTextsUntilOneRuns() {
    occupyTheThread();
    Probe first = new Probe();
    admission.admitPromised(first);
    admission.checkPromise();
    Probe second = new Probe();
    admission.admitPromised(second);

    assertThatThrownBy(admission::checkPromise).isInstanceOf(OverloadedException.class);
    assertThat(admission.counts().refused()).isEqualTo(1);
    gate.countDown();
    FakeRetriever.await(first.done);
    FakeRetriever.await(second.done);
    admission.checkPromise();
    assertThat(admission.counts().waitingEncoded()).isZero();
  }

  @Test
  void workIsAmpleOnceManyTasksWaitForEachThread() {
    AdmissionControl large = new AdmissionControl(1, 64, INLINE_MAX);
    CountDownLatch blocker = new CountDownLatch(1);
    CountDownLatch entered = new CountDownLatch(1);
    large.admit(
        FakeRetriever.LARGE,
        new Probe() {
          @Override
          public void execute(long nanos) {
            entered.countDown();
            FakeRetriever.await(blocker);
          }
        });
    FakeRetriever.await(entered);
    for (int i = 1; i <= 32; i++) {
      large.admitPromised(new Probe());
      assertThat(large.hasAmpleWork()).as("with small work only").isFalse();
    }
    for (int i = 1; i <= 32; i++) {
      large.admit(FakeRetriever.LARGE, new Probe());
      assertThat(large.hasAmpleWork()).as("with " + i).isEqualTo(i == 32);
    }
    blocker.countDown();
    assertThat(large.close(Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
    assertThat(large.hasAmpleWork()).isFalse();
  }

  @Test
  void aCallThatIsRefusedUnreadIsCountedAsRefused() {
    assertThat(admission.refuseUnread()).hasMessageContaining("2 searches are waiting");
    assertThat(admission.counts().refused()).isEqualTo(1);
    assertThat(admission.counts().refusedUnread()).isEqualTo(1);
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
    assertThatThrownBy(() -> admission.admitPromised(new Probe()))
        .isInstanceOf(DrainingException.class);
    assertThat(admission.counts().waiting()).isEqualTo(1);
    assertThat(admission.counts().waitingEncoded()).isZero();
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
          public void refuse(OverloadedException reason) {
            throw new AssertionError(reason);
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

  @Test
  void bulkWorkHasPlacesOfItsOwnAndWaitsForSearches() throws Exception {
    // Bulk work alone earns nothing and pays nothing.
    occupyTheThread(Demand.ofOther("a", WorkClass.BULK, 1));
    List<String> order = new CopyOnWriteArrayList<>();
    Ordered scroll = new Ordered("scroll", order);
    Ordered search = new Ordered("search", order);
    admission.admit(Demand.ofOther("a", WorkClass.BULK, 1), scroll);
    admission.admit(Demand.ofOther("a", WorkClass.BULK, 1), new Ordered("scroll", order));
    admission.admit(search(""), search);
    admission.admit(search(""), new Ordered("search", order));

    assertThatThrownBy(() -> admission.admit(Demand.ofOther("b", WorkClass.BULK, 1), new Probe()))
        .isInstanceOf(OverloadedException.class);
    assertThat(admission.counts().waiting()).isEqualTo(2);
    assertThat(admission.counts().waitingBulk()).isEqualTo(2);
    gate.countDown();
    assertThat(admission.close(Duration.ofSeconds(FakeRetriever.WAIT_SECONDS))).isTrue();
    // The first search earns bulk work a little, which it may use before the second search.
    assertThat(order).hasSize(4).startsWith("search");
  }

  @Test
  void aFullQueueGivesAPlaceToACallerWithFewerTasks() {
    occupyTheThread();
    Probe first = new Probe();
    Probe newest = new Probe();
    admission.admit(search("flood"), first);
    admission.admit(search("flood"), newest);
    assertThat(admission.isFullFor("flood")).isTrue();
    assertThat(admission.isFullFor("other")).isFalse();
    Probe other = new Probe();
    admission.admit(search("other"), other);

    assertThat(newest.refused).isTrue();
    assertThat(first.refused).isFalse();
    assertThat(admission.counts().displaced()).isEqualTo(1);
    assertThat(admission.counts().waiting()).isEqualTo(2);
    assertThat(admission.isFullFor("other")).isTrue();
    assertThatThrownBy(() -> admission.admit(search("other"), new Probe()))
        .isInstanceOf(OverloadedException.class);
    assertThatThrownBy(() -> admission.admit(search("flood"), new Probe()))
        .isInstanceOf(OverloadedException.class);
  }

  @Test
  void aPromisedTaskIsNeverDisplaced() {
    occupyTheThread();
    List<Probe> promised = List.of(new Probe(), new Probe(), new Probe());
    promised.forEach(probe -> admission.admitPromised(search("flood"), probe));
    admission.admit(search("flood"), new Probe());
    Probe newest = new Probe();
    admission.admit(search("flood"), newest);
    admission.admitPromised(search("flood"), promised.getFirst());
    admission.admit(search("other"), new Probe());

    assertThat(newest.refused).isTrue();
    assertThat(promised).noneMatch(probe -> probe.refused);
  }

  @Test
  void aDeadlineOutOfReachIsRefusedOnlyWhileOthersWait() throws Exception {
    // Whatever the machine: each of these takes a millisecond or more for 2,000 postings.
    for (int i = 0; i < ServiceTime.COUNT_MIN; i++) {
      Probe probe =
          new Probe() {
            @Override
            public void execute(long nanos) {
              LockSupport.parkNanos(2_000_000);
              super.execute(nanos);
            }
          };
      admission.admit(Demand.ofSearch("", 2_000, Long.MAX_VALUE), probe);
      FakeRetriever.await(probe.done);
    }
    Probe alone = new Probe();
    admission.admit(Demand.ofSearch("", 2_000, 1), alone);
    FakeRetriever.await(alone.done);
    occupyTheThread();
    Probe next = new Probe();
    admission.admit(Demand.ofSearch("", 2_000, 1), next);

    assertThatThrownBy(() -> admission.admit(Demand.ofSearch("", 2_000, 1_000), new Probe()))
        .isInstanceOf(DeadlineOutOfReachException.class)
        .extracting(e -> ((DeadlineOutOfReachException) e).retryAfter().toMillis())
        .satisfies(millis -> assertThat((long) millis).isPositive());
    assertThat(admission.counts().refusedLate()).isEqualTo(1);
    admission.admit(Demand.ofSearch("", 2_000, TimeUnit.HOURS.toNanos(1)), new Probe());
  }

  private static Demand search(String caller) {
    return Demand.ofSearch(caller, FakeRetriever.LARGE, Long.MAX_VALUE);
  }

  private static final class Ordered extends Probe {
    private final String name;
    private final List<String> order;

    Ordered(String name, List<String> order) {
      this.name = name;
      this.order = order;
    }

    @Override
    public void execute(long nanos) {
      order.add(name);
      super.execute(nanos);
    }
  }

  private void occupyTheThread() {
    occupyTheThread(search(""));
  }

  private void occupyTheThread(Demand demand) {
    CountDownLatch entered = new CountDownLatch(1);
    admission.admit(
        demand,
        new AdmissionControl.Task() {
          @Override
          public void execute(long queueNanos) {
            entered.countDown();
            FakeRetriever.await(gate);
          }

          @Override
          public void refuse(OverloadedException reason) {
            throw new AssertionError(reason);
          }

          @Override
          public boolean isAbandoned() {
            return false;
          }
        });
    FakeRetriever.await(entered);
  }

  private static class Probe extends AdmissionControl.Task {
    final CountDownLatch done = new CountDownLatch(1);
    volatile @Nullable Thread thread;
    volatile long queueNanos = -1;
    volatile boolean abandoned;
    volatile boolean refused;

    @Override
    public void execute(long nanos) {
      queueNanos = nanos;
      thread = Thread.currentThread();
      done.countDown();
    }

    @Override
    public void refuse(OverloadedException reason) {
      refused = true;
      done.countDown();
    }

    @Override
    public boolean isAbandoned() {
      return abandoned;
    }
  }
}
