package io.siskin.server.app.command;

import io.siskin.client.ClientOptions;
import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.FieldValue;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.Selection;
import io.siskin.client.WriteResult;
import io.siskin.index.error.Ranges;
import io.siskin.index.store.Verification;
import io.siskin.server.app.demo.WordNetCollection;
import io.siskin.server.app.output.ResultPrinter;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.process.Logging;
import io.siskin.server.app.process.StopLatch;
import io.siskin.server.app.process.UserFolders;
import io.siskin.server.app.serving.SearchServer;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.app.terminal.Units;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.http.HttpOptions;
import io.siskin.server.ingest.IndexReport;
import io.siskin.server.rpc.GrpcServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code siskin demo}: everything once, with real text, for those who have just arrived. */
@Command(
    name = "demo",
    description = {
      "Indexes the 117,791 definitions of WordNet 3.1, serves them, and searches them through the"
          + " gRPC client: a reverse dictionary.",
      "Then it adds a definition, finds it at once, searches verbs only, and deletes the"
          + " definition.",
      "Goes on serving until Ctrl-C. A second start finds the index made."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final List<String> QUERIES =
      List.of(
          "a person who studies insects",
          "instrument for measuring atmospheric pressure",
          "the killing of a king",
          "fear of closed spaces");
  private static final String VERB_QUERY = "to eat slowly";
  private static final String OWN_ID = "siskin.demo";
  private static final String OWN_TEXT =
      "a server that searches sparse vectors, named after a small finch";
  private static final String OWN_QUERY = "server that searches sparse vectors";
  private static final int HITS = 3;
  private static final String VERBS = WordNetCollection.PART_OF_SPEECH_FIELD + " = \"verb\"";
  private static final double NANOS_PER_SECOND = 1e9;
  private static final int WARMUP_ROUNDS = 50;
  private static final long WARMUP_MILLIS = 500;
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int PORT_MAX = 65_535;

  @Option(names = "--once", description = "Ends after the searches instead of serving on.")
  private boolean once;

  @Option(
      names = {"-d", "--data"},
      paramLabel = "DIR",
      description =
          "The data directory, about 40 MB. Default: siskin/demo in the user's cache folder.")
  private @Nullable Path data;

  @Option(
      names = {"-p", "--port"},
      paramLabel = "N",
      defaultValue = "7700",
      description = "The TCP port, 0 to 65535; 0 takes any free one. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--http-port",
      paramLabel = "N",
      description =
          "The TCP port of REST and the console, 0 to 65535; 0 takes any free one. Default: the one"
              + " after --port, or any free one where that is 0.")
  private @Nullable Integer httpPort;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Ranges.check("--port", port, 0, PORT_MAX);
    int http = httpPort == null ? Math.min(port == 0 ? 0 : port + 1, PORT_MAX) : httpPort;
    Ranges.check("--http-port", http, 0, PORT_MAX);
    Logging.quietLibraries();
    Path folder = data == null ? UserFolders.cache().resolve("demo") : data;
    WordNetCollection collection = new WordNetCollection(folder);
    GrpcServerOptions options = GrpcServerOptions.builder().port(port).build();
    // Listening comes first: that a port is taken shall not be known only after the indexing.
    try (SearchServer server =
        SearchServer.listen(
            new DataDirectory(folder),
            options,
            Verification.FULL,
            WARMUP_MILLIS,
            new BatchedModels(TextModels.NONE, BatchingOptions.DEFAULTS, new EncodingCache(0)))) {
      server.serveHttp(HttpOptions.DEFAULTS.at("127.0.0.1", http), true);
      int stopped = prepare(collection);
      return stopped == ExitStatus.OK ? run(server, collection) : stopped;
    }
  }

  /** Makes the collection if need be; returns the exit status of Ctrl-C, or 0. */
  private int prepare(WordNetCollection collection) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    if (collection.isUpToDate()) {
      err.println("siskin demo: the index is made already: " + collection.folder());
      return ExitStatus.OK;
    }
    err.println("siskin demo: making the index, once, in " + collection.folder());
    try (ProgressDisplay display = ProgressDisplay.on(err)) {
      collection.writeDocuments(display);
      try (InterruptibleIndexJob job =
          new InterruptibleIndexJob(
              collection.indexRequest(), display, TextModels.NONE, StoredEncodings.none())) {
        IndexReport report = job.run();
        if (report == null) {
          err.println("siskin demo: stopped; the unfinished build was removed");
          return job.exitStatus();
        }
        collection.remember();
        err.printf(
            "siskin demo: indexed %s in %s%n",
            Units.count(report.segment().documentCount(), "document"),
            Units.seconds(report.seconds()));
      }
    }
    return ExitStatus.OK;
  }

  private int run(SearchServer server, WordNetCollection collection)
      throws IOException, InterruptedException {
    try (StopLatch stop = new StopLatch()) {
      server.open();
      stop.expectOrder();
      show(server.address());
      if (!once) {
        printNextSteps(server, collection);
        stop.await();
      }
      return server.shutdown() ? ExitStatus.OK : ExitStatus.FAILURE;
    }
  }

  private void show(String address) {
    ClientOptions options = ClientOptions.of(address).withDeadline(DEADLINE);
    try (SearchClient client = SearchClient.connect(options)) {
      for (int round = 0; round < WARMUP_ROUNDS; round++) {
        QUERIES.forEach(query -> client.search(request(query)));
      }
      for (String query : QUERIES) {
        search(client, "\"" + query + "\"", request(query));
      }
      change(client);
    }
  }

  private void search(SearchClient client, String title, SearchRequest request) {
    PrintWriter out = spec.commandLine().getOut();
    ResultPrinter printer = new ResultPrinter(out);
    long start = System.nanoTime();
    SearchResult result = client.search(request);
    long elapsed = System.nanoTime() - start;
    out.println();
    out.println(title);
    printer.print(result);
    printer.printTimings(result, elapsed);
  }

  /** Adds a definition, finds it, searches one part of speech, and deletes the definition. */
  private void change(SearchClient client) {
    PrintWriter out = spec.commandLine().getOut();
    DocumentsClient documents =
        client
            .documents(WordNetCollection.NAME)
            .withWaitFor(DocumentsClient.WaitFor.SEARCHABLE)
            .withDeadline(DEADLINE);
    long start = System.nanoTime();
    WriteResult added =
        documents
            .upsert(
                List.of(
                    Document.of(OWN_ID)
                        .withText(OWN_TEXT)
                        .withField(WordNetCollection.WORDS_FIELD, FieldValue.of("Siskin"))
                        .withField(WordNetCollection.PART_OF_SPEECH_FIELD, FieldValue.of("noun"))))
            .getFirst();
    if (added.error() != null) {
      throw added.error();
    }
    out.println();
    out.printf(
        "Added %s, on the disk and searchable after %s%n",
        OWN_ID, Units.seconds((System.nanoTime() - start) / NANOS_PER_SECOND));
    search(client, "\"" + OWN_QUERY + "\"", request(OWN_QUERY));
    search(
        client,
        "\"" + VERB_QUERY + "\", verbs only: --filter '" + VERBS + "'",
        request(VERB_QUERY).withSelection(Selection.where(VERBS)));
    long deleted = documents.delete(Selection.ids(OWN_ID)).deletedCount();
    out.println();
    out.printf("Deleted %s: %s%n", OWN_ID, Units.count(deleted, "document"));
  }

  private static SearchRequest request(String query) {
    return SearchRequest.text(WordNetCollection.NAME, query)
        .withK(HITS)
        .withFields(WordNetCollection.WORDS_FIELD, WordNetCollection.TEXT_FIELD);
  }

  private void printNextSteps(SearchServer server, WordNetCollection collection) {
    String request =
        "'{\"collection\":\"wordnet\",\"text\":\"small yellow finch\",\"k\":3,"
            + "\"fields\":[\"words\",\"text\"]}'";
    spec.commandLine()
        .getOut()
        .printf(
            """

            Serving on %1$s until Ctrl-C. In a browser: http://127.0.0.1:%5$d/console/
            In another terminal:

              bin/siskin search --target %1$s --collection wordnet small yellow finch
              bin/siskin search --target %1$s --collection wordnet --filter 'pos = "verb"' to eat slowly
              grpcurl -plaintext -d %2$s %1$s siskin.v1.SearchService/Search
              ghz --insecure --call siskin.v1.SearchService/Search -d %2$s -n 5000 -c 4 %1$s

            Your own text, while this goes on serving (one {"id", "text"} a line, like %3$s):

              bin/siskin index --input YOURS.jsonl --output %4$s
            """,
            server.address(),
            request,
            collection.documents(),
            collection.folder(),
            server.httpPort());
  }
}
