package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.FieldType;
import io.siskin.client.NewCollection;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SparseVector;
import io.siskin.client.SuggestRequest;
import io.siskin.client.Suggestion;
import io.siskin.server.app.CapturedRun;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.rpc.GrpcServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logs of queries that are stored with collections, and what is suggested by them. */
@Timeout(180)
final class LiveSuggestionsTest {
  private static final String LOG =
      """
      {"query": "garden birds", "count": 6}
      {"query": "Garden  Bees", "count": 3}
      {"session": ["garden birds", "feeding birds in winter"], "count": 2}

      {"session": ["garden birds", "bird tables", "feeding birds in winter"]}
      """;

  @TempDir private Path folder;

  private record Served(LiveServer live, GrpcServer server, SearchClient client)
      implements AutoCloseable {
    @Override
    public void close() {
      client.close();
      server.close();
      live.close();
    }
  }

  private Served serve() throws Exception {
    LiveServer live = new LiveServer(folder.resolve("data"), LiveServer.SMALL);
    GrpcServer server = live.serve();
    SearchClient client = LiveServer.clientOf(server);
    return new Served(live, server, client);
  }

  private static List<String> texts(List<Suggestion> suggestions) {
    return suggestions.stream().map(Suggestion::text).toList();
  }

  private CapturedRun command(Served served, String... arguments) {
    List<String> all = new java.util.ArrayList<>(List.of("suggestions"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("-c", "birds", "--target", "127.0.0.1:" + served.server.port()));
    return CapturedRun.of(all.toArray());
  }

  @Test
  void aLogIsImportedAndStaysUntilItsCollectionGoes() throws Exception {
    Path file = Files.writeString(folder.resolve("log.jsonl"), LOG);
    try (Served served = serve()) {
      served.client.collectionsClient().create(NewCollection.of("birds"));
      served.client.collectionsClient().setAlias("alias", "birds");
      assertThat(served.client.suggest(SuggestRequest.of("birds", "garden"))).isEmpty();
      CapturedRun imported = command(served, "import", file.toString());
      assertThat(imported.status()).as(imported.err()).isEqualTo(ExitStatus.OK);
      assertThat(imported.out()).contains("queries kept: 4");
      assertThat(served.client.suggest(SuggestRequest.of("alias", "GARDEN b")))
          .containsExactly(
              new Suggestion("garden birds", false, 0.5, 9, 1, 0),
              new Suggestion("garden bees", false, 0.5 * 3 / 9, 3, 3.0 / 9, 0));
      // Of four times that something followed, three times it was this.
      assertThat(
              served.client.suggest(
                  new SuggestRequest("birds", "", List.of("garden birds"), 2, 1, false)))
          .containsExactly(
              new Suggestion("feeding birds in winter", false, 0.75, 3, 3.0 / 9, 0.75),
              new Suggestion("bird tables", false, 0.25, 1, 1.0 / 9, 0.25));
      CapturedRun found = command(served, "find", "garden", "--count", "1");
      assertThat(found.out()).isEqualTo("0.5000  9  log  garden birds\n");
      refuse(served, "{\"query\": 3}", "log.jsonl:1");
      refuse(served, "{\"query\": \"x\", \"count\": -1}", "log.jsonl:1.count");
      refuse(served, "\n[1", "log.jsonl:2");
      refuse(served, "{\"session\": [1]}", "log.jsonl:1, session");
    }
    try (Served served = serve()) {
      assertThat(texts(served.client.suggest(SuggestRequest.of("birds", "garden"))))
          .containsExactly("garden birds", "garden bees");
      served.client.collectionsClient().deleteAlias("alias");
      served.client.collectionsClient().drop("birds");
      served.client.collectionsClient().create(NewCollection.of("birds"));
      assertThat(served.client.suggest(SuggestRequest.of("birds", "garden"))).isEmpty();
    }
  }

  private void refuse(Served served, String content, String place) throws IOException {
    Path file = Files.writeString(folder.resolve("log.jsonl"), content);
    CapturedRun run = command(served, "import", file.toString());
    assertThat(run.status()).isNotEqualTo(ExitStatus.OK);
    assertThat(run.err()).contains(place);
  }

  @Test
  void termsCompleteTheLastWordInMemoryAndInSegments() throws Exception {
    try (Served served = serve()) {
      served.client.collectionsClient().create(NewCollection.of("birds"));
      DocumentsClient birds =
          served.client.documents("birds").withWaitFor(DocumentsClient.WaitFor.SEARCHABLE);
      birds.upsert(List.of(document("a", "kite", "king"), document("b", "kite")));
      checkTerms(served, List.of("red kite", "red king"), 2);
      served.client.collectionsClient().flush("birds");
      checkTerms(served, List.of("red kite", "red king"), 2);
      birds.upsert(List.of(document("c", "king", "kiwi"), document("d", "king")));
      checkTerms(served, List.of("red king", "red kite", "red kiwi"), 4);
      SuggestRequest over = new SuggestRequest("birds", "red ki ", List.of(), 10, 0, true);
      assertThat(served.client.suggest(over)).isEmpty();
    }
  }

  private static Document document(String id, String... terms) {
    float[] weights = new float[terms.length];
    java.util.Arrays.fill(weights, 1);
    return Document.of(id).withVector(SparseVector.ofTokens(terms, weights));
  }

  private static void checkTerms(Served served, List<String> expected, int documents) {
    List<Suggestion> found =
        served.client.suggest(new SuggestRequest("birds", "Red ki", List.of(), 10, 0, true));
    assertThat(texts(found)).isEqualTo(expected);
    assertThat(found)
        .allSatisfy(
            each -> {
              assertThat(each.isTerm()).isTrue();
              assertThat(each.score()).isEqualTo((double) each.count() / documents);
            });
  }

  @Test
  void aCollectionWithTenantsHasNone() throws Exception {
    try (Served served = serve()) {
      served
          .client
          .collectionsClient()
          .create(
              NewCollection.of("shared")
                  .withField("owner", FieldType.STRING)
                  .withTenantField("owner"));
      assertThatThrownBy(() -> served.client.suggest(SuggestRequest.of("shared", "x")))
          .isInstanceOf(SearchException.InvalidRequest.class)
          .hasMessageContaining("tenants");
      assertThatThrownBy(() -> served.client.collectionsClient().putQueryLog("shared", List.of()))
          .isInstanceOf(SearchException.InvalidRequest.class)
          .hasMessageContaining("tenants");
    }
  }
}
