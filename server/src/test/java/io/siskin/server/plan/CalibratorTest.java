package io.siskin.server.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.server.plan.Calibration.Band;
import io.siskin.server.plan.Calibration.QuerySource;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.MappedSegment;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.SearchStats;
import io.siskin.server.search.Searcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibratorTest {
  private static final KernelProvider KERNELS = KernelProvider.current();
  private static final float[] TARGETS = {.8f, .9f, .95f, .97f, .98f, .99f};
  private static final long AMPLE_MILLIS = 60_000;
  private static final double AMPLE_NANOS = 6e10;

  @TempDir Path directory;

  private Segment open(boolean residuals) throws IOException {
    RandomCollection.draw(
            new RandomCollection.Shape(3000, 300, 20, 6, 1 << 20, true), new Random(5))
        .build(directory, BuildOptions.DEFAULTS.withThreads(2).withResiduals(residuals));
    return Segment.open(directory, Verification.FULL);
  }

  private static List<SampleQuery> queries(Segment segment) {
    return QuerySample.draw(segment, 120, QuerySample.Kind.EXPANDED);
  }

  /** The slow way to the same figures: search in each mode and compare lists. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsCountedIsWhatASearchFindsAndDoes(boolean residuals) throws IOException {
    Segment segment = open(residuals);
    List<SampleQuery> queries = queries(segment);
    Calibration calibration =
        new Calibrator(segment, KERNELS, AMPLE_MILLIS)
            .run(queries, QuerySource.SAMPLED, done -> {});
    assertThat(calibration).isNotNull();
    assertThat(calibration.queryCount()).isEqualTo(queries.size());
    Searcher searcher = new Searcher(SearchScope.mapped(List.of(segment), KERNELS));
    int approximate = 0;
    for (Band band : calibration.bands()) {
      for (OperatingPoint point : band.points()) {
        double recall = 0;
        SearchStats stats = SearchStats.NONE;
        for (SampleQuery query : queries) {
          recall += recall(searcher, query, point.mode(), band.k());
          stats = stats.plus(searcher.stats());
        }
        // With residuals, documents that are nearly as good as the last hit are scored again.
        double documents = (double) stats.documentsScored() / queries.size();
        // Documents that tie with the last one are known as far as the longest list goes.
        double unknown = band.k() < 1000 ? 1e-6 : .01;
        assertThat(point.recall())
            .as("k %d, %s", band.k(), point)
            .isCloseTo(recall / queries.size(), Offset.offset(unknown));
        assertThat(point.documentsScored())
            .as("k %d, %s", band.k(), point)
            .isCloseTo(documents, Offset.offset(residuals ? .15 * documents : .01));
        approximate += point.recall() < 1 ? 1 : 0;
      }
      assertThat(band.exact().recall()).isEqualTo(1);
    }
    assertThat(approximate).isGreaterThan(20);
    segment.release();
  }

  private static double recall(Searcher searcher, SampleQuery query, SearchMode mode, int k) {
    searcher.search(query.query(), new SearchMode.Exact(), k, Cancellation.NEVER);
    int wanted = 0;
    float threshold = 0;
    for (int rank = 0; rank < searcher.size(); rank++) {
      if (searcher.documentNumber(rank) != query.source()) {
        wanted++;
        threshold = searcher.score(rank);
      }
    }
    searcher.search(query.query(), mode, k, Cancellation.NEVER);
    int found = 0;
    for (int rank = 0; rank < searcher.size(); rank++) {
      boolean counts = searcher.documentNumber(rank) != query.source();
      found += counts && searcher.score(rank) >= threshold ? 1 : 0;
    }
    return wanted == 0 ? 1 : (double) Math.min(found, wanted) / wanted;
  }

  @Test
  void countsDoNotDependOnThreads() throws IOException {
    Segment segment = open(false);
    Census alone = census(segment, 1);
    Census together = census(segment, 3);
    assertThat(calibration(alone, ModeSpeeds.unmeasured(alone)))
        .isEqualTo(calibration(together, ModeSpeeds.unmeasured(together)));
    segment.release();
  }

  /** So many are enough for little work, and at least a hundred are used for much. */
  @Test
  void theNumberOfQueriesFollowsTheWork() throws IOException {
    Segment segment = open(false);
    Census poor = new Census(segment, KERNELS, new UnitCosts(segment), queries(segment));
    poor.run(2, 1, 1000, done -> {});
    assertThat(poor.used()).isEqualTo(100);
    assertThat(census(segment, 2).used()).isEqualTo(120);
    Census cheap = new Census(segment, KERNELS, new UnitCosts(segment), queries(segment));
    cheap.run(2, AMPLE_NANOS, 110, done -> {});
    assertThat(cheap.isCheap()).isTrue();
    assertThat(cheap.used()).isEqualTo(110);
    segment.release();
  }

  /** Lists of a thousand documents say more than short ones, so fewer of them are needed. */
  @Test
  void longListsTakeEachFourthQuery() throws IOException {
    Segment segment = open(false);
    List<SampleQuery> queries = QuerySample.draw(segment, 402, QuerySample.Kind.EXPANDED);
    Census census = new Census(segment, KERNELS, new UnitCosts(segment), queries);
    census.run(2, AMPLE_NANOS, 1000, done -> {});
    Calibration calibration = calibration(census, ModeSpeeds.unmeasured(census));
    Searcher searcher = new Searcher(SearchScope.mapped(List.of(segment), KERNELS));
    int[] steps = {1, 1, 4};
    for (int i = 0; i < steps.length; i++) {
      Band band = calibration.bands().get(i);
      double postings = 0;
      int used = 0;
      for (int query = 0; query < census.used(); query += steps[i], used++) {
        searcher.search(
            queries.get(query).query(), new SearchMode.Exact(), band.k(), Cancellation.NEVER);
        postings += searcher.stats().postingsScored();
      }
      assertThat(band.exact().postingsScored())
          .as("k %d", band.k())
          .isCloseTo(postings / used, Offset.offset(1e-3 * postings / used));
    }
    segment.release();
  }

  /**
   * Other programs make a search up to three times as slow, now and then or for a while. What is
   * chosen stays the same.
   */
  @Test
  void aLoadedMachineCalibratesToTheSameChoice() throws IOException {
    Segment segment = open(false);
    Census census = census(segment, 2);
    List<List<SearchMode>> quiet =
        choices(
            segment,
            calibration(
                census, ModeSpeeds.measure(census, machine(census), ModeSpeeds.Belief.HALF)));
    // The clock can decide something here: with slow approximate modes, others are chosen.
    SearchTimer even = even(census);
    SearchTimer slow =
        (query, mode, k) ->
            even.searchNanos(query, mode, k) * (mode instanceof SearchMode.Exact ? 1 : 20);
    assertThat(
            choices(
                segment,
                calibration(census, ModeSpeeds.measure(census, slow, ModeSpeeds.Belief.FULL))))
        .isNotEqualTo(
            choices(
                segment,
                calibration(census, ModeSpeeds.measure(census, even, ModeSpeeds.Belief.FULL))));
    for (int seed = 0; seed < 30; seed++) {
      SearchTimer loaded = new LoadedMachine(machine(census), new Random(seed));
      assertThat(
              choices(
                  segment,
                  calibration(census, ModeSpeeds.measure(census, loaded, ModeSpeeds.Belief.HALF))))
          .as("seed %d", seed)
          .isEqualTo(quiet);
    }
    segment.release();
  }

  /** Code that is not compiled in this process, for one mode only, is not believed. */
  @Test
  void aModeThatIsOutOfAllProportionIsBelievedWithinALimit() throws IOException {
    Segment segment = open(false);
    Census census = census(segment, 2);
    SearchTimer even = even(census);
    ModeSpeeds speeds =
        ModeSpeeds.measure(
            census,
            (query, mode, k) ->
                even.searchNanos(query, mode, k) * (mode instanceof SearchMode.Exact ? 1 : 20),
            ModeSpeeds.Belief.HALF);
    assertThat(speeds.factor(0, 1) / speeds.factor(0, 0)).isCloseTo(1.6, Offset.offset(1e-9));
    segment.release();
  }

  @Test
  void whatTheClockSaysScalesAModeAsAWhole() throws IOException {
    Segment segment = open(false);
    Census census = census(segment, 2);
    ModeSpeeds speeds = ModeSpeeds.measure(census, machine(census), ModeSpeeds.Belief.HALF);
    ModeSpeeds fully = ModeSpeeds.measure(census, machine(census), ModeSpeeds.Belief.FULL);
    for (int band = 0; band < 3; band++) {
      assertThat(speeds.factor(band, 0)).isCloseTo(1.5, Offset.offset(.01));
      // The middle between what is measured, 1.1, and the same as for the exact mode, 1.5.
      assertThat(speeds.factor(band, 1)).isCloseTo(Math.sqrt(1.1 * 1.5), Offset.offset(.01));
      assertThat(fully.factor(band, 1)).isCloseTo(1.1, Offset.offset(.01));
    }
    segment.release();
  }

  private static Census census(Segment segment, int threads) {
    Census census = new Census(segment, KERNELS, new UnitCosts(segment), queries(segment));
    census.run(threads, AMPLE_NANOS, 1000, done -> {});
    return census;
  }

  private static Calibration calibration(Census census, ModeSpeeds speeds) {
    return Calibrator.calibration("0".repeat(32), QuerySource.GIVEN, census, speeds);
  }

  private static List<List<SearchMode>> choices(Segment segment, Calibration calibration) {
    Planner planner =
        new Planner(MappedSegment.of(List.of(segment), KERNELS), List.of(calibration));
    List<List<SearchMode>> choices = new ArrayList<>();
    for (float target : TARGETS) {
      for (int k : Census.KS) {
        choices.add(planner.plan(target, k));
      }
    }
    return choices;
  }

  /** Returns a machine that is half as slow again in exact mode, and a tenth in the others. */
  private static SearchTimer machine(Census census) {
    SearchTimer even = even(census);
    return (query, mode, k) ->
        Math.round(
            even.searchNanos(query, mode, k) * (mode instanceof SearchMode.Exact ? 1.5 : 1.1));
  }

  /** Returns a machine that takes the times that the unit costs say. */
  private static SearchTimer even(Census census) {
    Map<QuantizedQuery, Integer> numbers = new HashMap<>();
    for (int query = 0; query < census.used(); query++) {
      numbers.put(census.queries().get(query).query(), query);
    }
    return (query, mode, k) ->
        Math.round(
            census.bands().stream()
                .filter(band -> band.k() == k)
                .flatMap(band -> band.byMode().stream())
                .flatMap(List::stream)
                .filter(samples -> samples.mode().equals(mode))
                .findFirst()
                .orElseThrow()
                .nanos(numbers.get(query)));
  }

  /**
   * A machine on which other programs run: a third of the searches are disturbed, and now and then
   * all of them for as long as some rounds take.
   */
  private static final class LoadedMachine implements SearchTimer {
    private final SearchTimer quiet;
    private final Random random;
    private int disturbed;

    LoadedMachine(SearchTimer quiet, Random random) {
      this.quiet = quiet;
      this.random = random;
    }

    @Override
    public long searchNanos(QuantizedQuery query, SearchMode mode, int k) {
      if (random.nextInt(4000) == 0) {
        disturbed = random.nextInt(3000);
      }
      boolean slow = disturbed-- > 0 || random.nextInt(3) == 0;
      double factor = slow ? 1 + 2 * random.nextDouble() : 1 + .02 * random.nextDouble();
      return Math.round(quiet.searchNanos(query, mode, k) * factor);
    }
  }
}
