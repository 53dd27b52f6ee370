package io.siskin.server.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.counters.RecallCounts;
import io.siskin.server.counters.ShareHistogram;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.testing.Seeded;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the sampler counts, beside what is counted by hand with the exact mode. */
@Timeout(120)
final class RecallSamplerTest {
  /** Loses documents: it reads few postings. */
  private static final SearchMode CRUDE = new SearchMode.ScoreAtATime(0.9f, 0.99f, 1, 0);

  private static final SearchMode EXACT = new SearchMode.Exact();
  private static final RecallOptions ALL = new RecallOptions(1, 1);

  @TempDir private Path data;
  private CollectionCatalog catalog;
  private RecallSampler sampler = RecallSampler.start(ALL, 1);

  @BeforeEach
  void build() throws IOException {
    TestCollections.index(data, "vectors", lines());
    catalog =
        new CollectionCatalog(
            new DataDirectory(data), Verification.FULL, snapshot -> {}, TextModels.NONE);
    catalog.openAll();
  }

  @AfterEach
  void close() {
    sampler.close();
    catalog.close();
  }

  /** Small whole weights, so that many documents tie. */
  private static String lines() {
    Random random = new Random(5);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 1_500; i++) {
      lines.append("{\"id\": \"d").append(i).append("\", \"vector\": {");
      for (int term = 0; term < 6; term++) {
        lines.append(term == 0 ? "" : ", ").append('"').append((char) ('a' + term));
        lines.append(random.nextInt(30)).append("\": ").append(1 + random.nextInt(4));
      }
      lines.append("}}\n");
    }
    return lines.toString();
  }

  private static Query query(Random random) {
    Map<String, Float> weights = new HashMap<>();
    for (int i = 0; i < 5; i++) {
      weights.put(
          "" + (char) ('a' + random.nextInt(6)) + random.nextInt(30), 1f + random.nextInt(3));
    }
    return new Query.Vector(io.siskin.index.vector.TokenVector.of(weights));
  }

  private RetrievalPipeline pipeline() {
    return new RetrievalPipeline(catalog, _ -> WriteCounts.NONE, sampler);
  }

  private static List<Float> scores(
      RetrievalPipeline pipeline, Query query, int k, Evaluation evaluation) {
    return pipeline
        .retrieve(
            new RetrievalRequest("vectors", query, k, evaluation, List.of(), false),
            Cancellation.NEVER)
        .hits()
        .stream()
        .map(RetrievalResponse.Hit::score)
        .toList();
  }

  private static Evaluation in(SearchMode mode) {
    return new Evaluation.InMode(mode);
  }

  private static long samples(RecallCounts counts) {
    return counts.recalls().values().stream().mapToLong(ShareHistogram.Counts::count).sum();
  }

  private void awaitSamples(long count) throws InterruptedException {
    while (samples(sampler.counts()) < count) {
      Thread.sleep(1);
    }
  }

  /** A document counts as found if its score is at least the k-th best one. */
  private static double byHand(List<Float> found, List<Float> best) {
    if (best.isEmpty()) {
      return 1;
    }
    long right = found.stream().filter(score -> score >= best.getLast()).count();
    return (double) Math.min(right, best.size()) / best.size();
  }

  @Test
  void theRecallIsThatOfTheSameSearchesByHand() {
    RetrievalPipeline oracle = new RetrievalPipeline(catalog);
    RetrievalPipeline sampled = pipeline();
    Seeded.run(
        random -> {
          long before = samples(sampler.counts());
          double sum = 0;
          double totalBefore = total();
          for (int i = 1; i <= 40; i++) {
            Query query = query(random);
            int k = 1 + random.nextInt(20);
            sum +=
                byHand(
                    measured(sampled, query, k, before + i), scores(oracle, query, k, in(EXACT)));
          }
          assertThat(total() - totalBefore).isCloseTo(sum, within(1e-9));
          assertThat(sum).as("some documents are lost, or the test says little").isLessThan(39.9);
        });
    assertThat(sampler.counts().recalls())
        .containsOnlyKeys(new RecallCounts.Kind("vectors", "mode"));
    assertThat(sampler.counts().searchNanos()).isPositive();
  }

  /**
   * Searches until the search is sampled. It is dropped while the thread is still busy with the end
   * of the one before.
   */
  private List<Float> measured(RetrievalPipeline sampled, Query query, int k, long samples)
      throws InterruptedException {
    while (true) {
      long dropped = sampler.counts().busy();
      List<Float> found = scores(sampled, query, k, in(CRUDE));
      if (sampler.counts().busy() == dropped) {
        awaitSamples(samples);
        return found;
      }
    }
  }

  private double total() {
    return sampler.counts().recalls().values().stream()
        .mapToDouble(ShareHistogram.Counts::total)
        .sum();
  }

  @Test
  void exactSearchesAreNotSampled() throws Exception {
    RetrievalPipeline sampled = pipeline();
    Random random = new Random(3);
    for (int i = 0; i < 10; i++) {
      scores(sampled, query(random), 5, in(EXACT));
      scores(sampled, query(random), 5, new Evaluation.RecallTarget(1, 0));
    }
    scores(sampled, query(random), 5, in(CRUDE));
    awaitSamples(1);
    RecallCounts counts = sampler.counts();
    assertThat(samples(counts) + counts.busy()).isEqualTo(1);
  }

  @Test
  void whileOneIsUnderWayOthersAreDroppedAndNobodyWaits() {
    sampler.close();
    // It rests for the rest of the test after its first search.
    sampler = RecallSampler.start(new RecallOptions(1, 1e-9), 1);
    RetrievalPipeline sampled = pipeline();
    Random random = new Random(4);
    for (int i = 0; i < 100; i++) {
      scores(sampled, query(random), 5, in(CRUDE));
    }
    assertThat(sampler.counts().busy()).isEqualTo(99);
    sampler.close();
    assertThat(samples(sampler.counts()) + sampler.counts().gone() + sampler.counts().failed())
        .isEqualTo(1);
  }

  @Test
  void aSnapshotIsGivenBack() throws Exception {
    RetrievalPipeline sampled = pipeline();
    Random random = new Random(6);
    CollectionSnapshot snapshot = catalog.acquire("vectors");
    for (int i = 0; i < 50; i++) {
      scores(sampled, query(random), 5, in(CRUDE));
    }
    catalog.remove("vectors");
    sampler.forget("vectors");
    snapshot.release();
    // The last reference is gone as soon as the sampler has noticed.
    while (snapshot.tryRetain()) {
      snapshot.release();
      Thread.sleep(1);
    }
    assertThat(sampler.counts().failed()).isZero();
  }

  @Test
  void theShareIsRandomAndASeedDecides() {
    Seeded.run(
        random -> {
          long seed = random.nextLong();
          try (RecallSampler one = RecallSampler.start(new RecallOptions(0.1, 1), seed);
              RecallSampler same = RecallSampler.start(new RecallOptions(0.1, 1), seed);
              RecallSampler other = RecallSampler.start(new RecallOptions(0.1, 1), seed + 1)) {
            int chosen = 0;
            int differs = 0;
            for (int number = 0; number < 100_000; number++) {
              chosen += one.isChosen(number) ? 1 : 0;
              differs += one.isChosen(number) == other.isChosen(number) ? 0 : 1;
              assertThat(one.isChosen(number)).isEqualTo(same.isChosen(number));
            }
            // Ten standard deviations.
            assertThat(chosen).isCloseTo(10_000, within(950));
            assertThat(differs).isCloseTo(18_000, within(1_300));
          }
        });
    assertThat(RecallSampler.OFF.isChosen(0)).isFalse();
  }

  @Test
  void targetsAreOfFewKinds() {
    assertThat(RecallSampler.target(0.95f)).isEqualTo("0.95");
    assertThat(RecallSampler.target(0.97f)).isEqualTo("0.95");
    assertThat(RecallSampler.target(0.98f)).isEqualTo("0.98");
    assertThat(RecallSampler.target(1f)).isEqualTo("0.999");
    assertThat(RecallSampler.target(0.1f)).isEqualTo("0");
  }

  @Test
  void optionsAreChecked() {
    assertThatThrownBy(() -> new RecallOptions(1.5, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("recall_sampling.share");
    assertThatThrownBy(() -> new RecallOptions(1, 0))
        .hasMessageContaining("recall_sampling.processor_share");
  }
}
