package io.siskin.loadtest.filter;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.DataDirectory;
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
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compares the ways of a filtered search on a collection of one segment: what the plan for a recall
 * target finds and takes, and what the exact mode and scoring document by document take. The ways
 * run in turns, query by query, so that other work of the machine affects all of them.
 *
 * <pre>{@code
 * java @bin/jvm.options -cp 'loadtest/target/classes:server/target/lib/*:...' \
 *   io.siskin.loadtest.filter.FilterComparison COLLECTION-DIRECTORY QUERIES K TARGET
 * }</pre>
 */
public final class FilterComparison {
  private static final double[] SHARES = {1, .99, .9, .5, .1, .02, .01, .001};
  private static final int ROUNDS = 5;

  private FilterComparison() {}

  /**
   * A filter.
   *
   * @param name what it is called in the output
   * @param of the accepted documents, by query
   */
  private record Filter(String name, Function<QuantizedQuery, DocumentSet> of) {}

  /**
   * Runs the comparison.
   *
   * @param arguments the collection's folder, the file of queries, k, and the recall target
   * @throws IOException if a file cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    int k = Integer.parseInt(arguments[2]);
    float target = Float.parseFloat(arguments[3]);
    String id = CollectionManifest.read(directory).segments().getFirst().id();
    Segment segment =
        Segment.open(DataDirectory.segmentDirectory(directory, id), Verification.STRUCTURE);
    List<QuantizedQuery> queries = new ArrayList<>();
    for (SourceQuery query : SourceQueries.read(Path.of(arguments[1]), InputOptions.DEFAULT)) {
      if (query.vector() != null) {
        queries.add(QuantizedQuery.of(query.vector()));
      }
    }
    MappedSegment mapped = new MappedSegment(segment, KernelProvider.current());
    Planner planner =
        new Planner(
            List.of(mapped),
            Collections.singletonList(DataDirectory.readCalibration(directory, id)));
    System.out.printf("k %d, target %.2f, %d queries%n", k, target, queries.size());
    System.out.printf(
        "%-24s %8s %8s %9s %9s %9s  %s%n",
        "filter", "share", "recall", "plan us", "exact us", "direct us", "routes");
    for (Filter filter : filters(segment)) {
      new FilterComparison.Run(SearchScope.of(List.of(mapped)), planner, k, target)
          .print(filter, queries);
    }
    segment.release();
  }

  private static List<Filter> filters(Segment segment) {
    int documents = segment.statistics().documentCount();
    Random random = new Random(1);
    List<Filter> filters = new ArrayList<>();
    for (double share : SHARES) {
      DocumentSet.Builder builder = DocumentSet.builder(documents);
      for (int document = 0; document < documents; document++) {
        if (random.nextDouble() < share) {
          builder.add(document);
        }
      }
      DocumentSet set = builder.build();
      filters.add(new Filter("random", _ -> set));
    }
    DocumentSet stretch =
        DocumentSet.builder(documents)
            .addRange(documents / 2, documents / 2 + documents / 10)
            .build();
    filters.add(new Filter("neighbours", _ -> stretch));
    // Filters that go with the query's terms, and against them.
    Map<Integer, DocumentSet> byTerm = new TreeMap<>();
    Function<QuantizedQuery, DocumentSet> with =
        query -> byTerm.computeIfAbsent(heaviest(segment, query), term -> withTerm(segment, term));
    filters.add(new Filter("with heaviest term", with));
    filters.add(
        new Filter(
            "without heaviest term",
            query -> {
              DocumentSet.Builder rest = DocumentSet.all(documents).toBuilder();
              DocumentSet set = with.apply(query);
              for (int at = set.next(0); at != DocumentSet.NONE; at = set.next(at + 1)) {
                rest.remove(at);
              }
              return rest.build();
            }));
    return filters;
  }

  private static int heaviest(Segment segment, QuantizedQuery query) {
    int best = -1;
    int weight = 0;
    for (int i = 0; i < query.vector().size(); i++) {
      int term = segment.terms().number(query.vector(), i);
      if (term >= 0 && query.weight(i) > weight) {
        weight = query.weight(i);
        best = term;
      }
    }
    return best;
  }

  private static DocumentSet withTerm(Segment segment, int term) {
    int documents = segment.statistics().documentCount();
    DocumentSet.Builder builder = DocumentSet.builder(documents);
    ForwardIndex forward = segment.forward();
    if (forward != null) {
      ForwardIndex.Cursor cursor = forward.cursor();
      for (int document = 0; document < documents; document++) {
        cursor.moveTo(document);
        while (cursor.next()) {
          if (cursor.termNumber() == term) {
            builder.add(document);
          }
        }
      }
    }
    return builder.build();
  }

  /** One filter's measurements. */
  private static final class Run {
    private final SearchScope all;
    private final Planner planner;
    private final Searcher searcher;
    private final int k;
    private final float target;

