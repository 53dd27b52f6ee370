package io.siskin.server.app.command;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.app.flags.ConfigFlags;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.process.Logging;
import io.siskin.server.app.process.StopLatch;
import io.siskin.server.app.serving.SearchServer;
import io.siskin.server.app.serving.ServerParts;
import io.siskin.server.app.serving.ServerSecurity;
import io.siskin.server.app.terminal.Units;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.config.ConfigSources;
import io.siskin.server.config.ServerConfig;
import io.siskin.server.encode.model.ModelLibrary;
import io.siskin.server.http.HttpOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code siskin serve}: answers searches over gRPC and HTTP. */
@Command(
    name = "serve",
    description = {
      "Serves all collections of a data directory over gRPC and HTTP, until Ctrl-C or SIGTERM.",
      "Prints one line on standard output when it is ready; health checks say NOT_SERVING before."
          + " Follows what 'siskin index' commits to the directory. The first signal finishes what"
          + " was admitted (30 s at most), the second ends at once. A collection that cannot be"
          + " opened keeps the server from starting; a replacement that cannot be opened leaves the"
          + " old one in service. A collection whose files are damaged while they are served"
          + " answers DATA_LOSS until they are whole again; the others are served."
    })
public final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  private static final ConfigFlags FLAGS = new ConfigFlags(ServerConfig.TREE);

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A YAML file with settings; docs/configuration.md lists them, and 'siskin config sample'"
              + " writes one to begin with. Variables of the environment such as SISKIN__GRPC__PORT"
              + " count more than the file, and options count most. Every setting is an option too,"
              + " such as --grpc-stream-in-flight-max. Default: the file that SISKIN_CONFIG names,"
              + " if it is set.")
  private @Nullable Path configFile;

  private CommandSpec spec = CommandSpec.create();

  /**
   * Adds the settings as options.
   *
   * @param command this command
   */
  @Spec
  void addOptions(CommandSpec command) {
    spec = command;
    FLAGS.addTo(command);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Logging.showServerEvents();
    return serve(
        ConfigSources.resolve(ServerConfig.TREE, configFile, System.getenv(), FLAGS.given(spec))
            .config());
  }

  private int serve(ServerConfig config) throws IOException, InterruptedException {
    Path data = folder(config.data().dir());
    PrintWriter out = spec.commandLine().getOut();
    ModelLibrary library = ServerParts.models(config);
    DataDirectory directory = new DataDirectory(data);
    try (StopLatch stop = new StopLatch();
        ServerSecurity security = ServerSecurity.open(config);
        // Closed after the server, whose models use it.
        StoredEncodings stored = ServerParts.encodings(config, directory);
        SearchServer server =
            SearchServer.listen(
                directory,
                ServerParts.options(config),
                ServerParts.batching(config.batching(), library, stored),
                ServerParts.rankers(config),
                security)) {
      Integer metricsPort = config.metrics().port();
      if (metricsPort != null) {
        server.showMetrics(config.metrics().host(), metricsPort);
      }
      HttpOptions http = ServerParts.http(config);
      if (http != null) {
        server.serveHttp(http, ServerParts.showsMetrics(config.http()));
      }
      for (Path model : config.models().dirs()) {
        server.openModel(model);
      }
      server.open();
      if (config.data().scrubMibPerSecond() > 0) {
        server.scrub((long) config.data().scrubMibPerSecond() << 20);
      }
      for (String name : library.unusedAddresses()) {
        LOG.warn("--remote {}: no model of that name has been opened", name);
      }
      stop.expectOrder();
      out.println(readyLine(server, config));
      // Not before: opening it takes a second of a core, and no query needs it.
      stored.permit();
      stop.await();
      return server.shutdown() ? ExitStatus.OK : ExitStatus.FAILURE;
    }
  }

  private Path folder(@Nullable Path data) {
    if (data == null) {
      throw new ParameterException(
          spec.commandLine(),
          "the data directory is missing: --data DIR, or data.dir in the configuration");
    }
    if (!Files.isDirectory(data)) {
      throw new InvalidInputException("--data", data, "a folder that exists");
    }
    return data;
  }

  private static String readyLine(SearchServer server, ServerConfig config) {
    StringBuilder line = new StringBuilder("siskin ready: ").append(server.address());
    if (server.unixSocket() != null) {
      line.append(", unix://").append(server.unixSocket().toAbsolutePath());
    }
    if (server.httpPort() != 0) {
      line.append(", http://")
          .append(SearchServer.address(config.http().host(), server.httpPort()))
          .append('/');
    }
    if (config.metrics().port() != null) {
      line.append(server.isEncrypted() ? ", https://" : ", http://")
          .append(SearchServer.address(config.metrics().host(), server.metricsPort()))
          .append("/metrics");
    }
    line.append(", ").append(Units.count(server.collectionCount(), "collection"));
    return server.collectionCount() > 0
        ? line.toString()
        : line.append(" (")
            .append(config.data().dir())
            .append(" is empty; 'siskin index' fills it)")
            .toString();
  }
}
