package io.siskin.server.app.command;

import io.siskin.client.CollectionInfo;
import io.siskin.client.SearchClient;
import io.siskin.server.app.flags.CollectionFlags;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.terminal.Units;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin restore}: a snapshot to a new collection. */
@Command(
    name = "restore",
    description = {
      "Makes a new collection of a snapshot, on a running server.",
      "All files of the snapshot are verified first. The command waits for that, up to an hour or"
          + " as --timeout-millis says."
    })
public final class RestoreCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofHours(1);

  @Mixin private CollectionFlags collection = new CollectionFlags();

  @Parameters(paramLabel = "SNAPSHOT", description = "The name of the snapshot.")
  private String snapshot;

  @Option(
      names = "--as",
      required = true,
      paramLabel = "NAME",
      description = "The name of the new collection, which must be free.")
  private String newCollection;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (SearchClient client = collection.connect()) {
      CollectionInfo made =
          client
              .collectionsClient()
              .withDeadline(collection.timeoutOr(PATIENCE))
              .restore(collection.name(), snapshot, newCollection);
      spec.commandLine()
          .getOut()
          .println(
              "restored " + made.name() + ": " + Units.count(made.documentCount(), "document"));
      return ExitStatus.OK;
    }
  }
}
