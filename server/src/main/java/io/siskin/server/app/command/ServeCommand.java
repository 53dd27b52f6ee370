package io.siskin.server.app.command;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.store.Verification;
import io.siskin.server.app.flags.BatchingFlags;
import io.siskin.server.app.flags.EncodingStoreFlags;
import io.siskin.server.app.flags.InferenceFlags;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.process.Logging;
import io.siskin.server.app.process.StopLatch;
import io.siskin.server.app.serving.SearchServer;
import io.siskin.server.app.terminal.Units;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.Preload;
import io.siskin.server.encode.model.ModelLibrary;
import io.siskin.server.http.HttpOptions;
import io.siskin.server.retrieve.Warmup;
import io.siskin.server.rpc.GrpcServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code siskin serve}: answers searches over gRPC. */
@Command(
    name = "serve",
    description = {
      "Serves all collections of a data directory over gRPC, until Ctrl-C or SIGTERM.",
      "Prints one line on standard output when it is ready; health checks say NOT_SERVING before."
          + " Follows what 'siskin index' commits to the directory. The first signal finishes what"
          + " was admitted (30 s at most), the second ends at once. A collection that cannot be"
          + " opened keeps the server from starting; a replacement that cannot be opened leaves the"
          + " old one in service. A collection whose files are damaged while they are served"
          + " answers DATA_LOSS until they are whole again; the others are served."
    })
