package io.siskin.server.app.command;

import io.siskin.client.SearchClient;
import io.siskin.client.SnapshotInfo;
import io.siskin.server.app.flags.CollectionFlags;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.terminal.Units;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin snapshot}: what is kept of a collection. */
@Command(
    name = "snapshot",
    description = {
      "Keeps collections of a running server as they are, under names.",
      "A snapshot takes no copy of the files, so it is quick and costs no space at first. 'siskin"
          + " restore' makes a collection of one, and 'siskin snapshot import' does so in another"
          + " data directory."
    },
    subcommands = SnapshotImportCommand.class)
public final class SnapshotCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing: create, list, delete or import");
  }

  /** Keeps a collection. */
  @Command(name = "create", description = "Keeps a collection as it is now.")
  int create(
      @Mixin CollectionFlags collection,
      @Parameters(
              arity = "0..1",
              paramLabel = "SNAPSHOT",
              defaultValue = "",
              description = "The name of the snapshot. Default: one made of the time.")
          String snapshot) {
    try (SearchClient client = collection.connect()) {
      print(client.collectionsClient().createSnapshot(collection.name(), snapshot));
      return ExitStatus.OK;
    }
  }

  /** Lists the snapshots of a collection. */
  @Command(name = "list", description = "Lists the snapshots of a collection, the oldest first.")
  int list(@Mixin CollectionFlags collection) {
    try (SearchClient client = collection.connect()) {
      client.collectionsClient().snapshots(collection.name()).forEach(this::print);
      return ExitStatus.OK;
    }
  }

  /** Removes a snapshot. */
  @Command(name = "delete", description = "Removes a snapshot.")
  int delete(
      @Mixin CollectionFlags collection,
      @Parameters(paramLabel = "SNAPSHOT", description = "The name of the snapshot.")
          String snapshot) {
    try (SearchClient client = collection.connect()) {
      client.collectionsClient().deleteSnapshot(collection.name(), snapshot);
      spec.commandLine().getOut().println("removed snapshot " + snapshot);
      return ExitStatus.OK;
    }
  }

  private void print(SnapshotInfo snapshot) {
    spec.commandLine()
        .getOut()
        .println(
            snapshot.name()
                + ": "
                + snapshot.collection()
                + " at "
                + snapshot.created()
                + ", "
                + Units.count(snapshot.documentCount(), "document")
                + ", "
                + Units.bytes(snapshot.lengthBytes()));
  }
}
