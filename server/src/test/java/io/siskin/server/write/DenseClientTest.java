package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.client.DenseField;
import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.FieldValue;
import io.siskin.client.FieldsUpdate;
import io.siskin.client.NewCollection;
import io.siskin.client.Parts;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.Selection;
import io.siskin.client.SparseVector;
import io.siskin.client.WriteResult;
import io.siskin.server.rpc.GrpcServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Dense vectors go from a client into a collection and come back, over a socket. */
@Timeout(120)
final class DenseClientTest {
  private static final List<DenseField> FIELDS =
      List.of(
          DenseField.of("plain", 2),
          DenseField.of("tokens", 3)
              .withStorage(DenseField.Storage.INT8)
              .withSimilarity(DenseField.Similarity.COSINE)
              .withVectorsMax(2));

  @TempDir private Path folder;

  private static Document document(String id) {
    return Document.of(id).withVector(SparseVector.ofTokens(new String[] {"t"}, new float[] {1}));
  }

  @Test
  void vectorsComeBackAsTheyAreStored() throws Exception {
    try (LiveServer live = new LiveServer(folder.resolve("data"), LiveServer.SMALL);
        GrpcServer server = live.serve();
        SearchClient client = LiveServer.clientOf(server)) {
      NewCollection wanted = NewCollection.of("books");
      for (DenseField field : FIELDS) {
        wanted = wanted.withDenseField(field);
      }
      client.collectionsClient().create(wanted);
      assertThat(client.collection("books").storage().denseFields()).isEqualTo(FIELDS);
      DocumentsClient books = client.documents("books");
      checkResults(
          books.upsert(
              List.of(
                  document("a")
                      .withDense("plain", new float[] {1.5f, -2})
                      .withDense("tokens", new float[] {3, 0, 4}, new float[] {0, 1, 0}),
                  document("b").withDense("plain", new float[] {1, 2, 3}),
                  document("c").withDense("nothing", new float[] {1}),
                  document("d").withDense("plain"))));
      // From memory, and then from a segment. An update of fields leaves the vectors.
      for (int round = 0; round < 2; round++) {
        check(books);
        books.updateFields(
            List.of(new FieldsUpdate("a", Map.of("note", FieldValue.of("new")), List.of())));
        client.collectionsClient().flush("books");
      }
      check(books);
      assertThat(client.collection("books").segments().toString()).contains("dense.dat");
      assertThatThrownBy(() -> books.get(List.of("a"), new Parts(false, List.of(), List.of("no"))))
          .isInstanceOf(SearchException.class)
          .hasMessageContaining("dense_fields")
          .hasMessageContaining("plain, tokens");
    }
  }

  private static void checkResults(List<WriteResult> results) {
    assertThat(results)
        .extracting(WriteResult::outcome)
        .containsExactly(
            WriteResult.Outcome.CREATED,
            WriteResult.Outcome.REFUSED,
            WriteResult.Outcome.REFUSED,
            WriteResult.Outcome.CREATED);
    assertThat(results.get(1).error())
        .isInstanceOfSatisfying(
            SearchException.InvalidRequest.class,
            refused ->
                assertThat(refused.violations().toString())
                    .contains("documents[1].dense.plain.vectors[0].values"));
    assertThat(results.get(2).error())
        .isInstanceOfSatisfying(
            SearchException.InvalidRequest.class,
            refused ->
                assertThat(refused.violations().toString()).contains("documents[2].dense.nothing"));
  }

  private static void check(DocumentsClient books) {
    assertThat(books.get(List.of("a")).getFirst().dense()).isEmpty();
    Document found = books.get(List.of("a"), Parts.EVERYTHING).getFirst();
    assertThat(found.dense()).containsOnlyKeys("plain", "tokens");
    assertThat(found.dense().get("plain").toArray(float[][]::new))
        .isDeepEqualTo(new float[][] {{1.5f, -2}});
    float scale = 0.8f / 127;
    assertThat(found.dense().get("tokens").toArray(float[][]::new))
        .isDeepEqualTo(new float[][] {{95 * scale, 0, 127 * scale}, {0, 127 * (1f / 127), 0}});
    int documents = 0;
    for (Document document :
        books.scroll(new Selection.All(), new Parts(false, List.of("*"), List.of("plain")))) {
      assertThat(document.dense().keySet())
          .isEqualTo(document.id().equals("a") ? Set.of("plain") : Set.of());
      documents++;
    }
    assertThat(documents).isEqualTo(2);
  }
}
