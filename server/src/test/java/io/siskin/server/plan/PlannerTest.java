package io.siskin.server.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.server.plan.Calibration.Band;
import io.siskin.server.plan.Calibration.QuerySource;
import io.siskin.server.search.MappedSegment;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchRoute;
import io.siskin.server.search.SearchScope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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

  @BeforeAll
  static void build() throws IOException {
    RandomCollection drawn =
        RandomCollection.draw(
            new RandomCollection.Shape(1500, 300, 20, 6, 1 << 20, true), new Random(5));
    drawn.build(directory.resolve("large"), BuildOptions.DEFAULTS.withThreads(2));
    large = Segment.open(directory.resolve("large"), Verification.FULL);
    RandomCollection.draw(new RandomCollection.Shape(50, 30, 9, 2, 4, true), new Random(6))
        .build(directory.resolve("small"), BuildOptions.DEFAULTS.withThreads(2));
    small = Segment.open(directory.resolve("small"), Verification.FULL);
  }

  @AfterAll
  static void release() {
    large.release();
    small.release();
  }

  private static final SearchRoute DIRECT = new SearchRoute.Direct();

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
    // A standard error of 0.02.
    Planner few =
        new Planner(mapped(large), List.of(calibration(QuerySource.GIVEN, .92, .97, .02)));
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
            List.of(new Band(10, List.of(point(EXACT, 1, 104), point(GOOD, .99, 100)))));
    assertThat(new Planner(mapped(large), List.of(calibration)).plan(.9f, 10))
        .containsExactly(EXACT);
  }

  @Test
  void withoutCalibrationTheDefaultsAreUsedUpToWhatTheyAreGoodFor() {
    Planner planner = new Planner(mapped(large), Collections.singletonList(null));
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
    Planner planner = new Planner(mapped(large, small), Arrays.asList(calibrations));
    List<SearchMode> modes = planner.plan(.9f, 10);
    assertThat(modes).containsExactly(QUICK, EXACT);
    assertThat(planner.representative(modes)).isEqualTo(QUICK);
    assertThat(planner.plan(.9f, 10, 155))
        .containsExactly(
            QUICK.withBudgetMicros(155), SearchMode.ScoreAtATime.DEFAULTS.withBudgetMicros(155));
    assertThat(planner.everywhere(EXACT)).containsExactly(EXACT, EXACT);
  }

  /** The exact mode's measured times say from how many documents on it is the quicker way. */
  @Test
  void filtersAreSearchedInTheQuickestWay() {
    int documents = large.statistics().documentCount();
    MappedSegment segment = mapped(large).getFirst();
    SearchScope scope = SearchScope.of(List.of(segment));
    double directMicros = new UnitCosts(large).directNanos(documents / 2) / 1e3;
    for (double factor : new double[] {.5, 2}) {
      Band band = new Band(documents, List.of(point(EXACT, 1, factor * directMicros)));
      Calibration calibration =
          new Calibration(large.id().toString(), QuerySource.GIVEN, 100, List.of(band));
      Planner planner = new Planner(List.of(segment), List.of(calibration));
      SearchRoute expected = factor > 1 ? DIRECT : EXACT;
      SearchScope half = scope.accepting(List.of(first(documents / 2)));
      assertThat(planner.plan(half, 1, 10, 0)).containsExactly(expected);
      assertThat(planner.plan(half, planner.everywhere(EXACT), 10)).containsExactly(expected);
      // A mode that a request names is kept.
      assertThat(planner.plan(half, planner.everywhere(QUICK), 10)).containsExactly(QUICK);
      SearchScope few = scope.accepting(List.of(first(FilteredRoute.DIRECT_ALWAYS)));
      assertThat(planner.plan(few, .9f, 10, 0)).containsExactly(DIRECT);
      assertThat(planner.plan(few, planner.everywhere(QUICK), 10)).containsExactly(DIRECT);
      assertThat(planner.representative(planner.plan(few, .9f, 10, 0))).isEqualTo(EXACT);
    }
  }

  /** Under a filter the parameters are the more careful ones of k and of k ÷ share. */
  @Test
  void filtersAskForMoreCare() {
    SearchMode.ScoreAtATime few = new SearchMode.ScoreAtATime(.3f, .8f, 0, 0);
    SearchMode.ScoreAtATime many = new SearchMode.ScoreAtATime(.2f, .9f, 0, 0);
    Calibration calibration =
        new Calibration(
            large.id().toString(),
            QuerySource.GIVEN,
            100,
            List.of(
                new Band(10, List.of(point(EXACT, 1, 1e6), point(few, .99, 1))),
                new Band(100, List.of(point(EXACT, 1, 1e6), point(many, .99, 2)))));
    MappedSegment segment = mapped(large).getFirst();
    Planner planner = new Planner(List.of(segment), List.of(calibration));
    SearchScope scope = SearchScope.of(List.of(segment));
    int documents = large.statistics().documentCount();
    assertThat(planner.plan(scope, .9f, 10, 0)).containsExactly(few);
    SearchScope nearlyAll = scope.accepting(List.of(first(documents - 1)));
    assertThat(planner.plan(nearlyAll, .9f, 10, 0)).containsExactly(few);
    SearchScope half = scope.accepting(List.of(first(documents / 2)));
    assertThat(planner.plan(half, .9f, 10, 0))
        .containsExactly(new SearchMode.ScoreAtATime(.2f, .8f, 0, 0));
    assertThat(planner.plan(half, .9f, 10, 70)).containsExactly(few.withBudgetMicros(70));
    // Beyond what was measured only the exact ways are left, and this is the quicker one.
    assertThat(planner.plan(half, .9f, 51, 0)).containsExactly(DIRECT);
  }

  private static DocumentSet first(int count) {
    int documents = large.statistics().documentCount();
    return DocumentSet.builder(documents).addRange(0, count).build();
  }

  @Test
  void expectationsSayWhatTargetsLeadTo() {
    assertThat(planner(QuerySource.GIVEN, .9, .99).expectations())
        .contains(
            new Planner.Expectation(10, .9f, QUICK, .9, 50, 50),
            new Planner.Expectation(10, .99f, GOOD, .99, 70, 70))
        .hasSize(10);
  }

  private static Planner planner(QuerySource source, double quick, double good) {
    return new Planner(mapped(large), List.of(calibration(source, quick, good, 0)));
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
                    point(EXACT, 1, 200),
                    new OperatingPoint(QUICK, quick, error, 50, 50, 1, 1),
                    new OperatingPoint(GOOD, good, error, 70, 70, 1, 1))),
            new Band(
                100, List.of(point(EXACT, 1, 200), point(QUICK, .5, 50), point(GOOD, good, 70)))));
  }

  private static OperatingPoint point(SearchMode mode, double recall, double meanMicros) {
    return new OperatingPoint(mode, recall, 0, meanMicros, meanMicros, 1, 1);
  }

  /** At four million documents most queries are quick in mode exact and some are very slow. */
  @Test
  void whatAFewQueriesCostCounts() {
    OperatingPoint exact = new OperatingPoint(EXACT, 1, 0, 60, 400, 1, 1);
    OperatingPoint good = new OperatingPoint(GOOD, .97, 0, 70, 80, 1, 1);
    Calibration calibration =
        new Calibration(
            large.id().toString(),
            QuerySource.GIVEN,
            100,
            List.of(new Band(10, List.of(exact, good))));
    Planner planner = new Planner(mapped(large), List.of(calibration));
    assertThat(planner.plan(.95f, 10)).containsExactly(GOOD);
  }

  private static List<MappedSegment> mapped(Segment... segments) {
    return MappedSegment.of(List.of(segments), KernelProvider.current());
  }
}
