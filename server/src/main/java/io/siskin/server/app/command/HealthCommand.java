package io.siskin.server.app.command;

import io.siskin.client.Health;
import io.siskin.client.SearchClient;
import io.siskin.server.app.flags.TargetFlags;
import io.siskin.server.app.process.ExitStatus;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code siskin health}: whether a running server is ready. */
@Command(
    name = "health",
    description = {
      "Asks a running server whether it is ready, by the health service of gRPC.",
      "Prints SERVING, NOT_SERVING or SERVICE_UNKNOWN. The exit status is 0 for SERVING and 1 for"
          + " the others, and for a server that cannot be reached. For health checks of containers"
          + " and for scripts that wait for a server."
    })
public final class HealthCommand implements Callable<Integer> {
  @Mixin private TargetFlags target = new TargetFlags();

  @ArgGroup private @Nullable Part part;

  @Spec private CommandSpec spec;

  /** What is asked about. */
  static final class Part {
    @Option(
        names = {"-c", "--collection"},
        paramLabel = "NAME",
        description =
            "The collection to ask about. It is NOT_SERVING while its files are damaged. Default:"
                + " the server as a whole.")
    private @Nullable String collection;

    @Option(
        names = "--service",
        paramLabel = "NAME",
        description =
            "The gRPC service to ask about, by its full name, for example"
                + " siskin.v1.SearchService. Default: the server as a whole.")
    private @Nullable String service;

    /** Returns the name that the health service knows it by. */
    String name() {
      return collection != null ? "collections/" + collection : String.valueOf(service);
    }
  }

  @Override
  public Integer call() {
    try (SearchClient client = target.connect()) {
      Health health = client.health(part == null ? "" : part.name());
      spec.commandLine().getOut().println(health);
      return health == Health.SERVING ? ExitStatus.OK : ExitStatus.FAILURE;
    }
  }
}
