package io.siskin.loadtest.pass;

import io.siskin.client.SearchClient;
import io.siskin.client.SearchMode;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.corpus.SourceQueries;
import io.siskin.server.corpus.SourceQuery;
import io.siskin.server.measure.LatencySummary;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Sends exact vector searches one after another: first some passes over a collection that makes
 * server and client warm, and then some over another one of the same content, which nobody has
 * searched yet. So the difference between the first pass over the second collection and the later
 * ones is the memory of its files, and not the compiler.
 *
 * <p>Prints one line per pass over the second collection: of the evaluation as the server measured
 * it, and of the call as the client sees it, the mean, the median, the 99th percentile and the
 * largest.
 */
public final class FirstPass {
  private static final int HITS = 10;
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final int WARM_PASSES = 5;
  private static final int PASSES = 3;

  private final SearchClient client;
  private final List<SparseVector> queries;

  private FirstPass(SearchClient client, List<SparseVector> queries) {
    this.client = client;
    this.queries = queries;
  }

  /**
   * Measures.
   *
   * @param arguments HOST:PORT, the collection that warms, the one that is measured, a file of
   *     query vectors, and what to begin each line with
   * @throws IOException when the queries cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 5) {
      System.err.println("usage: HOST:PORT WARM_COLLECTION COLLECTION QUERIES LABEL");
      System.exit(2);
    }
    try (SearchClient client = SearchClient.connect(arguments[0])) {
      FirstPass passes = new FirstPass(client, read(Path.of(arguments[3])));
      for (int pass = 0; pass < WARM_PASSES; pass++) {
        passes.run(arguments[1], "");
      }
      for (int pass = 1; pass <= PASSES; pass++) {
        passes.run(arguments[2], arguments[4] + ", pass " + pass);
      }
    }
  }

  private static List<SparseVector> read(Path file) throws IOException {
    List<SparseVector> queries = new ArrayList<>();
    for (SourceQuery query : SourceQueries.read(file)) {
      if (!(query.vector() instanceof TermIdVector terms)) {
        throw new IOException(query.place() + ": not a vector of term ids");
      }
      int[] ids = new int[terms.size()];
      float[] weights = new float[terms.size()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = terms.termId(i);
        weights[i] = terms.weight(i);
      }
      queries.add(SparseVector.ofTermIds(ids, weights));
    }
    return queries;
  }

  private void run(String collection, String label) {
    long[] evaluation = new long[queries.size()];
    long[] call = new long[queries.size()];
    for (int i = 0; i < queries.size(); i++) {
      long start = System.nanoTime();
      SearchResult result =
          client.search(
              SearchRequest.vector(collection, queries.get(i))
                  .withK(HITS)
                  .withDeadline(DEADLINE)
                  .withMode(new SearchMode.Exact()));
      call[i] = System.nanoTime() - start;
      evaluation[i] = result.timings().searchNanos();
    }
    if (!label.isEmpty()) {
      System.out.println(label + ": evaluation " + text(evaluation) + ", call " + text(call));
    }
  }

  private static String text(long[] nanos) {
    LatencySummary summary = LatencySummary.of(nanos);
    return String.format(
        Locale.ROOT,
        "mean %.0f p50 %.0f p99 %.0f max %.0f µs",
        summary.meanNanos() / 1e3,
        summary.p50Nanos() / 1e3,
        summary.p99Nanos() / 1e3,
        summary.maxNanos() / 1e3);
  }
}
