package io.siskin.loadtest.filter;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.factory.TermStatistics;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.filter.FilterCache;
import io.siskin.server.filter.Selection;
import io.siskin.server.ingest.DocumentPruning;
import io.siskin.server.ingest.IndexJob;
import io.siskin.server.ingest.IndexRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Measures what it costs to encode a query under BM25 by the statistics of a tenant, beside those
 * of the whole collection: when a term is asked for the first time, and when it is known. The ways
 * run in turns, query by query, so that other work of the machine affects all of them.
 *
 * <p>The documents are dealt to tenants of 50, 10, 1 and 0.1 % at random; the rest has no part in
 * it. A query is the first words of a document.
 *
 * <pre>{@code
 * java @bin/jvm.options -cp 'loadtest/target/classes:server/target/lib/*:...' \
 *   io.siskin.loadtest.filter.TenantStatisticsCost DOCUMENTS.jsonl EMPTY-DIRECTORY
 * }</pre>
 */
public final class TenantStatisticsCost {
  private static final String COLLECTION = "shared";
  private static final double[] SHARES = {.5, .1, .01, .001};
  private static final int QUERIES = 1_000;
  private static final int QUERY_WORDS = 6;
  private static final int WARM_UP_QUERIES = 300;
  private static final long CACHE_BYTES = 64L << 20;
  private static final Schema SCHEMA =
      new Schema(List.of(new Schema.Field("owner", FieldType.STRING)), "owner");

  private TenantStatisticsCost() {}

  /**
   * Runs the measurement.
   *
   * @param arguments a file of documents, one JSON object with a member {@code text} per line, and
   *     a folder for the collection that is made
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    List<String> lines = Files.readAllLines(Path.of(arguments[0]));
    Path data = Path.of(arguments[1]);
    build(lines, data);
    List<String> queries = queries(lines);
    Path directory = data.resolve(COLLECTION);
    CollectionSnapshot warm = open(directory);
    CollectionSnapshot cold = open(directory);
    try {
      System.out.printf(
          Locale.ROOT,
          "%d documents, %d queries of up to %d words; microseconds to encode a query%n",
          lines.size(),
          queries.size(),
          QUERY_WORDS);
      System.out.println("| tenant | documents | statistics | p50 | p95 |");
      System.out.println("|---|---|---|---|---|");
      for (double share : SHARES) {
        new Run(warm, cold, Selection.of(null, owner(share), SCHEMA), share).print(queries);
      }
    } finally {
      warm.release();
      cold.release();
    }
  }

  private static CollectionSnapshot open(Path directory) throws IOException {
    return CollectionSnapshot.open(
        directory, CollectionManifest.read(directory), Verification.STRUCTURE, TextModels.NONE);
  }

  private static String owner(double share) {
    return "tenant-" + share;
  }

  private static void build(List<String> lines, Path data) throws IOException {
    Random random = new Random(1);
    List<String> owned = new ArrayList<>(lines.size());
    for (String line : lines) {
      double draw = random.nextDouble();
      String owner = "others";
      for (double share : SHARES) {
        if (draw >= 0 && draw < share) {
          owner = owner(share);
        }
        draw -= share;
      }
      owned.add("{\"owner\":\"" + owner + "\"," + line.substring(1));
    }
    Files.createDirectories(data);
    Path input = Files.write(data.resolve("documents.jsonl"), owned);
    new IndexJob(
            new IndexRequest(
                List.of(input),
                InputFormat.JSONL,
                data,
                COLLECTION,
                new Bm25Spec(new AnalyzerSpec.English()),
                Map.of(),
                List.of(),
                BuildOptions.DEFAULTS,
                DocumentPruning.NONE,
                0,
                false,
                SCHEMA,
                StatisticsScope.TENANT),
            BuildProgress.NONE,
            bad -> {
              throw bad;
            },
            TextModels.NONE)
        .run();
  }

  private static List<String> queries(List<String> lines) {
    Random random = new Random(2);
    List<String> queries = new ArrayList<>(QUERIES);
    while (queries.size() < QUERIES) {
      String line = lines.get(random.nextInt(lines.size()));
      String text = line.substring(line.indexOf("\"text\"") + 8);
      String[] words = text.split("[^a-z]+", QUERY_WORDS + 1);
      queries.add(String.join(" ", Arrays.copyOf(words, Math.min(words.length, QUERY_WORDS))));
    }
    return queries;
  }

  /** The measurement for one tenant. */
  private static final class Run {
    private static final FilterCache KEEPS = new FilterCache(CACHE_BYTES);
    private static final FilterCache KEEPS_NOTHING = new FilterCache(0);

    private final CollectionSnapshot warm;
    private final CollectionSnapshot cold;
    private final Selection tenant;
    private final String share;

    Run(CollectionSnapshot warm, CollectionSnapshot cold, Selection tenant, double share) {
      this.warm = warm;
      this.cold = cold;
      this.tenant = tenant;
      this.share = String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    void print(List<String> queries) {
      double[] whole = new double[queries.size()];
      double[] set = new double[queries.size()];
      double[] first = new double[queries.size()];
      double[] known = new double[queries.size()];
      for (int i = -WARM_UP_QUERIES; i < queries.size(); i++) {
        String query = queries.get(Math.floorMod(i, queries.size()));
        int at = Math.max(i, 0);
        whole[at] = micros(() -> encode(warm, warm, query));
        set[at] = micros(() -> statistics(cold, KEEPS_NOTHING));
        TermStatistics uncounted = statistics(cold, KEEPS_NOTHING);
        first[at] = micros(() -> encode(cold, uncounted, query));
        encode(warm, statistics(warm, KEEPS), query);
        known[at] = micros(() -> encode(warm, statistics(warm, KEEPS), query));
      }
      long documents = statistics(warm, KEEPS).documentCount();
      print("of the collection", documents, whole);
      print("of the tenant, its documents found for the first time", documents, set);
      print("of the tenant, the terms counted for the first time", documents, first);
      print("of the tenant, all known", documents, known);
    }

    private TermStatistics statistics(CollectionSnapshot snapshot, FilterCache cache) {
      return snapshot.statistics(tenant, cache, () -> {});
    }

    private static void encode(
        CollectionSnapshot snapshot, TermStatistics statistics, String query) {
      snapshot.encoding(statistics, () -> snapshot.encoders().queries().encode(query));
    }

    private static double micros(Runnable work) {
      long start = System.nanoTime();
      work.run();
      return (System.nanoTime() - start) / 1_000.0;
    }

    private void print(String statistics, long documents, double[] micros) {
      Arrays.sort(micros);
      System.out.printf(
          Locale.ROOT,
          "| %s | %d | %s | %.1f | %.1f |%n",
          share,
          documents,
          statistics,
          micros[micros.length / 2],
          micros[micros.length * 95 / 100]);
    }
  }
}
