package io.siskin.server.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.ImpactOrderedOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.Weighting;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.server.plan.Calibration.QuerySource;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.MappedSegment;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchRoute;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.Searcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The recall of approximate searches does not suffer from filters: random ones, and ones that go
 * with the query's terms or against them.
 */
final class FilteredRecallTest {
  private static final int DOCUMENTS = 20_000;
  private static final int K = 10;
  private static final int QUERY_DRAWS = 6;
  private static final double LOSS_MAX = 0.01;
  private static final double[] SHARES = {.9, .5, .1, .03, .01, .001};

  /** By mode: parameters for 10, 100 and 1000 documents, as a calibration finds them. */
  private static final List<List<SearchMode>> APPROXIMATE =
      List.of(
          Collections.nCopies(3, new SearchMode.ScoreAtATime(.5f, .9f, 0, 0)),
          List.of(
              new SearchMode.Clustered(10, .8f, true),
              new SearchMode.Clustered(20, .6f, true),
              new SearchMode.Clustered(40, .4f, true)));

  @TempDir Path directory;

  // A fixed seed: a mean over drawn queries has an error of its own.
  private final Random random = new Random(11);
  private final List<QuantizedQuery> queries = new ArrayList<>();

  @Test
  void filtersDoNotLowerRecall() throws IOException {
    RandomCollection collection = draw(DOCUMENTS);
    collection.build(
        directory,
        new BuildOptions(
            new Weighting.AsGiven(),
            new Quantization.PerDocument(),
            new Reordering.None(),
            new BuildOptions.Structures(
                true,
                false,
                BlockMaxOptions.DEFAULTS,
                ImpactOrderedOptions.DEFAULTS,
                ClusterOptions.DEFAULTS,
                false),
            2));
    for (int i = 0; i < QUERY_DRAWS; i++) {
      draw(1).queries().forEach(vector -> queries.add(QuantizedQuery.of(vector)));
    }
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      for (List<SearchMode> modes : APPROXIMATE) {
        check(segment, modes);
      }
    } finally {
      segment.release();
    }
  }

  private RandomCollection draw(int documents) {
    return RandomCollection.draw(
        new RandomCollection.Shape(documents, 4_000, 40, 150, 1 << 20, false), random);
  }

  private void check(Segment segment, List<SearchMode> modes) {
    SearchMode mode = modes.getFirst();
    MappedSegment mapped = new MappedSegment(segment, KernelProvider.current());
    Planner planner = new Planner(List.of(mapped), List.of(calibration(segment, modes)));
    SearchScope all = SearchScope.of(List.of(mapped));
    double unfiltered = recall(all, planner, _ -> null);
    assertThat(unfiltered).isLessThan(1);
    for (double share : SHARES) {
      DocumentSet set = where(_ -> random.nextDouble() < share);
      assertThat(recall(all, planner, _ -> set))
          .as("%s with %s at random, unfiltered %.4f", mode, set, unfiltered)
          .isGreaterThan(unfiltered - LOSS_MAX);
    }
    assertThat(recall(all, planner, query -> where(has(segment, query))))
        .as("%s with the heaviest term, unfiltered %.4f", mode, unfiltered)
        .isGreaterThan(unfiltered - LOSS_MAX);
    assertThat(recall(all, planner, query -> where(has(segment, query).negate())))
        .as("%s without the heaviest term, unfiltered %.4f", mode, unfiltered)
        .isGreaterThan(unfiltered - LOSS_MAX);
  }

  /** A calibration that makes the planner take a mode wherever it may. */
  private static Calibration calibration(Segment segment, List<SearchMode> modes) {
    List<Calibration.Band> bands = new ArrayList<>();
    for (int i = 0; i < modes.size(); i++) {
      bands.add(
          new Calibration.Band(
              Census.KS.get(i),
              List.of(point(new SearchMode.Exact(), 1, 2), point(modes.get(i), .9, 1))));
    }
    return new Calibration(segment.id().toString(), QuerySource.GIVEN, 100, bands);
  }

  private static OperatingPoint point(SearchMode mode, double recall, double micros) {
    return new OperatingPoint(mode, recall, 0, micros, micros, 1, 1);
  }

  private static DocumentSet where(IntPredicate accepted) {
    DocumentSet.Builder builder = DocumentSet.builder(DOCUMENTS);
    for (int document = 0; document < DOCUMENTS; document++) {
      if (accepted.test(document)) {
        builder.add(document);
      }
    }
    return builder.build();
  }

  private static IntPredicate has(Segment segment, QuantizedQuery query) {
    int heaviest = -1;
    int weight = 0;
    for (int i = 0; i < query.vector().size(); i++) {
      int term = segment.terms().number(query.vector(), i);
      if (term >= 0 && query.weight(i) > weight) {
        heaviest = term;
        weight = query.weight(i);
      }
    }
    int wanted = heaviest;
    ForwardIndex.Cursor cursor = segment.forward().cursor();
    return document -> {
      cursor.moveTo(document);
      boolean found = false;
      while (cursor.next()) {
        found |= cursor.termNumber() == wanted;
      }
      return found;
    };
  }

  private interface Filter {
    @Nullable DocumentSet of(QuantizedQuery query);
  }

  private double recall(SearchScope all, Planner planner, Filter filter) {
    Searcher searcher = new Searcher(all);
    double sum = 0;
    for (QuantizedQuery query : queries) {
      DocumentSet set = filter.of(query);
      SearchScope scope = set == null ? all : all.accepting(Collections.singletonList(set));
      List<SearchRoute> exact = List.of(new SearchMode.Exact());
      searcher.search(scope, query, exact, K, Cancellation.NEVER);
      float last = searcher.size() == 0 ? 0 : searcher.score(searcher.size() - 1);
      int wanted = searcher.size();
      searcher.search(scope, query, planner.plan(scope, .9f, K, 0), K, Cancellation.NEVER);
      int met = 0;
      for (int rank = 0; rank < searcher.size(); rank++) {
        met += searcher.score(rank) >= last ? 1 : 0;
      }
      sum += wanted == 0 ? 1 : (double) met / wanted;
    }
    return sum / queries.size();
  }
}