public final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
  private static final int PORT_MAX = 65_535;
  private static final long WARMUP_MILLIS_MAX = 600_000;
  private static final int SCRUB_MEBIBYTES_MAX = 10_000;

  @Option(
      names = {"-d", "--data"},
      required = true,
      paramLabel = "DIR",
      description = "The data directory. An empty one is served too: collections may come later.")
  private Path data;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "A model directory to encode texts with over the encode service, by the folder's name;"
              + " dense models too. May be repeated. Default: the models of the collections only.")
  private List<Path> modelDirectories = List.of();

  @Option(
      names = "--host",
      paramLabel = "NAME",
      defaultValue = "127.0.0.1",
      description =
          "The address to listen on; 0.0.0.0 for all interfaces. Default: ${DEFAULT-VALUE}: nobody"
              + " is asked who they are.")
  private String host = "127.0.0.1";

  @Option(
      names = {"-p", "--port"},
      paramLabel = "N",
      defaultValue = "7700",
      description = "The TCP port, 0 to 65535; 0 takes any free one. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--uds",
      paramLabel = "PATH",
      description =
          "Listens on a Unix domain socket too (Linux): at most 107 bytes, in a folder that exists."
              + " For callers on this machine; saves a few microseconds a call. Default: none.")
  private @Nullable Path unixSocket;

  @Option(
      names = "--metrics-port",
      paramLabel = "N",
      description =
          "Shows metrics over HTTP on this TCP port, at /metrics in the format of Prometheus, 0 to"
              + " 65535; 0 takes any free one. docs/metrics.md lists them. Default: none.")
  private @Nullable Integer metricsPort;

  @Option(
      names = "--metrics-host",
      paramLabel = "NAME",
      defaultValue = "127.0.0.1",
      description =
          "The address to show metrics on; 0.0.0.0 for all interfaces. There is no log-in, and the"
              + " metrics show the names of collections and models. Default: ${DEFAULT-VALUE}.")
  private String metricsHost = "127.0.0.1";

  @Option(
      names = "--verify",
      paramLabel = "HOW",
      defaultValue = "full",
      description =
          "What is read before a collection is used: full (every byte's checksum, about 1 s per 5"
              + " GB) or structure (headers only: a quick start for data you trust). Default:"
              + " ${DEFAULT-VALUE}.")
  private Verification verification = Verification.FULL;

  @Option(
      names = "--scrub-mib-per-second",
      paramLabel = "N",
      defaultValue = "4",
      description =
          "How fast all files are read again in the background to verify their checksums, 0 to"
              + " 10000 MiB/s; 0 for never. It finds damage that no search meets. Raising it finds"
              + " damage sooner and takes more of the disk and of one core. Default:"
              + " ${DEFAULT-VALUE}.")
  private int scrubMebibytesPerSecond;

  @Option(
      names = "--search-threads",
      paramLabel = "N",
      description =
          "Threads for searches that are not small, 1 to 1024. More than cores makes searches share"
              + " them, which lengthens each. Default: one per core.")
  private @Nullable Integer searchThreads;

  @Option(
      names = "--queue-capacity",
      paramLabel = "N",
      description =
          "How many searches may wait for a thread, 1 to 1000000; one more is refused with"
              + " RESOURCE_EXHAUSTED. Raising it turns refusals into latency. Default: 64 a core.")
  private @Nullable Integer queueCapacity;

  @Option(
      names = "--warmup-millis",
      paramLabel = "N",
      defaultValue = "500",
      description =
          "About how long each collection is searched before it serves, 0 to 600000 ms. Raising it"
              + " makes the first answers faster and the start slower. Default: ${DEFAULT-VALUE}.")
  private long warmupMillis;

  @Option(
      names = "--preload",
      paramLabel = "WHAT",
      description =
          "What is done with the files of a collection before it serves: touch brings all of them"
              + " into memory, so that no first search waits for the disk or for page tables; none"
              + " leaves it to the first searches, for a quick start or for collections that do not"
              + " fit into memory. Default: touch with --verify full, which reads them anyway, else"
              + " none.")
  private @Nullable Preload preload;

  @Mixin private InferenceFlags inference = new InferenceFlags();
  @Mixin private BatchingFlags batching = new BatchingFlags();
  @Mixin private EncodingStoreFlags encodingStore = new EncodingStoreFlags();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Logging.showServerEvents();
    if (!Files.isDirectory(data)) {
      throw new InvalidInputException("--data", data, "a folder that exists");
    }
    Ranges.check("--port", port, 0, PORT_MAX);
    if (metricsPort != null) {
      Ranges.check("--metrics-port", metricsPort, 0, PORT_MAX);
    }
    Ranges.check("--warmup-millis", warmupMillis, 0, WARMUP_MILLIS_MAX);
    Ranges.check("--scrub-mib-per-second", scrubMebibytesPerSecond, 0, SCRUB_MEBIBYTES_MAX);
    PrintWriter out = spec.commandLine().getOut();
    ModelLibrary library = inference.forQueries();
    DataDirectory directory = new DataDirectory(data);
    try (StopLatch stop = new StopLatch();
        // Closed after the server, whose models use it.
        StoredEncodings stored = encodingStore.of(directory);
        SearchServer server =
            SearchServer.listen(
                directory,
                options(),
                verification,
                new Warmup(warmupMillis, preload()),
                batching.over(library, stored))) {
      if (metricsPort != null) {
        server.showMetrics(metricsHost, metricsPort);
      }
      // Until the settings have it: beside the usual port of gRPC the usual one, else any.
      server.serveHttp(
          HttpOptions.DEFAULTS.at("127.0.0.1", port == 7700 ? HttpOptions.DEFAULT_PORT : 0));
      for (Path model : modelDirectories) {
        server.openModel(model);
      }
      server.open();
      if (scrubMebibytesPerSecond > 0) {
        server.scrub((long) scrubMebibytesPerSecond << 20);
      }
      for (String name : library.unusedAddresses()) {
        LOG.warn("--remote {}: no model of that name has been opened", name);
      }
      stop.expectOrder();
      out.println(readyLine(server));
      // Not before: opening it takes a second of a core, and no query needs it.
      stored.permit();
      stop.await();
      return server.shutdown() ? ExitStatus.OK : ExitStatus.FAILURE;
    }
  }

  private Preload preload() {
    if (preload != null) {
      return preload;
    }
    return verification == Verification.FULL ? Preload.TOUCH : Preload.NONE;
  }

  private GrpcServerOptions options() {
    GrpcServerOptions.Builder builder =
        GrpcServerOptions.builder().host(host).port(port).unixSocket(unixSocket);
    if (searchThreads != null) {
      builder.searchThreads(searchThreads);
    }
    if (queueCapacity != null) {
      builder.searchQueueCapacity(queueCapacity);
    }
    return builder.build();
  }

  private String readyLine(SearchServer server) {
    StringBuilder line = new StringBuilder("siskin ready: ").append(server.address());
    if (server.unixSocket() != null) {
      line.append(", unix://").append(server.unixSocket().toAbsolutePath());
    }
    if (metricsPort != null) {
      line.append(", http://")
          .append(SearchServer.address(metricsHost, server.metricsPort()))
          .append("/metrics");
    }
    line.append(", ").append(Units.count(server.collectionCount(), "collection"));
    return server.collectionCount() > 0
        ? line.toString()
        : line.append(" (").append(data).append(" is empty; 'siskin index' fills it)").toString();
  }
}
