package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.client.DenseField;
import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.NewCollection;
import io.siskin.client.Ranking;
import io.siskin.client.RankingNode;
import io.siskin.client.RankingNode.Dense;
import io.siskin.client.RankingNode.Frame;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SearchResult.Hit;
import io.siskin.client.Selection;
import io.siskin.client.SparseVector;
import io.siskin.index.testing.Seeds;
import io.siskin.server.rpc.GrpcServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Dense searches of a collection that changes and whose segments have graphs of neighbours. They
 * find most of what an exact search finds, with its scores, and score few of the documents.
 */
@Timeout(180)
final class DenseGraphTest {
  private static final int DOCUMENTS = 3000;
  private static final int DIMENSIONS = 8;
  private static final int LIMIT = 10;
  private static final int QUERIES = 20;
  private static final WriteLimits LARGE =
      new WriteLimits(
          1 << 20, 32_768, 64 << 20, TimeUnit.MINUTES.toNanos(10), TimeUnit.MINUTES.toNanos(10));

  @TempDir private Path folder;

  private final Random random = new Random(Seeds.next());
  private final Map<String, List<float[]>> written = new HashMap<>();

  @Test
  void graphsFindMostOfTheNearest() throws Exception {
    try (LiveServer live = new LiveServer(folder.resolve("data"), LARGE);
        GrpcServer server = live.serve();
        SearchClient client = LiveServer.clientOf(server)) {
      DenseField.Graph graph = new DenseField.Graph(8, 60, 500);
      DenseField field = DenseField.of("v", DIMENSIONS).withVectorsMax(2).withGraph(graph);
      assertThat(
              client
                  .collectionsClient()
                  .create(NewCollection.of("books").withDenseField(field))
                  .storage()
                  .denseFields())
          .containsExactly(field);
      DocumentsClient books =
          client.documents("books").withWaitFor(DocumentsClient.WaitFor.SEARCHABLE);
      books.upsert(documents(0, DOCUMENTS));
      check(client, DOCUMENTS, Long.MAX_VALUE);
      client.collectionsClient().flush("books");
      check(client, 0, DOCUMENTS / 2);
      // Some are in no file yet, some are replaced, and some are gone.
      books.upsert(documents(DOCUMENTS - 100, DOCUMENTS + 100));
      List<String> gone = written.keySet().stream().filter(_ -> random.nextInt(20) == 0).toList();
      books.delete(new Selection.Ids(gone));
      gone.forEach(written::remove);
      check(client, 0, DOCUMENTS / 2 + 600);
      client.collectionsClient().flush("books");
      client.collectionsClient().compact("books");
      check(client, 0, DOCUMENTS / 2);
    }
  }

  private void check(SearchClient client, long scoredMin, long scoredMax) {
    int same = 0;
    long scored = 0;
    for (int i = 0; i < QUERIES; i++) {
      float[] query = draw();
      SearchResult exact = search(client, query, new RankingNode.Effort.Exact());
      List<Double> best =
          written.values().stream()
              .map(vectors -> DenseRankingTest.largest(vectors, query))
              .sorted(Comparator.reverseOrder())
              .limit(LIMIT)
              .toList();
      assertThat(exact.hits()).extracting(hit -> (double) hit.score()).isEqualTo(best);
      SearchResult found = search(client, query, new RankingNode.Effort.Candidates(20));
      List<String> right = exact.hits().stream().map(Hit::id).toList();
      assertThat(found.hits()).hasSize(LIMIT);
      for (Hit hit : found.hits()) {
        List<float[]> vectors = Objects.requireNonNull(written.get(hit.id()));
        assertThat((double) hit.score()).isEqualTo(DenseRankingTest.largest(vectors, query));
        same += right.contains(hit.id()) ? 1 : 0;
      }
      scored += found.stages().getLast().documentsScored();
    }
    assertThat(same).isGreaterThan(QUERIES * LIMIT * 7 / 10);
    assertThat(scored / QUERIES).isBetween(scoredMin, scoredMax);
  }

  private static SearchResult search(
      SearchClient client, float[] query, RankingNode.Effort effort) {
    List<Float> vector = new ArrayList<>();
    for (float value : query) {
      vector.add(value);
    }
    RankingNode node =
        new Dense(Frame.of(LIMIT), "v", new RankingNode.Target.Vector(vector), effort);
    return client.search(
        SearchRequest.vector(
                "books", SparseVector.ofTokens(new String[] {"common"}, new float[] {1}))
            .withRanking(new Ranking.Tree(node))
            .withK(LIMIT));
  }

  private List<Document> documents(int from, int to) {
    List<Document> documents = new ArrayList<>();
    for (int i = from; i < to; i++) {
      List<float[]> vectors = new ArrayList<>();
      for (int v = random.nextInt(2); v >= 0; v--) {
        vectors.add(draw());
      }
      written.put("d" + i, vectors);
      documents.add(
          Document.of("d" + i)
              .withVector(SparseVector.ofTokens(new String[] {"common"}, new float[] {1}))
              .withDense("v", vectors.toArray(float[][]::new)));
    }
    return documents;
  }

  /** Whole numbers, whose sums are exact in any order. */
  private float[] draw() {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = random.nextInt(-99, 100);
    }
    return vector;
  }
}
