package io.siskin.loadtest.live;

import io.siskin.client.ClientOptions;
import io.siskin.client.CollectionInfo;
import io.siskin.client.CollectionsClient;
import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.FieldType;
import io.siskin.client.FieldValue;
import io.siskin.client.Filter;
import io.siskin.client.NewCollection;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchMode;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.Selection;
import io.siskin.client.SparseVector;
import io.siskin.client.WriteResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A server of Siskin that runs already, used through the client over loopback. Rows are documents
 * whose id is their number. Each has the field {@code group}.
 *
 * <p>Commands: {@code create NAME}, {@code fill NAME FROM TO BATCH} upserts rows and waits for each
 * batch to be durable, {@code compact NAME}, {@code flush NAME}, {@code info NAME}, {@code search
 * NAME TARGET GROUP FROM TO K} searches queries one after the other (GROUP is {@code -} for no
 * filter), {@code oracle NAME GROUP FROM TO K} compares exact filtered searches with exact searches
 * of everything, {@code load ...} (see {@link LoadRound}) and {@code churn ...} (see {@link
 * Churn}).
 */
public final class SiskinEngine implements Commands.Engine {
  /** The field that filters use. */
  static final String GROUP = "group";

  private static final int ORACLE_HITS = 10_000;
  private static final int CHUNK_ROWS = 2_000;

  private final SearchClient client;
  private final CollectionsClient collections;
  private final Rows rows;

  /**
   * What is written and searched.
   *
   * @param documents the documents
   * @param queries the queries
   * @param groups one letter for each document
   */
  record Rows(Vectors documents, Vectors queries, byte[] groups) {
    /**
     * Returns a row as a document.
     *
     * @param id the number that it gets
     * @param row the row
     */
    Document document(long id, int row) {
      return Document.of(Long.toString(id))
          .withVector(SparseVector.ofTermIds(documents.terms(row), documents.weights(row)))
          .withField(GROUP, FieldValue.of(new String(groups, row, 1, StandardCharsets.US_ASCII)));
    }

    /**
     * Returns an exact search for the best 10.
     *
     * @param collection the collection
     * @param number the number of the query, of any size
     */
    SearchRequest search(String collection, long number) {
      int query = (int) (number % queries.rows());
      return SearchRequest.vector(
          collection, SparseVector.ofTermIds(queries.terms(query), queries.weights(query)));
    }

    /**
     * Returns an exact search for the documents that are most like one, which finds that one.
     *
     * @param collection the collection
     * @param row the row of a document
     */
    SearchRequest searchLike(String collection, int row) {
      return SearchRequest.vector(
          collection, SparseVector.ofTermIds(documents.terms(row), documents.weights(row)));
    }
  }

  private SiskinEngine(SearchClient client, Rows rows) {
    this.client = client;
    this.collections = client.collectionsClient();
    this.rows = rows;
  }

  /**
   * Does the commands of standard input.
   *
   * @param arguments HOST:PORT, the documents, the queries, and the file of groups
   * @throws Exception when a command fails
   */
  public static void main(String[] arguments) throws Exception {
    Rows rows =
        new Rows(
            Vectors.read(Path.of(arguments[1])),
            Vectors.read(Path.of(arguments[2])),
            Files.readAllBytes(Path.of(arguments[3])));
    ClientOptions options =
        ClientOptions.of(arguments[0]).withDeadline(Duration.ofMinutes(10)).withMaxAttempts(1);
    try (SearchClient client = SearchClient.connect(options)) {
      Commands.serve(new SiskinEngine(client, rows));
    }
  }

  @Override
  public Map<String, Object> run(String[] words) throws Exception {
    return switch (words[0]) {
      case "create" -> create(words[1]);
      case "fill" -> fill(words[1], Ints.of(words, 2));
      case "compact" -> describe(collections.compact(words[1]));
      case "info" -> describe(client.collection(words[1]));
      case "flush" -> {
        collections.flush(words[1]);
        yield describe(client.collection(words[1]));
      }
      case "search" -> search(words[1], Float.parseFloat(words[2]), words[3], Ints.of(words, 4));
      case "oracle" -> compare(words[1], words[2], Ints.of(words, 3));
      case "load" -> LoadRound.of(client, rows, words).run();
      case "begin" -> Churn.begin(client, rows, words);
      case "churn" -> Churn.of(client, rows, words).run();
      default -> throw Commands.unknown(words);
    };
  }

