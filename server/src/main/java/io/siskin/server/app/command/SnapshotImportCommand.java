package io.siskin.server.app.command;

import io.siskin.server.app.flags.InferenceFlags;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.process.Logging;
import io.siskin.server.app.terminal.Units;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.write.SnapshotImport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin snapshot import}: makes a collection of a snapshot's folder, without a server. */
@Command(
    name = "import",
    description = {
      "Makes a new collection of the folder of a snapshot, which may come from another data"
          + " directory. Asks no server.",
      "All files are verified and then copied. A server of the data directory finds the new"
          + " collection by itself. Within one data directory, 'siskin restore' is quicker."
    })
public final class SnapshotImportCommand implements Callable<Integer> {
  @Option(
      names = {"-d", "--data"},
      required = true,
      paramLabel = "DIR",
      description = "The data directory that the new collection is made in.")
  private Path data;

  @Option(
      names = "--as",
      required = true,
      paramLabel = "NAME",
      description = "The name of the new collection, which must be free.")
  private String newCollection;

  @Mixin private InferenceFlags inference = new InferenceFlags();

  @Parameters(
      paramLabel = "FOLDER",
      description =
          "The folder of the snapshot, DIR/COLLECTION/snapshots/SNAPSHOT, or a copy of it.")
  private Path folder;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Logging.quietLibraries();
    SnapshotImport.run(new DataDirectory(data), folder, newCollection, inference.forQueries());
    long documents = CollectionManifest.read(data.resolve(newCollection)).liveCount();
    spec.commandLine()
        .getOut()
        .println("imported " + newCollection + ": " + Units.count(documents, "document"));
    return ExitStatus.OK;
  }
}
