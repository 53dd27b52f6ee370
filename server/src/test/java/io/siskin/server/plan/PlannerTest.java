package io.siskin.server.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.server.measure.GroundTruth;
import io.siskin.server.measure.OracleTruth;
import io.siskin.server.measure.Recall;
import io.siskin.server.plan.Calibration.Band;
import io.siskin.server.plan.Calibration.QuerySource;
import io.siskin.server.plan.Calibration.Rung;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.Searcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlannerTest {
  private static final SearchMode EXACT = new SearchMode.Exact();
  private static final SearchMode.ScoreAtATime QUICK = new SearchMode.ScoreAtATime(.5f, .9f, 0, 0);
  private static final SearchMode.ScoreAtATime GOOD = new SearchMode.ScoreAtATime(.2f, .7f, 0, 0);

  @TempDir static Path directory;
  private static Segment large;
  private static Segment small;
  private static List<QuantizedQuery> queries;

  @BeforeAll
  static void build() throws IOException {
    RandomCollection drawn =
        RandomCollection.draw(
            new RandomCollection.Shape(1500, 300, 20, 6, 1 << 20, true), new Random(5));
    drawn.build(directory.resolve("large"), BuildOptions.DEFAULTS.withThreads(2));
    large = Segment.open(directory.resolve("large"), Verification.FULL);
    queries = drawn.queries().stream().map(QuantizedQuery::of).toList();
    RandomCollection.draw(new RandomCollection.Shape(50, 30, 9, 2, 4, true), new Random(6))
        .build(directory.resolve("small"), BuildOptions.DEFAULTS.withThreads(2));
    small = Segment.open(directory.resolve("small"), Verification.FULL);
  }

  @AfterAll
  static void release() {
    large.release();
    small.release();
  }

  @Test
  void theQuickestModeThatReachesTheTargetIsTaken() {
    Planner planner = planner(QuerySource.GIVEN, .9, .99);
    assertThat(planner.plan(.9f, 10)).containsExactly(QUICK);
    assertThat(planner.plan(.91f, 10)).containsExactly(GOOD);
    assertThat(planner.plan(.99f, 10)).containsExactly(GOOD);
    assertThat(planner.plan(.991f, 10)).containsExactly(EXACT);
    assertThat(planner.plan(1, 10)).containsExactly(EXACT);
  }

  @Test
  void aTargetOfOneIsExactEvenWhereNothingWasSeenToBeLost() {
    assertThat(planner(QuerySource.GIVEN, .9, 1).plan(1, 10)).containsExactly(EXACT);
  }

  @Test
  void fewOrForeignQueriesWantAMargin() {
    // Two standard errors of 0.01 each.
    Planner few =
        new Planner(List.of(large), List.of(calibration(QuerySource.GIVEN, .92, .97, .01)));
    assertThat(few.plan(.9f, 10)).containsExactly(QUICK);
    assertThat(few.plan(.91f, 10)).containsExactly(GOOD);
    // Three quarters of the loss that 0.9 allows: 0.925.
    assertThat(planner(QuerySource.SAMPLED, .924, .99).plan(.9f, 10)).containsExactly(GOOD);
    assertThat(planner(QuerySource.SAMPLED, .926, .99).plan(.9f, 10)).containsExactly(QUICK);
  }

  @Test
  void kTakesWhatWasMeasuredForTheNextLarger() {
    Planner planner = planner(QuerySource.GIVEN, .9, .99);
    assertThat(planner.plan(.9f, 1)).containsExactly(QUICK);
    // What was measured for 100 differs: the quick mode does not reach it there.
    assertThat(planner.plan(.9f, 11)).containsExactly(GOOD);
    assertThat(planner.plan(.9f, 100)).containsExactly(GOOD);
    assertThat(planner.plan(.9f, 101)).containsExactly(EXACT);
  }

  @Test
  void exactIsTakenWhereItIsAsQuick() {
    Calibration calibration =
        new Calibration(
            large.id().toString(),
            QuerySource.GIVEN,
            100,
            List.of(new Band(10, List.of(rung(EXACT, 1, 108), rung(GOOD, .99, 100)))));
    assertThat(new Planner(List.of(large), List.of(calibration)).plan(.9f, 10))
        .containsExactly(EXACT);
  }

  @Test
  void withoutCalibrationTheDefaultsAreUsedUpToWhatTheyAreGoodFor() {
    Planner planner = new Planner(List.of(large), Collections.singletonList(null));
    assertThat(planner.plan(.98f, 10)).containsExactly(SearchMode.ScoreAtATime.DEFAULTS);
    assertThat(planner.plan(.981f, 10)).containsExactly(EXACT);
    assertThat(planner.plan(.5f, 10, 70))
        .containsExactly(SearchMode.ScoreAtATime.DEFAULTS.withBudgetMicros(70));
    assertThat(planner.expectations()).isEmpty();
  }

  @Test
  void aBudgetTakesTheModeThatCanKeepIt() {
    Planner planner = planner(QuerySource.GIVEN, .9, .99);
    assertThat(planner.plan(.9f, 10, 70)).containsExactly(QUICK.withBudgetMicros(70));
    assertThat(planner.plan(1, 10, 70)).containsExactly(GOOD.withBudgetMicros(70));
  }

  @Test
  void segmentsArePlannedOneByOne() {
    @Nullable Calibration[] calibrations = {calibration(QuerySource.GIVEN, .9, .99, 0), null};
    Planner planner = new Planner(List.of(large, small), Arrays.asList(calibrations));
    List<SearchMode> modes = planner.plan(.9f, 10);
    assertThat(modes).containsExactly(QUICK, EXACT);
    assertThat(planner.representative(modes)).isEqualTo(QUICK);
    assertThat(planner.plan(.9f, 10, 155))
        .containsExactly(
            QUICK.withBudgetMicros(155), SearchMode.ScoreAtATime.DEFAULTS.withBudgetMicros(155));
    assertThat(planner.everywhere(EXACT)).containsExactly(EXACT, EXACT);
  }

  @Test
  void expectationsSayWhatTargetsLeadTo() {
    assertThat(planner(QuerySource.GIVEN, .9, .99).expectations())
        .contains(
            new Planner.Expectation(10, .9f, QUICK, .9, 50, 50),
            new Planner.Expectation(10, .99f, GOOD, .99, 70, 70))
        .hasSize(10);
  }

  /** The slow way to the same recall: the exhaustive oracle and sets of documents. */
  @Test
  void theCalibratorsRecallIsThatOfTheOracle() {
    Calibration calibration =
        new Calibrator(large, KernelProvider.current(), 60_000)
            .run(queries.stream().map(SampleQuery::given).toList(), QuerySource.GIVEN, done -> {});
    assertThat(calibration).isNotNull();
    assertThat(calibration.queryCount()).isEqualTo(queries.size());
    Searcher searcher = new Searcher(List.of(large), KernelProvider.current());
    for (Band band : calibration.bands()) {
      GroundTruth truth = OracleTruth.compute(List.of(large), queries, band.k(), done -> {});
      for (Rung rung : band.rungs()) {
        int[][] found = new int[queries.size()][];
        for (int i = 0; i < found.length; i++) {
          searcher.search(queries.get(i), rung.mode(), band.k(), Cancellation.NEVER);
          found[i] = new int[searcher.size()];
          for (int rank = 0; rank < found[i].length; rank++) {
            found[i][rank] = searcher.documentNumber(rank);
          }
        }
        // A query without an answer counts as found in both. Ties are found by their score there
        // and are not looked for here, so this one may be lower.
        double recall = Recall.mean(truth, found, (query, row) -> 0);
        assertThat(rung.recall()).as("%s", rung).isGreaterThanOrEqualTo(recall - 1e-9);
        assertThat(rung.recall()).as("%s", rung).isCloseTo(recall, Offset.offset(.05));
      }
      assertThat(band.exact().recall()).isEqualTo(1);
    }
  }

  @Test
  void queriesAreMadeOfDocumentsAndAlwaysTheSame() {
    List<SampleQuery> once = QuerySample.draw(large, 60, QuerySample.Weights.AS_IN_DOCUMENT);
    List<SampleQuery> again = QuerySample.draw(large, 60, QuerySample.Weights.AS_IN_DOCUMENT);
    assertThat(once).hasSize(60);
    Searcher searcher = new Searcher(List.of(large), KernelProvider.current());
    for (int i = 0; i < once.size(); i++) {
      SampleQuery query = once.get(i);
      assertThat(query.query().vector()).isEqualTo(again.get(i).query().vector());
      assertThat(query.query().vector().size()).isBetween(1, 32);
      searcher.search(query.query(), EXACT, 1500, Cancellation.NEVER);
      boolean found = false;
      for (int rank = 0; rank < searcher.size(); rank++) {
        found |= searcher.documentNumber(rank) == query.source();
      }
      assertThat(found).as("query %d finds its own document", i).isTrue();
    }
    assertThat(QuerySample.draw(small, 60, QuerySample.Weights.EQUAL)).isEmpty();
  }

  private static Planner planner(QuerySource source, double quick, double good) {
    return new Planner(List.of(large), List.of(calibration(source, quick, good, 0)));
  }

  private static Calibration calibration(
      QuerySource source, double quick, double good, double error) {
    return new Calibration(
        large.id().toString(),
        source,
        100,
        List.of(
            new Band(
                10,
                List.of(
                    rung(EXACT, 1, 200),
                    new Rung(QUICK, quick, error, 50, 50, 1, 1),
                    new Rung(GOOD, good, error, 70, 70, 1, 1))),
            new Band(
                100, List.of(rung(EXACT, 1, 200), rung(QUICK, .5, 50), rung(GOOD, good, 70)))));
  }

  private static Rung rung(SearchMode mode, double recall, double meanMicros) {
    return new Rung(mode, recall, 0, meanMicros, meanMicros, 1, 1);
  }

  /** At four million documents most queries are quick in mode exact and some are very slow. */
  @Test
  void whatAFewQueriesCostCounts() {
    Rung exact = new Rung(EXACT, 1, 0, 60, 400, 1, 1);
    Rung good = new Rung(GOOD, .97, 0, 70, 80, 1, 1);
    Calibration calibration =
        new Calibration(
            large.id().toString(),
            QuerySource.GIVEN,
            100,
            List.of(new Band(10, List.of(exact, good))));
    Planner planner = new Planner(List.of(large), List.of(calibration));
    assertThat(planner.plan(.95f, 10)).containsExactly(GOOD);
  }
}
