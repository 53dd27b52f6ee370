package io.siskin.server.rpc.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Plays a queue and its threads through on a clock of its own, so that no machine is too slow. */
final class FairQueueTest {
  private static final int ROUNDS = 20_000;

  private final FairQueue<Integer> queue = new FairQueue<>();

  private static Demand search(String caller, long postings) {
    return Demand.ofSearch(caller, postings, Long.MAX_VALUE);
  }

  @Test
  void bulkWorkGetsItsShareAndNoMoreWhileSearchesWait() {
    long seed = Seeds.next();
    Random random = new Random(seed);
    Map<WorkClass, Long> served = new HashMap<>();
    for (int i = 0; i < ROUNDS; i++) {
      while (queue.count(WorkClass.INTERACTIVE) < 3) {
        queue.add(i, search("a", 1 + random.nextInt(1_000)), false);
      }
      while (queue.count(WorkClass.BULK) < 3) {
        queue.add(i, Demand.ofOther("b", WorkClass.BULK, 1 + random.nextInt(1_000)), false);
      }
      FairQueue.Entry<Integer> entry = queue.poll(true);
      // Bulk work is often longer than its estimate says.
      long nanos = entry.demand().postings() * (entry.demand().kind() == WorkClass.BULK ? 7L : 1L);
      queue.served(entry, nanos);
      served.merge(entry.demand().kind(), nanos, Long::sum);
    }
    double bulk = served.get(WorkClass.BULK);
    assertThat(100 * bulk / (bulk + served.get(WorkClass.INTERACTIVE)))
        .as("seed %d", seed)
        .isBetween(FairQueue.BULK_SHARE_PERCENT - 0.5, FairQueue.BULK_SHARE_PERCENT + 0.5);
  }

  @Test
  void bulkWorkAlonePaysNothingAndSearchesGoFirst() {
    for (int i = 0; i < 10; i++) {
      queue.add(i, Demand.ofOther("b", WorkClass.BULK, 1), false);
    }
    for (int i = 0; i < 5; i++) {
      queue.served(queue.poll(true), 1_000_000_000);
    }
    queue.add(100, search("a", 1), false);
    FairQueue.Entry<Integer> first = queue.poll(true);
    assertThat(first.item()).isEqualTo(100);
    queue.served(first, 1_000);
    queue.add(101, search("a", 1), false);
    assertThat(queue.poll(true).item()).as("what was earned at once").isEqualTo(5);
    assertThat(queue.poll(false).item()).isEqualTo(101);
    assertThat(queue.poll(false)).as("no thread for bulk work").isNull();
  }

  @Test
  void aFloodTakesHalfOfTheWorkFromOneOtherCallerAndNoMore() {
    long seed = Seeds.next();
    Random random = new Random(seed);
    Map<String, Long> served = new HashMap<>();
    for (int i = 0; i < ROUNDS; i++) {
      while (queue.countOf("flood") < 100) {
        queue.add(i, search("flood", 1 + random.nextInt(100)), false);
      }
      while (queue.countOf("other") < 2) {
        queue.add(i, search("other", 1 + random.nextInt(10_000)), false);
      }
      FairQueue.Entry<Integer> entry = queue.poll(true);
      served.merge(entry.demand().caller(), entry.demand().postings(), Long::sum);
    }
    double other = served.get("other");
    assertThat(other / (other + served.get("flood"))).as("seed %d", seed).isBetween(0.49, 0.51);
  }

  @Test
  void aCallerThatAsksRarelyIsServedNextWhateverWaits() {
    for (int i = 0; i < 128; i++) {
      queue.add(i, search("flood", 1_000_000), false);
    }
    queue.poll(true);
    queue.add(1_000, search("other", 1_000_000), false);
    assertThat(List.of(queue.poll(true).item(), queue.poll(true).item())).contains(1_000);
  }

