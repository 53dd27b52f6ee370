package io.siskin.server.app.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code siskin models}: what is done with model directories. */
@Command(
    name = "models",
    description = "Makes and checks model directories; docs/models.md describes them.",
    subcommands = {ModelsImportCommand.class, ModelsCheckCommand.class})
public final class ModelsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing: import or check");
  }
}
