package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.client.ClientOptions;
import io.siskin.client.CollectionInfo;
import io.siskin.client.CollectionsClient;
import io.siskin.client.Document;
import io.siskin.client.DocumentScroll;
import io.siskin.client.DocumentsClient;
import io.siskin.client.DocumentsClient.WaitFor;
import io.siskin.client.FieldType;
import io.siskin.client.FieldValue;
import io.siskin.client.FieldsUpdate;
import io.siskin.client.Filter;
import io.siskin.client.NewCollection;
import io.siskin.client.Parts;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.Selection;
import io.siskin.client.SparseVector;
import io.siskin.client.UpsertStream;
import io.siskin.client.WriteResult;
import io.siskin.client.WriteResult.Outcome;
import io.siskin.index.store.Verification;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.serving.SearchServer;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.EncoderSpecJson;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.encode.spec.VectorOptions;
import io.siskin.server.rpc.GrpcServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole life of collections over a real socket: by the Java client, and by the commands, which
 * run in this process.
 */
@Timeout(300)
class LiveCollectionsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BM25 =
      "{\"version\":1,\"kind\":\"bm25\",\"analyzer\":{\"kind\":\"english\"},\"k1\":0.9,\"b\":0.4}";

  @TempDir private Path folder;
  private SearchServer server;
  private SearchClient client;

  @BeforeEach
  void start() throws IOException {
    Files.createDirectories(folder.resolve("data"));
    serve();
  }

  private void serve() throws IOException {
    server =
        SearchServer.listen(
            new DataDirectory(folder.resolve("data")),
            GrpcServerOptions.builder().port(0).build(),
            Verification.FULL,
            0,
            new BatchedModels(TextModels.NONE, BatchingOptions.DEFAULTS, new EncodingCache(0)));
    server.open();
    client =
        SearchClient.connect(
            ClientOptions.of(server.address()).withDeadline(Duration.ofSeconds(60)));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void textsAreWrittenSearchedAndKept() {
    CollectionsClient collections = client.collectionsClient();
    CollectionInfo made =
        collections.create(
            NewCollection.of("books")
                .withField("year", FieldType.INT64)
                .withField("tags", FieldType.STRING_LIST)
                .withField("at", FieldType.TIMESTAMP)
                .withEncoderParametersJson(BM25));
    assertThat(made.documentCount()).isZero();
    assertThat(made.storage().fields().keySet()).containsExactly("year", "tags", "at");
    DocumentsClient books = client.documents("books").withWaitFor(WaitFor.SEARCHABLE);
    List<WriteResult> written =
        books.upsert(
            List.of(
                book("a", "insects of the garden", 1907, "animals"),
                book("b", "insects and birds", 2020, "animals", "flight"),
                book("c", "stars", 2021, "sky"),
                Document.of("d").withText("bad").withField("year", FieldValue.of("no number"))));
    assertThat(written)
        .extracting(WriteResult::outcome)
        .containsExactly(Outcome.CREATED, Outcome.CREATED, Outcome.CREATED, Outcome.REFUSED);
    assertThat(written.getLast().error())
        .isInstanceOf(SearchException.InvalidRequest.class)
        .hasMessageContaining("documents[3]");

    assertThat(ids(books("insects"))).containsExactlyInAnyOrder("a", "b");
    assertThat(ids(books("insects").withSelection(Selection.where("year >= 2000"))))
        .containsExactly("b");
    assertThat(
            ids(
                books("insects")
                    .withSelection(
                        Selection.where(
                            Filter.allOf(
                                Filter.equal("tags", FieldValue.of("animals")),
                                Filter.not(Filter.atLeast("year", FieldValue.of(2000))))))))
        .containsExactly("a");
    assertThat(books.count(Selection.where("tags = \"animals\""))).isEqualTo(2);
    assertThatThrownBy(() -> client.search(books("x").withSelection(Selection.where("yeer = 1"))))
        .isInstanceOf(SearchException.InvalidRequest.class)
        .hasMessageContaining("year");

    assertThat(
            books.updateFields(
                List.of(
                    new FieldsUpdate("a", Map.of("year", FieldValue.of(2022)), List.of("tags")),
                    new FieldsUpdate("z", Map.of(), List.of("tags")))))
        .extracting(WriteResult::outcome)
        .containsExactly(Outcome.UPDATED, Outcome.NOT_FOUND);
    assertThat(ids(books("insects").withSelection(Selection.where("year > 2021"))))
        .containsExactly("a");
    Document a = books.get(List.of("nothing", "a"), Parts.EVERYTHING).getFirst();
    assertThat(a.text()).isEqualTo("insects of the garden");
    assertThat(a.fields())
        .containsEntry("year", FieldValue.of(2022))
        .containsEntry("at", FieldValue.of(Instant.parse("2026-05-01T12:00:00.000001Z")))
        .doesNotContainKey("tags");
    assertThat(a.vector()).isNotNull();

    assertThat(
            books.upsert(List.of(book("c", "insects in space", 2021, "sky"))).getFirst().outcome())
        .isEqualTo(Outcome.REPLACED);
    assertThat(ids(books("stars"))).isEmpty();
    assertThat(books.delete(Selection.where("tags = \"flight\"")).deletedCount()).isEqualTo(1);
    assertThat(books.delete(Selection.ids("b", "nothing")).deletedCount()).isZero();
    assertThat(ids(books("insects"))).containsExactlyInAnyOrder("a", "c");
    List<SearchResult.Hit> before = client.search(books("insects")).hits();

    assertThat(collections.createSnapshot("books", "may").documentCount()).isEqualTo(2);
    books.delete(Selection.ids("a"));
    assertThat(collections.setAlias("library", "books")).isNull();
    assertThat(collections.restore("library", "may", "books2").documentCount()).isEqualTo(2);
    assertThat(client.search(SearchRequest.text("books2", "insects")).hits()).isEqualTo(before);
    assertThat(collections.setAlias("library", "books2")).isEqualTo("books");
    assertThat(ids(SearchRequest.text("library", "insects"))).hasSize(2);
    assertThatThrownBy(() -> collections.restore("books", "may", "books2"))
        .isInstanceOf(SearchException.Conflict.class);
    assertThatThrownBy(() -> collections.drop("books2"))
        .isInstanceOfSatisfying(
            SearchException.Conflict.class,
            conflict -> assertThat(conflict.reason()).isEqualTo("COLLECTION_ALIASED"));
    assertThat(client.collection("books2").storage().aliases()).containsExactly("library");
    collections.deleteSnapshot("books", "may");
    assertThat(collections.snapshots("books")).isEmpty();
    collections.drop("books");
    collections.deleteAlias("library");
    assertThat(client.collections()).extracting(CollectionInfo::name).containsExactly("books2");
  }

  @Test
  void vectorsAreStreamedReadInPagesAndThereAfterARestart() throws Exception {
    client.collectionsClient().create(NewCollection.of("vectors").withField("n", FieldType.INT64));
    DocumentsClient documents = client.documents("vectors");
    List<CompletableFuture<List<WriteResult>>> answers = new ArrayList<>();
    try (UpsertStream stream = documents.openStream()) {
      for (int batch = 0; batch < 30; batch++) {
        List<Document> some = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
          int n = batch * 10 + i;
          some.add(
              Document.of("d" + n % 250)
                  .withVector(SparseVector.ofTokens(Map.of("t" + n % 7, 1f + n % 5)))
                  .withField("n", FieldValue.of(n)));
        }
        answers.add(stream.submit(some));
      }
    }
    for (CompletableFuture<List<WriteResult>> answer : answers) {
      assertThat(answer.get()).hasSize(10);
    }
    client.collectionsClient().flush("vectors");
    assertThat(documents.count(Selection.all())).isEqualTo(250);
    assertThat(documents.get(List.of("d3")).getFirst().fields())
        .as("the last of the same id wins")
        .containsEntry("n", FieldValue.of(253));

    List<String> all = new ArrayList<>();
    documents.scroll(Selection.all(), Parts.FIELDS).forEach(found -> all.add(found.id()));
    assertThat(all).hasSize(250).doesNotHaveDuplicates();
    DocumentScroll first = documents.scroll(Selection.where("n >= 100"), Parts.EVERYTHING, "");
    for (int i = 0; i < 100; i++) {
      first.next();
    }
    List<Document> rest = new ArrayList<>();
    documents
        .scroll(Selection.where("n >= 100"), Parts.EVERYTHING, first.resumeToken())
        .forEachRemaining(rest::add);
    assertThat(rest).hasSize(100);
    assertThat(rest.getFirst().vector().size()).isEqualTo(1);

    documents.upsert(
        List.of(Document.of("last").withVector(SparseVector.ofTokens(Map.of("t", 1f)))));
    stop();
    serve();
    assertThat(client.documents("vectors").get(List.of("last"))).hasSize(1);
    assertThat(
            client
                .search(SearchRequest.vector("vectors", SparseVector.ofTokens(Map.of("t", 1f))))
                .hits())
        .hasSize(1);
  }

  @Test
  void aTenantSeesItsOwnDocumentsOnly() {
    client
        .collectionsClient()
        .create(
            NewCollection.of("mail")
                .withField("owner", FieldType.STRING)
                .withTenantField("owner")
                .withEncoderParametersJson(BM25));
    DocumentsClient mail = client.documents("mail").withWaitFor(WaitFor.SEARCHABLE);
    mail.withTenant("ann").upsert(List.of(Document.of("a").withText("hello world")));
    mail.withTenant("bob").upsert(List.of(Document.of("b").withText("hello moon")));

    SearchRequest hello = SearchRequest.text("mail", "hello");
    assertThat(ids(hello.withTenant("ann"))).containsExactly("a");
    assertThat(mail.withTenant("ann").get(List.of("a", "b")))
        .extracting(Document::id)
        .containsExactly("a");
    assertThat(mail.withTenant("ann").delete(Selection.ids("b")).deletedCount()).isZero();
    assertThatThrownBy(() -> client.search(hello))
        .isInstanceOf(SearchException.InvalidRequest.class);
  }

  @Test
  void aCollectionOfAModelThatIsNotThereIsRefused() {
    String json =
        EncoderSpecJson.write(
            new LearnedSpec(
                new LearnedSpec.DocumentSide.Model(
                    new ModelRef("splade", "0".repeat(64)), VectorOptions.NONE),
                new LearnedSpec.QuerySide.Vectors()));

    assertThatThrownBy(
            () ->
                client
                    .collectionsClient()
                    .create(NewCollection.of("learned").withEncoderParametersJson(json)))
        .isInstanceOf(SearchException.InvalidRequest.class)
        .hasMessageContaining("splade");
    assertThat(client.collections()).isEmpty();
  }

  @Test
  void theCommandsDoTheSame() throws Exception {
    String address = server.address();
    run(
        "collections",
        "create",
        "bugs",
        "-t",
        address,
        "--encoder",
        "bm25",
        "--field",
        "year:int64",
        "--field",
        "tags:strings");
    Path file =
        Files.write(
            folder.resolve("bugs.jsonl"),
            List.of(
                "{\"id\":\"bee\",\"title\":\"Bees\",\"text\":\"insects fly\",\"year\":2020,"
                    + "\"tags\":[\"a\",\"b\"]}",
                "{\"id\":\"ant\",\"text\":\"insects walk\",\"year\":1990,\"tags\":\"a\"}",
                "{\"id\":\"fly\",\"text\":\"insects buzz\",\"year\":null}"));
    JsonNode wrote =
        JSON.readTree(run("upsert", "-t", address, "-c", "bugs", "-i", file, "--json").lastLine());
    assertThat(wrote.get("created").intValue()).isEqualTo(3);
    assertThat(run("count", "-t", address, "-c", "bugs").lastLine()).isEqualTo("3");
    assertThat(run("count", "-t", address, "-c", "bugs", "--filter", "tags = \"b\"").lastLine())
        .isEqualTo("1");
    JsonNode found =
        JSON.readTree(
            run(
                    "search",
                    "-t",
                    address,
                    "-c",
                    "bugs",
                    "insects",
                    "--filter",
                    "year > 2000",
                    "--json")
                .lastLine());
    assertThat(found.at("/hits/0/id").asText()).isEqualTo("bee");
    assertThat(found.get("hits")).hasSize(1);
    assertThat(run("get", "-t", address, "-c", "bugs", "bee").lastLine())
        .isEqualTo(run("get", "-t", address, "-c", "bugs", "bee").lastLine())
        .contains("\"year\":2020", "\"tags\":[\"a\",\"b\"]", "\"text\":\"insects fly\"");
    CapturedRun missing = CapturedRun.of("get", "-t", address, "-c", "bugs", "wasp");
    assertThat(missing.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(missing.err()).contains("there is no document 'wasp'");

    run("collections", "alias", "insects", "bugs", "-t", address);
    assertThat(run("snapshot", "create", "-t", address, "-c", "insects", "may").out())
        .contains("may: bugs at ", "3 documents");
    assertThat(run("snapshot", "list", "-t", address, "-c", "bugs").out()).contains("may: bugs");
    assertThat(run("delete", "-t", address, "-c", "bugs", "--filter", "year < 2000").lastLine())
        .isEqualTo("deleted 1 document");
    assertThat(run("delete", "-t", address, "-c", "bugs", "fly", "wasp").lastLine())
        .isEqualTo("deleted 1 document");
    run("collections", "compact", "bugs", "-t", address);
    assertThat(run("collections", "bugs", "-t", address).out())
        .contains("1 document,", "declared year:int64, tags:strings", "aliases insects");
    run("restore", "-t", address, "-c", "bugs", "may", "--as", "again");
    Path exported = folder.resolve("again.jsonl");
    run("export", "-t", address, "-c", "again", "-o", exported);
    assertThat(Files.readAllLines(exported)).hasSize(3);
    run("collections", "unalias", "insects", "-t", address);
    run("collections", "drop", "bugs", "-t", address);
    run("snapshot", "create", "-t", address, "-c", "again", "x");
    run("snapshot", "delete", "-t", address, "-c", "again", "x");
    run("collections", "flush", "again", "-t", address);

    JsonNode again =
        JSON.readTree(
            run("upsert", "-t", address, "-c", "again", "-i", exported, "--json").lastLine());
    assertThat(again.get("replaced").intValue()).isEqualTo(3);
    CapturedRun bad =
        CapturedRun.of(
            "upsert",
            "-t",
            address,
            "-c",
            "again",
            "-i",
            Files.writeString(
                folder.resolve("bad.jsonl"), "{\"id\":\"x\",\"text\":\"y\",\"year\":\"z\"}\n"));
    assertThat(bad.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(bad.err()).contains("bad.jsonl:1", "year");
  }

  @Test
  void whatIsBuiltInBulkIsLiveToo() throws Exception {
    Path file =
        Files.write(
            folder.resolve("bulk.jsonl"),
            List.of(
                "{\"id\":\"bee\",\"text\":\"insects fly\",\"year\":2020,\"tags\":[\"a\",\"b\"]}",
                "{\"id\":\"ant\",\"text\":\"insects walk\",\"year\":1990}"));
    run(
        "index",
        "-i",
        file,
        "-o",
        folder.resolve("data"),
        "--field",
        "year:int64",
        "--field",
        "tags:strings");
    DocumentsClient bulk = client.documents("bulk").withWaitFor(WaitFor.SEARCHABLE);
    awaitCollection("bulk");
    SearchRequest old =
        SearchRequest.text("bulk", "insects").withSelection(Selection.where("year < 2000"));
    assertThat(ids(old)).containsExactly("ant");
    assertThat(bulk.count(Selection.where("tags = \"b\""))).isEqualTo(1);
    List<WriteResult> written =
        bulk.upsert(
            List.of(
                Document.of("ant").withText("insects dig").withField("year", FieldValue.of(1980)),
                Document.of("wasp")
                    .withText("insects sting")
                    .withField("year", FieldValue.of(1970))));
    assertThat(written)
        .extracting(WriteResult::outcome)
        .containsExactly(Outcome.REPLACED, Outcome.CREATED);
    assertThat(written).extracting(WriteResult::position).containsExactly(3L, 4L);
    assertThat(ids(old)).containsExactlyInAnyOrder("ant", "wasp");
  }

  private void awaitCollection(String name) throws Exception {
    for (int i = 0; i < 600; i++) {
      if (client.collections().stream().anyMatch(info -> info.name().equals(name))) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("the server did not notice " + name);
  }

  private static CapturedRun run(Object... args) {
    CapturedRun run = CapturedRun.of(args);
    assertThat(run.status()).as(run.err()).isZero();
    return run;
  }

  private static Document book(String id, String text, int year, String... tags) {
    return Document.of(id)
        .withText(text)
        .withField("year", FieldValue.of(year))
        .withField("tags", FieldValue.of(List.of(tags)))
        .withField("at", FieldValue.of(Instant.parse("2026-05-01T12:00:00.000001Z")));
  }

  private static SearchRequest books(String text) {
    return SearchRequest.text("books", text);
  }

  private List<String> ids(SearchRequest request) {
    return client.search(request).hits().stream().map(SearchResult.Hit::id).toList();
  }
}
