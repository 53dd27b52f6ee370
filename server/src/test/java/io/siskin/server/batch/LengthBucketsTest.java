package io.siskin.server.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.testing.Seeded;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LengthBucketsTest {
  private long sequence;

  private Work work(int lengthTokens) {
    long age = sequence++;
    return new Work(new EncoderInput("t" + age, Side.QUERY), Priority.BULK, age, lengthTokens);
  }

  private static List<Integer> lengths(LengthBuckets.Choice choice) {
    return choice.works().stream().map(work -> work.lengthTokens).toList();
  }

  private LengthBuckets of(int... lengths) {
    LengthBuckets buckets = new LengthBuckets();
    for (int length : lengths) {
      buckets.add(work(length));
    }
    return buckets;
  }

  @Test
  void textsOfLikeLengthGoWithTheOldest() {
    LengthBuckets buckets = of(20, 200, 21, 199, 19);
    assertThat(
            lengths(
                buckets.choose(first -> new LengthBuckets.Limits(16_384, 64, 2), work -> false)))
        .containsExactly(20, 21, 19);
  }

  @Test
  void theOldestGoesHoweverLongItIs() {
    LengthBuckets buckets = of(300, 10, 10, 10);
    LengthBuckets.Choice choice =
        buckets.choose(first -> new LengthBuckets.Limits(100, 64, 0), work -> false);
    assertThat(lengths(choice)).containsExactly(300);
    assertThat(choice.full()).isTrue();
  }

  @Test
  void paddingMayCostWhatItSaves() {
    LengthBuckets.Limits quickStart = new LengthBuckets.Limits(16_384, 64, 0);
    assertThat(lengths(of(10, 20).choose(first -> quickStart, work -> false))).containsExactly(10);
    LengthBuckets.Limits slowStart = new LengthBuckets.Limits(16_384, 64, 50);
    assertThat(lengths(of(10, 20).choose(first -> slowStart, work -> false)))
        .containsExactly(10, 20);
  }

  @Test
  void theDeadAreNamedAndNotChosen() {
    LengthBuckets buckets = of(5, 6, 7);
    Work oldest = buckets.all().getFirst();
    LengthBuckets.Choice choice =
        buckets.choose(first -> new LengthBuckets.Limits(100, 64, 5), work -> work == oldest);
    assertThat(choice.dead()).containsExactly(oldest);
    assertThat(lengths(choice)).containsExactly(6, 7);
  }

  /** Takes all batches out and checks each against what must be true of any. */
  @Test
  void everyBatchKeepsTheRules() {
    Seeded.run(
        random -> {
          for (int round = 0; round < 200; round++) {
            drain(random);
          }
        });
  }

  private void drain(Random random) {
    LengthBuckets buckets = new LengthBuckets();
    List<Work> waiting = new ArrayList<>();
    int lengthMax = 1 + random.nextInt(300);
    Set<Work> dead = new HashSet<>();
    int count = 1 + random.nextInt(100);
    for (int i = 0; i < count; i++) {
      Work work = work(1 + random.nextInt(lengthMax));
      buckets.add(work);
      waiting.add(work);
      if (random.nextInt(10) == 0) {
        dead.add(work);
      }
    }
    LengthBuckets.Limits limits =
        new LengthBuckets.Limits(
            lengthMax + random.nextInt(2_000), 1 + random.nextInt(20), random.nextInt(30));
    while (!buckets.isEmpty()) {
      LengthBuckets.Choice choice = buckets.choose(first -> limits, dead::contains);
      choice.works().forEach(buckets::remove);
      choice.dead().forEach(buckets::remove);
      check(choice, waiting, dead, limits);
      waiting.removeAll(choice.works());
      waiting.removeAll(choice.dead());
    }
    assertThat(waiting).isEmpty();
  }

  private static void check(
      LengthBuckets.Choice choice,
      List<Work> waiting,
      Set<Work> dead,
      LengthBuckets.Limits limits) {
    assertThat(dead).containsAll(choice.dead());
    List<Work> living = new ArrayList<>(waiting);
    living.removeAll(dead);
    List<Work> batch = choice.works();
    if (living.isEmpty()) {
      assertThat(batch).isEmpty();
      return;
    }
    assertThat(batch).contains(living.getFirst()).doesNotHaveDuplicates();
    assertThat(living).containsAll(batch);
    int longest = batch.stream().mapToInt(work -> work.lengthTokens).max().orElseThrow();
    long tokens = batch.stream().mapToLong(work -> work.lengthTokens).sum();
    assertThat(batch.size() == 1 || limits.allow(batch.size(), longest, tokens)).isTrue();
    assertThat(choice.full())
        .isEqualTo(
            batch.size() == limits.textsMax()
                || (batch.size() + 1L) * longest > limits.tokensMax());
    for (Work left : living) {
      if (!batch.contains(left)) {
        // Of one length the older goes first.
        assertThat(batch)
            .noneMatch(
                gone -> gone.lengthTokens == left.lengthTokens && gone.sequence > left.sequence);
      }
    }
    // Nothing that lies between two chosen lengths was passed over.
    int shortest = batch.stream().mapToInt(work -> work.lengthTokens).min().orElseThrow();
    assertThat(living.stream().filter(work -> !batch.contains(work)))
        .noneMatch(work -> work.lengthTokens > shortest && work.lengthTokens < longest);
    assertThat(batch.stream().min(Comparator.comparingLong(work -> work.sequence)))
        .contains(living.getFirst());
  }
}
