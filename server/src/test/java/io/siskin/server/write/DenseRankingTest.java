package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.client.DenseField;
import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.NewCollection;
import io.siskin.client.Ranking;
import io.siskin.client.RankingNode;
import io.siskin.client.RankingNode.Dense;
import io.siskin.client.RankingNode.EarlyStop;
import io.siskin.client.RankingNode.Frame;
import io.siskin.client.RankingNode.Interpolate;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SearchResult.Hit;
import io.siskin.client.SparseVector;
import io.siskin.index.testing.Seeds;
import io.siskin.server.rpc.GrpcServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ranking trees over dense fields that are stored: in memory, in segments, and in both. What comes
 * back is compared with plain loops over what was written.
 */
@Timeout(180)
final class DenseRankingTest {
  private static final int DOCUMENTS = 300;
  private static final int DIMENSIONS = 24;
  private static final int LIMIT = 40;
  private static final double ALPHA = 0.3;
  private static final double MISSING = -0.25;
  private static final SparseVector QUERY =
      SparseVector.ofTokens(new String[] {"common"}, new float[] {1});

  @TempDir private Path folder;

  private final Random random = new Random(Seeds.next());

  /** The vectors that each document was written with; none for some. */
  private final Map<String, List<float[]>> written = new HashMap<>();

  private float[] draw() {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      // Whole numbers, whose sums are exact in any order.
      vector[i] = random.nextInt(-9, 10);
    }
    return vector;
  }

  private List<Document> documents(int from, int to) {
    List<Document> documents = new ArrayList<>();
    for (int i = from; i < to; i++) {
      Document document =
          Document.of("d" + i)
              .withVector(
                  SparseVector.ofTokens(
                      new String[] {"common"}, new float[] {1 + random.nextInt(200)}));
      List<float[]> vectors = new ArrayList<>();
      for (int v = random.nextInt(4); v > 0; v--) {
        vectors.add(draw());
      }
      written.put("d" + i, vectors);
      documents.add(
          vectors.isEmpty() ? document : document.withDense("v", vectors.toArray(float[][]::new)));
    }
    return documents;
  }

  @Test
  void denseStagesAgreeWithPlainLoops() throws Exception {
    try (LiveServer live = new LiveServer(folder.resolve("data"), LiveServer.SMALL);
        GrpcServer server = live.serve();
        SearchClient client = LiveServer.clientOf(server)) {
      client
          .collectionsClient()
          .create(
              NewCollection.of("books")
                  .withDenseField(DenseField.of("v", DIMENSIONS).withVectorsMax(3))
                  .withDenseField(
                      DenseField.of("c", 2).withSimilarity(DenseField.Similarity.COSINE)));
      DocumentsClient books =
          client.documents("books").withWaitFor(DocumentsClient.WaitFor.SEARCHABLE);
      books.upsert(documents(0, DOCUMENTS / 2));
      check(client);
      client.collectionsClient().flush("books");
      check(client);
      books.upsert(documents(DOCUMENTS / 3, DOCUMENTS));
      check(client);
      checkRefusals(client);
    }
  }

  private static SearchResult search(SearchClient client, RankingNode root) {
    return client.search(
        SearchRequest.vector("books", QUERY).withRanking(new Ranking.Tree(root)).withK(LIMIT));
  }

  private void check(SearchClient client) {
    float[] query = draw();
    List<Float> vector = list(query);
    List<Hit> dense = search(client, new Dense(Frame.of(LIMIT), "v", vector)).hits();
    List<Double> best =
        written.values().stream()
            .filter(vectors -> !vectors.isEmpty())
            .map(vectors -> largest(vectors, query))
            .sorted(Comparator.reverseOrder())
            .limit(LIMIT)
            .toList();
    assertThat(dense).extracting(hit -> (double) hit.score()).isEqualTo(best);
    dense.forEach(
        hit ->
            assertThat((double) hit.score())
                .isEqualTo(largest(written.getOrDefault(hit.id(), List.of()), query)));

    SearchResult whole = search(client, interpolate(vector, EarlyStop.NONE));
    SearchResult proven = search(client, interpolate(vector, EarlyStop.PROVEN));
    assertThat(proven.hits()).extracting(Hit::id).isEqualTo(ids(whole));
    assertThat(lookedUp(proven)).isLessThanOrEqualTo(lookedUp(whole));
    for (Hit hit : whole.hits()) {
      List<float[]> vectors = written.getOrDefault(hit.id(), List.of());
      double second = vectors.isEmpty() ? MISSING : largest(vectors, query);
      double first = hit.stageScores().getOrDefault("first", Double.NaN);
      assertThat(hit.stageScores().get("both")).isEqualTo(ALPHA * first + (1 - ALPHA) * second);
    }
  }

  private static RankingNode interpolate(List<Float> vector, EarlyStop stop) {
    return new Interpolate(
        new Frame(LIMIT, "both", null),
        new RankingNode.Sparse(new Frame(10_000, "first", null), null, null, null),
        "v",
        vector,
        ALPHA,
        MISSING,
        stop);
  }

  private static void checkRefusals(SearchClient client) {
    assertThatThrownBy(() -> search(client, new Dense(Frame.of(LIMIT), "c", List.of(0f, 0f))))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining("node.dense.vector")
        .hasMessageContaining("cosine");
    assertThatThrownBy(() -> search(client, new Dense(Frame.of(LIMIT), "c", List.of(1f))))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining("2 numbers");
    assertThatThrownBy(() -> search(client, new Dense(Frame.of(LIMIT), "w", List.of(1f))))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining("node.dense.field");
  }

  private static long lookedUp(SearchResult result) {
    return result.stages().getLast().documentsScored();
  }

  private static List<String> ids(SearchResult result) {
    return result.hits().stream().map(Hit::id).toList();
  }

  private static List<Float> list(float[] vector) {
    List<Float> list = new ArrayList<>();
    for (float value : vector) {
      list.add(value);
    }
    return list;
  }

  /** Returns the largest inner product with one of the vectors, by plain loops. */
  static double largest(List<float[]> vectors, float[] query) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float[] vector : vectors) {
      double sum = 0;
      for (int i = 0; i < vector.length; i++) {
        sum += vector[i] * query[i];
      }
      largest = Math.max(largest, sum);
    }
    return largest;
  }
}