    Run(SearchScope all, Planner planner, int k, float target) {
      this.all = all;
      this.planner = planner;
      this.searcher = new Searcher(all);
      this.k = k;
      this.target = target;
    }

    void print(Filter filter, List<QuantizedQuery> allQueries) {
      // Sets of a query's own take a while to make.
      List<QuantizedQuery> queries =
          filter.name.contains("term") ? allQueries.subList(0, 200) : allQueries;
      List<SearchScope> scopes = new ArrayList<>();
      List<List<? extends SearchRoute>> plans = new ArrayList<>();
      Map<String, Integer> routes = new TreeMap<>();
      double accepted = 0;
      for (QuantizedQuery query : queries) {
        List<@Nullable DocumentSet> sets = Collections.singletonList(filter.of.apply(query));
        DocumentSet set = sets.getFirst();
        accepted += set == null ? 0 : (double) set.size() / set.documentCount();
        SearchScope scope = all.accepting(sets);
        scopes.add(scope);
        plans.add(planner.plan(scope, target, k, 0));
        routes.merge(plans.getLast().getFirst().toString(), 1, Integer::sum);
      }
      List<SearchRoute> exact = List.of(new SearchMode.Exact());
      List<SearchRoute> direct = List.of(new SearchRoute.Direct());
      boolean isDirectMeasured = accepted / queries.size() <= .11;
      double[] plan = new double[queries.size()];
      double[] exactTimes = new double[queries.size()];
      double[] directTimes = new double[queries.size()];
      for (double[] times : List.of(plan, exactTimes, directTimes)) {
        Arrays.fill(times, Double.MAX_VALUE);
      }
      double recall = 0;
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < queries.size(); i++) {
          time(scopes.get(i), queries.get(i), exact, exactTimes, i);
          float[] wanted = scores();
          time(scopes.get(i), queries.get(i), plans.get(i), plan, i);
          recall += round == 0 ? recall(wanted, scores()) : 0;
          if (isDirectMeasured) {
            time(scopes.get(i), queries.get(i), direct, directTimes, i);
          }
        }
      }
      System.out.printf(
          Locale.ROOT,
          "%-24s %8.4f %8.4f %9.1f %9.1f %9s  %s%n",
          filter.name,
          accepted / queries.size(),
          recall / queries.size(),
          mean(plan),
          mean(exactTimes),
          isDirectMeasured ? String.format(Locale.ROOT, "%.1f", mean(directTimes)) : "-",
          routes);
    }

    private void time(
        SearchScope scope,
        QuantizedQuery query,
        List<? extends SearchRoute> routes,
        double[] times,
        int at) {
      long start = System.nanoTime();
      searcher.search(scope, query, routes, k, Cancellation.NEVER);
      times[at] = Math.min(times[at], (System.nanoTime() - start) / 1e3);
    }

    private float[] scores() {
      float[] scores = new float[searcher.size()];
      for (int rank = 0; rank < scores.length; rank++) {
        scores[rank] = searcher.score(rank);
      }
      return scores;
    }

    /** Returns the share of the exact list that was found. Scores are exact, and ties are equal. */
    private static double recall(float[] wanted, float[] found) {
      int met = 0;
      for (float score : found) {
        met += score >= wanted[wanted.length - 1] ? 1 : 0;
      }
      return wanted.length == 0 ? 1 : (double) met / wanted.length;
    }

    private static double mean(double[] times) {
      return Arrays.stream(times).average().orElse(0);
    }
  }
}
