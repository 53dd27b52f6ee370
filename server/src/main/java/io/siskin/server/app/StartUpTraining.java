package io.siskin.server.app;

import io.siskin.index.store.Publication;
import io.siskin.index.store.Verification;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.serving.SearchServer;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.rpc.GrpcServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * The run that the JVM's start-up cache is made from: it does once, with a few documents, what the
 * commands do, so that the classes they need are in the cache. Started by {@code
 * bin/start-up-cache} and by nobody else (ADR 0018).
 */
final class StartUpTraining {
  private static final String COLLECTION = "training";
  private static final long WARMUP_MILLIS = 100;

  /** A machine that is busy, perhaps with building, takes its time. */
  private static final int TIMEOUT_MILLIS = 600_000;

  private static final List<String> DOCUMENTS =
      List.of(
          "{\"id\":\"bee\",\"title\":\"Bees\",\"text\":\"an entomologist studies insects\"}",
          "{\"id\":\"bird\",\"text\":\"an ornithologist studies birds\"}",
          "{\"id\":\"fish\",\"text\":\"an ichthyologist studies fish\"}");
  private static final List<String> QUERIES =
      List.of(
          "{\"id\":\"q1\",\"text\":\"who studies insects\"}", "{\"id\":\"q2\",\"text\":\"birds\"}");
  private static final List<String> JUDGEMENTS = List.of("q1 0 bee 1", "q2 0 bird 1");

  private final Path folder;
  private final Path data;

  private StartUpTraining(Path folder) {
    this.folder = folder;
    this.data = folder.resolve("data");
  }

  /**
   * Runs the commands once; prints nothing but errors. Ends the process with status 0 when all of
   * them succeeded, otherwise with the status of the first that failed.
   *
   * @param args one argument: an existing folder for its files, whose content is deleted at the end
   * @throws IOException when the folder cannot be written or the server cannot listen
   */
  public static void main(String[] args) throws IOException {
    StartUpTraining training = new StartUpTraining(Path.of(args[0]));
    int status;
    try {
      status = training.run();
    } finally {
      Publication.deleteDirectory(training.data);
    }
    System.exit(status);
  }

  private int run() throws IOException {
    Path corpus = Files.write(folder.resolve("corpus.jsonl"), DOCUMENTS);
    Path queries = Files.write(folder.resolve("queries.jsonl"), QUERIES);
    Path judgements = Files.write(folder.resolve("qrels.txt"), JUDGEMENTS);
    int status =
        firstFailure(
            command("--version"),
            command("index", "--input", corpus, "--output", data, "--collection", COLLECTION),
            command("inspect", "--data", data, "--collection", COLLECTION),
            command(
                "eval",
                "--data",
                data,
                "--collection",
                COLLECTION,
                "--queries",
                queries,
                "--qrels",
                judgements));
    if (status != ExitStatus.OK) {
      return status;
    }
    try (SearchServer server =
        SearchServer.listen(
            new DataDirectory(data),
            GrpcServerOptions.builder().port(0).build(),
            Verification.FULL,
            WARMUP_MILLIS,
            new BatchedModels(TextModels.NONE, BatchingOptions.DEFAULTS, new EncodingCache(0)))) {
      server.open();
      String address = server.address();
      return firstFailure(
          command("health", "--target", address, "--timeout-millis", TIMEOUT_MILLIS),
          command("collections", "--target", address, "--timeout-millis", TIMEOUT_MILLIS),
          command(
              "search",
              "--target",
              address,
              "--timeout-millis",
              TIMEOUT_MILLIS,
              "--collection",
              COLLECTION,
              "--explain",
              "who studies insects"),
          command(
              "search",
              "--target",
              address,
              "--timeout-millis",
              TIMEOUT_MILLIS,
              "--collection",
              COLLECTION,
              "--json",
              "small birds"));
    }
  }

  private static int firstFailure(int... statuses) {
    return Arrays.stream(statuses)
        .filter(status -> status != ExitStatus.OK)
        .findFirst()
        .orElse(ExitStatus.OK);
  }

  private static int command(Object... args) {
    CommandLine line = Siskin.commandLine();
    line.setOut(new PrintWriter(Writer.nullWriter()));
    return line.execute(Stream.of(args).map(Object::toString).toArray(String[]::new));
  }
}
