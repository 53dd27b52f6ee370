package io.siskin.loadtest.segments;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.server.corpus.InputOptions;
import io.siskin.server.corpus.SourceQueries;
import io.siskin.server.corpus.SourceQuery;
import io.siskin.server.plan.Planner;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.MappedSegment;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchRoute;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.Searcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Compares searches of the same documents in one segment and in seven, and there with and without
 * what earlier segments have found. Seven segments are once of equal sizes and once of the sizes
 * that merges leave.
 *
 * <p>All ways run in one process. In each round every way answers all queries, and the ways take
 * turns in an order that is drawn for each round. The time of a query is the least of its rounds.
 * Recall is against the exact search of the one segment.
 *
 * <pre>{@code
 * java @bin/jvm.options -cp 'loadtest/target/classes:server/target/lib/*:...' \
 *   io.siskin.loadtest.segments.SegmentComparison BASE FOLDER QUERIES COUNT K TARGET...
 * }</pre>
 */
public final class SegmentComparison {
  private static final int ROUNDS = 7;
  private static final int[] EQUAL = {1, 1, 1, 1, 1, 1, 1};
  private static final int[] TIERS = {120, 30, 25, 10, 8, 4, 3};

  private final List<QuantizedQuery> queries;
  private final int k;
  private final List<Way> ways = new ArrayList<>();

  private SegmentComparison(List<QuantizedQuery> queries, int k) {
    this.queries = queries;
    this.k = k;
  }

  /**
   * Runs the comparison.
   *
   * @param arguments the file of vectors, the folder in which segments are built and kept, the file
   *     of queries, how many of them are used, k, and the recall targets
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    Path base = Path.of(arguments[0]);
    Path folder = Path.of(arguments[1]);
    List<QuantizedQuery> queries = read(Path.of(arguments[2]), Integer.parseInt(arguments[3]));
    int k = Integer.parseInt(arguments[4]);
    SplitCollection one = SplitCollection.open(base, folder.resolve("one"), new int[] {1});
    SplitCollection equal = SplitCollection.open(base, folder.resolve("equal"), EQUAL);
    SplitCollection tiers = SplitCollection.open(base, folder.resolve("tiers"), TIERS);
    for (String argument : Arrays.asList(arguments).subList(5, arguments.length)) {
      float target = Float.parseFloat(argument);
      SegmentComparison comparison = new SegmentComparison(queries, k);
      // The first one is what the others' recall is against.
      comparison.addShared("one, exact", one, plan(one, 1, k));
      comparison.addShared("one, plan", one, plan(one, target, k));
      comparison.addShared("one, clustered", one, clustered(one));
      comparison.addSplit("7 equal", equal, target);
      comparison.addSplit("7 tiers", tiers, target);
      comparison.run();
      System.out.printf(Locale.ROOT, "k %d, target %.2f, %d queries%n", k, target, queries.size());
      comparison.print();
    }
    for (SplitCollection collection : List.of(one, equal, tiers)) {
      for (MappedSegment segment : collection.segments()) {
        segment.segment().release();
      }
    }
  }

  private static List<QuantizedQuery> read(Path file, int count) throws IOException {
    List<QuantizedQuery> queries = new ArrayList<>();
    for (SourceQuery query : SourceQueries.read(file, InputOptions.DEFAULT)) {
      if (query.vector() != null && queries.size() < count) {
        queries.add(QuantizedQuery.of(query.vector()));
      }
    }
    return queries;
  }

  private static List<SearchRoute> plan(SplitCollection collection, float target, int k) {
    return new Planner(collection.segments(), collection.calibrations())
        .plan(SearchScope.of(collection.segments()), target, k, 0);
  }

  private static List<SearchRoute> clustered(SplitCollection collection) {
    return Collections.nCopies(collection.segments().size(), SearchMode.Clustered.DEFAULTS);
  }

  private void addSplit(String name, SplitCollection split, float target) {
    addShared(name + ", exact", split, plan(split, 1, k));
    addAlone(name + ", plan, each for itself", split, plan(split, target, k));
    addShared(name + ", plan, running", split, plan(split, target, k));
    addAlone(name + ", clustered, each for itself", split, clustered(split));
    addShared(name + ", clustered, running", split, clustered(split));
  }

  private void addShared(String name, SplitCollection split, List<SearchRoute> routes) {
    Searcher searcher = new Searcher(SearchScope.of(split.segments()));
    ways.add(new Way(name, searcher, routes, queries.size()));
  }

  private void addAlone(String name, SplitCollection split, List<SearchRoute> routes) {
    Searcher searcher = Searcher.withoutRunningThreshold(SearchScope.of(split.segments()));
    ways.add(new Way(name, searcher, routes, queries.size()));
  }

  private void run() {
    float[] wanted = new float[queries.size()];
    List<Way> turns = new ArrayList<>(ways);
    for (int round = 0; round < ROUNDS; round++) {
      for (int turn = 0; turn < turns.size(); turn++) {
        Way way = turns.get(turn);
        for (int i = 0; i < queries.size(); i++) {
          way.search(queries.get(i), i, k);
          if (round == 0) {
            wanted[i] = turn == 0 ? way.lastScore() : wanted[i];
            way.count(wanted[i]);
          }
        }
      }
      Collections.shuffle(turns, new Random(round));
    }
  }

  private void print() {
    double exactCount = ways.getFirst().hitCount;
    for (Way way : ways) {
      System.out.printf(
          Locale.ROOT,
          "%-34s recall %.4f %8.1f us %9.1f documents scored a query%n",
          way.name,
          way.hitCount / exactCount,
          Arrays.stream(way.micros).average().orElse(0),
          (double) way.scoredCount / queries.size());
    }
  }

  /** One way to answer the queries, and what was measured of it. */
  private static final class Way {
    private final String name;
    private final Searcher searcher;
    private final List<SearchRoute> routes;

    /** By query: the least time of all rounds. */
    private final double[] micros;

    private long hitCount;
    private long scoredCount;

    Way(String name, Searcher searcher, List<SearchRoute> routes, int queries) {
      this.name = name;
      this.searcher = searcher;
      this.routes = routes;
      this.micros = new double[queries];
      Arrays.fill(micros, Double.MAX_VALUE);
    }

    void search(QuantizedQuery query, int number, int k) {
      long start = System.nanoTime();
      searcher.search(query, routes, k, Cancellation.NEVER);
      micros[number] = Math.min(micros[number], (System.nanoTime() - start) / 1e3);
    }

    float lastScore() {
      return searcher.size() == 0 ? 0 : searcher.score(searcher.size() - 1);
    }

    /** Counts the hits that are as good as those of the exact list: scores are exact. */
    void count(float lastWanted) {
      for (int rank = 0; rank < searcher.size(); rank++) {
        hitCount += searcher.score(rank) >= lastWanted ? 1 : 0;
      }
      scoredCount += searcher.stats().documentsScored();
    }
  }
}