  private Map<String, Object> create(String name) {
    return describe(collections.create(NewCollection.of(name).withField(GROUP, FieldType.STRING)));
  }

  private static Map<String, Object> describe(CollectionInfo info) {
    return Map.of(
        "documents",
        info.documentCount(),
        "deleted",
        info.storage().deletedDocumentCount(),
        "log_bytes",
        info.storage().memory().logBytes(),
        "segments",
        info.segments().stream().map(CollectionInfo.Segment::documentCount).toList());
  }

  private Map<String, Object> fill(String name, int[] range) throws IOException {
    DocumentsClient documents = client.documents(name);
    long nanos = 0;
    int batch = range[2];
    int chunk = Math.ceilDiv(CHUNK_ROWS, batch) * batch;
    for (int from = range[0]; from < range[1]; from += chunk) {
      List<List<Document>> batches = batches(from, Math.min(from + chunk, range[1]), batch);
      long start = System.nanoTime();
      for (List<Document> one : batches) {
        check(documents.upsert(one));
      }
      nanos += System.nanoTime() - start;
    }
    return Map.of("seconds", nanos / 1e9);
  }

  private List<List<Document>> batches(int from, int to, int batch) {
    List<List<Document>> batches = new ArrayList<>();
    for (int first = from; first < to; first += batch) {
      List<Document> one = new ArrayList<>();
      for (int row = first; row < Math.min(first + batch, to); row++) {
        one.add(rows.document(row, row));
      }
      batches.add(one);
    }
    return batches;
  }

  /**
   * Checks that all documents of a batch were written.
   *
   * @param results what became of them
   * @throws IOException when one was not
   */
  static void check(List<WriteResult> results) throws IOException {
    for (WriteResult result : results) {
      if (result.error() != null) {
        throw new IOException("a document was refused", result.error());
      }
    }
  }

  private Map<String, Object> search(String name, float target, String group, int[] range) {
    List<Double> micros = new ArrayList<>();
    List<Double> serverMicros = new ArrayList<>();
    List<List<Integer>> found = new ArrayList<>();
    for (int query = range[0]; query < range[1]; query++) {
      SearchRequest request =
          filtered(rows.search(name, query).withRecallTarget(target).withK(range[2]), group);
      long start = System.nanoTime();
      SearchResult result = client.search(request);
      micros.add((System.nanoTime() - start) / 1e3);
      serverMicros.add(result.timings().totalNanos() / 1e3);
      found.add(result.hits().stream().map(hit -> Integer.valueOf(hit.id())).toList());
    }
    return Map.of("micros", micros, "server_micros", serverMicros, "rows", found);
  }

  private static SearchRequest filtered(SearchRequest request, String group) {
    return group.equals("-")
        ? request
        : request.withSelection(Selection.where(Filter.equal(GROUP, FieldValue.of(group))));
  }

  /**
   * Compares exact filtered searches with the oracle: the exact ranking of everything, from which
   * documents of other groups are left out.
   */
  private Map<String, Object> compare(String name, String group, int[] range) {
    int compared = 0;
    int differences = 0;
    for (int query = range[0]; query < range[1]; query++) {
      SearchRequest exact = rows.search(name, query).withMode(SearchMode.exact());
      List<SearchResult.Hit> all = client.search(exact.withK(ORACLE_HITS)).hits();
      List<SearchResult.Hit> wanted =
          all.stream()
              .filter(hit -> rows.groups[Integer.parseInt(hit.id())] == group.charAt(0))
              .limit(range[2])
              .toList();
      List<SearchResult.Hit> found = client.search(filtered(exact.withK(range[2]), group)).hits();
      // The oracle may be shorter where its ranking ends before k documents of the group.
      boolean isWhole = all.size() < ORACLE_HITS || wanted.size() == range[2];
      boolean agrees =
          isWhole
              ? found.equals(wanted)
              : found.size() >= wanted.size() && found.subList(0, wanted.size()).equals(wanted);
      compared += wanted.size();
      differences += agrees ? 0 : 1;
    }
    return Map.of("hits", compared, "differences", differences);
  }
}
