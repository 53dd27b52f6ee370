package io.siskin.server.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class TopKTest {
  private record Entry(float score, int document) {}

  /** The order of all evaluators, written plainly. */
  private static final Comparator<Entry> ORDER =
      Comparator.comparingDouble((Entry entry) -> -entry.score).thenComparingInt(Entry::document);

  @RepeatedTest(20)
  void keepsWhatSortingWouldKeep() {
    Random random = new Random(Seeds.next());
    TopK top = new TopK(1 + random.nextInt(40));
    for (int use = 0; use < 3; use++) {
      int k = 1 + random.nextInt(60);
      top.reset(k);
      List<Entry> all = new ArrayList<>();
      int offers = random.nextInt(300);
      int distinctScores = 1 + random.nextInt(20);
      for (int document : random.ints(0, Integer.MAX_VALUE).distinct().limit(offers).toArray()) {
        Entry entry = new Entry(0.25f * (1 + random.nextInt(distinctScores)), document);
        all.add(entry);
        all.sort(ORDER);
        boolean isAmongTheBest = all.indexOf(entry) < k;
        assertThat(top.offer(entry.score, document)).isEqualTo(isAmongTheBest);
        float expectedThreshold = all.size() < k ? 0 : all.get(k - 1).score;
        assertThat(top.threshold()).isEqualTo(expectedThreshold);
      }
      check(top, all.subList(0, Math.min(k, all.size())));
    }
  }

  /**
   * A large k is counted, not kept in a heap: the threshold may be a little lower, and the result
   * is the same, with few and with many ties, in any order, small and large k in turns.
   */
  @RepeatedTest(20)
  void keepsWhatSortingWouldKeepOfManyHits() {
    Random random = new Random(Seeds.next());
    TopK top = new TopK(1 + random.nextInt(200));
    for (int use = 0; use < 4; use++) {
      int k = 1 + random.nextInt(300);
      top.reset(k);
      for (int drained = 0; drained < 2; drained++) {
        List<Entry> all =
            drawn(random.nextInt(4000), 1 + random.nextInt(1 << random.nextInt(16)), random);
        switch (random.nextInt(3)) {
          case 0 -> all.sort(ORDER);
          case 1 -> all.sort(ORDER.reversed());
          default -> {}
        }
        List<Entry> dropped = new ArrayList<>();
        for (Entry entry : all) {
          float before = top.threshold();
          if (!top.offer(entry.score, entry.document)) {
            dropped.add(entry);
          }
          assertThat(top.threshold()).isGreaterThanOrEqualTo(before);
        }
        List<Entry> expected = all.stream().sorted(ORDER).limit(k).toList();
        assertThat(top.size()).isEqualTo(expected.size());
        assertThat(dropped).noneMatch(Set.copyOf(expected)::contains);
        if (all.size() >= k) {
          float worst = expected.getLast().score;
          assertThat(top.threshold()).isBetween(worst * (1 - 1f / 127), worst);
        }
        check(top, expected);
      }
    }
  }

  private static List<Entry> drawn(int count, int distinctScores, Random random) {
    List<Entry> entries = new ArrayList<>();
    for (int document : random.ints(0, Integer.MAX_VALUE).distinct().limit(count).toArray()) {
      entries.add(new Entry(0.01f * (1 + random.nextInt(distinctScores)), document));
    }
    return entries;
  }

  /** Documents that come from another heap are those that were offered to it, and no others. */
  @RepeatedTest(20)
  void takesTheCandidatesOfOtherHeaps() {
    Random random = new Random(Seeds.next());
    TopK direct = new TopK(1);
    TopK merged = new TopK(1);
    TopK part = new TopK(1);
    for (int use = 0; use < 4; use++) {
      int k = 1 + random.nextInt(random.nextBoolean() ? 30 : 200);
      double errorMax = random.nextBoolean() ? 0 : 0.1 * random.nextDouble();
      direct.reset(k, errorMax);
      merged.reset(k, errorMax);
      List<Entry> all = drawn(random.nextInt(2_000), 1 + random.nextInt(500), random);
      for (int from = 0; from < all.size(); ) {
        int to = Math.min(all.size(), from + 1 + random.nextInt(700));
        part.resetLike(merged);
        for (Entry entry : all.subList(from, to)) {
          direct.offer(entry.score, entry.document);
          part.offer(entry.score, entry.document);
        }
        merged.offerAll(part);
        from = to;
      }
      assertThat(candidatesFrom(merged, direct.threshold()))
          .containsAll(candidatesFrom(direct, direct.threshold()));
      check(merged, all.stream().sorted(ORDER).limit(k).toList());
    }
  }

  private static List<Entry> candidatesFrom(TopK top, float score) {
    List<Entry> candidates = new ArrayList<>();
    for (int i = 0; i < top.candidateCount(); i++) {
      if (top.candidateScore(i) >= score) {
        candidates.add(new Entry(top.candidateScore(i), top.candidatePosition(i)));
      }
    }
    return candidates;
  }

  @Test
  void aTieAtTheThresholdEntersByItsSmallerNumberOnly() {
    TopK top = new TopK(2);
    top.offer(1f, 10);
    top.offer(1f, 20);
    assertThat(top.offer(1f, 30)).isFalse();
    assertThat(top.offer(1f, 5)).isTrue();
    check(top, List.of(new Entry(1f, 5), new Entry(1f, 10)));
  }

  /**
   * Estimates that are off by as much as they may be: the k best of the true scores are among the
   * candidates, and a document is dropped only if the threshold says so.
   */
  @RepeatedTest(30)
  void candidatesHoldTheBestOfTheTrueScores() {
    Random random = new Random(Seeds.next());
    TopK top = new TopK(1);
    for (int use = 0; use < 4; use++) {
      int k = 1 + random.nextInt(random.nextBoolean() ? 30 : 200);
      double errorMax = Math.exp(7 * random.nextDouble() - 5);
      int offers = random.nextInt(random.nextBoolean() ? 1500 : 4 * k);
      top.reset(k, errorMax);
      List<Entry> estimates = new ArrayList<>();
      for (int document : random.ints(0, 5000).distinct().limit(offers).toArray()) {
        Entry estimate = new Entry(1 + 4 * random.nextFloat(), document);
        estimates.add(estimate);
        boolean isBelow = estimate.score < top.threshold();
        assertThat(top.offer(estimate.score, document) && isBelow).isFalse();
      }
      List<Entry> candidates = new ArrayList<>();
      for (int i = 0; i < top.candidateCount(); i++) {
        candidates.add(new Entry(top.candidateScore(i), top.candidatePosition(i)));
      }
      assertThat(candidates)
          .containsExactlyInAnyOrderElementsOf(
              estimates.stream().filter(entry -> entry.score >= top.threshold()).toList());
      List<Entry> truths = truths(estimates, k, errorMax, random);
      assertThat(candidates)
          .extracting(Entry::document)
          .containsAll(
              truths.subList(0, Math.min(k, offers)).stream().map(Entry::document).toList());
    }
  }

  /** Either any errors, or the worst ones: the k best are worse, and all others better. */
  private static List<Entry> truths(List<Entry> estimates, int k, double errorMax, Random random) {
    boolean worst = random.nextBoolean();
    List<Entry> sorted = new ArrayList<>(estimates);
    sorted.sort(ORDER);
    List<Entry> truths = new ArrayList<>();
    for (int rank = 0; rank < sorted.size(); rank++) {
      Entry estimate = sorted.get(rank);
      double share = worst ? (rank < k ? -1 : 1) : 2 * random.nextDouble() - 1;
      double error = Math.min(errorMax, estimate.score / 2) * (1 - 1e-6);
      truths.add(new Entry((float) (estimate.score + share * error), estimate.document));
    }
    truths.sort(ORDER);
    return truths;
  }

  private static void check(TopK top, List<Entry> expected) {
    int[] documents = new int[expected.size()];
    float[] scores = new float[expected.size()];
    assertThat(top.drain(documents, scores)).isEqualTo(expected.size());
    for (int i = 0; i < documents.length; i++) {
      assertThat(new Entry(scores[i], documents[i])).isEqualTo(expected.get(i));
    }
    assertThat(top.size()).isZero();
  }
}
