package io.siskin.loadtest.segments;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.server.corpus.InputOptions;
import io.siskin.server.corpus.SourceQueries;
import io.siskin.server.corpus.SourceQuery;
import io.siskin.server.plan.Planner;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchRoute;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.Searcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

public final class SegmentComparison {
  private static final int ROUNDS = 5;

  private SegmentComparison() {}

  record Way(String name, Searcher searcher, List<? extends SearchRoute> routes, double[] micros, double[] recall, long[] docs) {}

  public static void main(String[] arguments) throws IOException {
    Path base = Path.of(arguments[0]);
    Path folder = Path.of(arguments[1]);
    int limit = Integer.parseInt(arguments[3]);
    List<QuantizedQuery> queries = new ArrayList<>();
    for (SourceQuery query : SourceQueries.read(Path.of(arguments[2]), InputOptions.DEFAULT)) {
      if (query.vector() != null && queries.size() < limit) {
        queries.add(QuantizedQuery.of(query.vector()));
      }
    }
    SplitCollection one = SplitCollection.open(base, folder.resolve("one"), new int[] {1});
    SplitCollection equal =
        SplitCollection.open(base, folder.resolve("equal"), new int[] {1, 1, 1, 1, 1, 1, 1});
    SplitCollection tiers =
        SplitCollection.open(base, folder.resolve("tiers"), new int[] {120, 30, 25, 10, 8, 4, 3});
    for (int k : new int[] {10, 100}) {
      for (float target : new float[] {.9f, .95f, .98f}) {
        List<Way> ways = new ArrayList<>();
        int n = queries.size();
        ways.add(way("one exact", one, plan(one, 1, k), n));
        ways.add(way("one plan", one, plan(one, target, k), n));
        for (var split : List.of(equal, tiers)) {
          String name = split == equal ? "equal " : "tiers ";
          ways.add(way(name + "exact", split, plan(split, 1, k), n));
          ways.add(way(name + "plan", split, plan(split, target, k), n));
          List<SearchRoute> mixed = new ArrayList<>(plan(split, 1, k));
          mixed.set(0, plan(split, target, k).get(0));
          ways.add(way(name + "first plan, rest exact", split, mixed, n));
        }
        run(ways, queries, k);
        System.out.printf("k %d, target %.2f, %d queries%n", k, target, n);
        for (Way way : ways) {
          System.out.printf(
              Locale.ROOT,
              "%-30s %8.4f %9.1f us %9d scored %s%n",
              way.name,
              Arrays.stream(way.recall).average().orElse(0),
              Arrays.stream(way.micros).average().orElse(0), way.docs[0] / n, way.routes);
        }
      }
    }
  }

  private static List<SearchRoute> plan(SplitCollection c, float target, int k) {
    return new Planner(c.segments(), c.calibrations()).plan(SearchScope.of(c.segments()), target, k, 0);
  }

  private static Way way(String name, SplitCollection c, List<? extends SearchRoute> routes, int n) {
    double[] micros = new double[n];
    Arrays.fill(micros, Double.MAX_VALUE);
    return new Way(name, new Searcher(SearchScope.of(c.segments())), routes, micros, new double[n], new long[1]);
  }

  private static void run(List<Way> ways, List<QuantizedQuery> queries, int k) {
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < queries.size(); i++) {
        float[] wanted = new float[0];
        for (Way way : ways) {
          long start = System.nanoTime();
          way.searcher.search(queries.get(i), way.routes, k, Cancellation.NEVER);
          way.micros[i] = Math.min(way.micros[i], (System.nanoTime() - start) / 1e3);
          if (round == 0) {
            way.docs[0] += way.searcher.stats().documentsScored();
            float[] scores = new float[way.searcher.size()];
            for (int rank = 0; rank < scores.length; rank++) {
              scores[rank] = way.searcher.score(rank);
            }
            if (wanted.length == 0) {
              wanted = scores;
            }
            int met = 0;
            for (float score : scores) {
              met += score >= wanted[wanted.length - 1] ? 1 : 0;
            }
            way.recall[i] = (double) met / wanted.length;
          }
        }
      }
    }
  }
}