  @Test
  void theWorkBeforeATaskIsWhatIsServedBeforeIt() {
    long seed = Seeds.next();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      FairQueue<Integer> random1 = new FairQueue<>();
      int callers = 1 + random.nextInt(5);
      int count = 1 + random.nextInt(60);
      for (int i = 0; i < count; i++) {
        random1.add(i, search("c" + random.nextInt(callers), 1 + random.nextInt(1_000)), false);
        if (random.nextInt(4) == 0) {
          random1.poll(true);
        }
      }
      String caller = "c" + random.nextInt(callers);
      long predicted = random1.postingsBefore(caller);
      random1.add(-1, search(caller, 1), false);
      long actual = 0;
      FairQueue.Entry<Integer> entry = random1.poll(true);
      while (entry.item() != -1) {
        actual += entry.demand().postings();
        entry = random1.poll(true);
      }
      // The last task of each other caller is served as a whole although only a part is due.
      assertThat(predicted).as("seed %d round %d", seed, round).isLessThanOrEqualTo(actual);
      assertThat(actual - predicted)
          .as("seed %d round %d", seed, round)
          .isLessThan(1_000L * callers);
      if (callers == 1) {
        assertThat(predicted).as("seed %d round %d", seed, round).isEqualTo(actual);
      }
    }
  }

  @Test
  void theOrderIsThatOfASlowTwin() {
    long seed = Seeds.next();
    Random random = new Random(seed);
    Twin twin = new Twin();
    for (int i = 0; i < ROUNDS; i++) {
      if (random.nextInt(100) < 52) {
        String caller = "c" + random.nextInt(8);
        // Different for each caller, so that no two start at the same time.
        long postings = (1 + random.nextInt(50)) * 1_000L + i % 1_000;
        queue.add(i, search(caller, postings), false);
        twin.add(i, caller, postings);
      } else if (queue.count(WorkClass.INTERACTIVE) > 0) {
        FairQueue.Entry<Integer> entry = queue.poll(true);
        assertThat(twin.startOf(entry.item()))
            .as("seed %d step %d", seed, i)
            .isEqualTo(entry.start());
        assertThat(entry.start()).as("seed %d step %d", seed, i).isEqualTo(twin.earliestStart());
        twin.remove(entry.item());
      }
    }
  }

  /** All tasks in one list, sorted when one is taken. */
  private static final class Twin {
    private record One(int item, String caller, long start) {}

    private final List<One> waiting = new ArrayList<>();
    private final Map<String, Long> lastEnd = new HashMap<>();
    private long virtualTime;

    void add(int item, String caller, long postings) {
      long start = Math.max(virtualTime, lastEnd.getOrDefault(caller, 0L));
      waiting.add(new One(item, caller, start));
      lastEnd.put(caller, start + postings);
    }

    long earliestStart() {
      return waiting.stream().min(Comparator.comparingLong(One::start)).orElseThrow().start;
    }

    long startOf(int item) {
      return waiting.stream().filter(one -> one.item == item).findFirst().orElseThrow().start;
    }

    void remove(int item) {
      virtualTime = startOf(item);
      waiting.removeIf(one -> one.item == item);
      if (waiting.isEmpty()) {
        virtualTime = lastEnd.values().stream().max(Long::compare).orElseThrow();
      }
    }
  }

  @Test
  void callersWithoutTasksAreForgotten() {
    for (int i = 0; i < 20_000; i++) {
      queue.add(i, search("c" + i, 1), false);
      queue.poll(true);
    }
    assertThat(queue.rememberedCallers()).as("when nothing waits").isZero();
    queue.add(0, search("always", 1), false);
    for (int i = 0; i < 20_000; i++) {
      queue.add(i, search("c" + i, 1), false);
      queue.add(i, search("always", 1), false);
      queue.poll(true);
      queue.poll(true);
    }
    assertThat(queue.rememberedCallers()).as("while something waits").isLessThan(200);
  }
}
