package io.siskin.server.app.command;

import io.siskin.server.app.flags.ConfigFlags;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.serving.ServerParts;
import io.siskin.server.config.ConfigSources;
import io.siskin.server.config.ConfigText;
import io.siskin.server.config.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code siskin config}: checks and shows the settings of the server. */
@Command(
    name = "config",
    description =
        "Checks and shows the settings of 'siskin serve'. docs/configuration.md lists them all.",
    subcommands = {
      ConfigCommand.Check.class,
      ConfigCommand.Print.class,
      ConfigCommand.Sample.class
    })
public final class ConfigCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing: check, print or sample");
  }

  /** The sources of settings that {@code serve} has, read in the same way. */
  abstract static class Reading implements Callable<Integer> {
    private static final ConfigFlags FLAGS = new ConfigFlags(ServerConfig.TREE);

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "The file. Default: the one that SISKIN_CONFIG names, if it is set.")
    private @Nullable Path configFile;

    private CommandSpec command = CommandSpec.create();

    @Spec
    void addOptions(CommandSpec added) {
      command = added;
      FLAGS.addTo(added);
    }

    @Override
    public final Integer call() throws IOException {
      ConfigSources.Resolved<ServerConfig> resolved =
          ConfigSources.resolve(
              ServerConfig.TREE, configFile, System.getenv(), FLAGS.given(command));
      ServerParts.check(resolved.config());
      PrintWriter out = command.commandLine().getOut();
      show(resolved, out);
      out.flush();
      return ExitStatus.OK;
    }

    abstract void show(ConfigSources.Resolved<ServerConfig> resolved, PrintWriter out);
  }

  /** {@code siskin config check}. */
  @Command(
      name = "check",
      description =
          "Says whether 'siskin serve' would take the same file, variables and options. Opens no"
              + " collection and no port. Exit status 2 when something is wrong.")
  static final class Check extends Reading {
    @Override
    void show(ConfigSources.Resolved<ServerConfig> resolved, PrintWriter out) {
      int set = resolved.origins().size();
      out.println("the configuration is right: " + set + " set, the others at their defaults");
    }
  }

  /** {@code siskin config print}. */
  @Command(
      name = "print",
      description =
          "Prints all settings as 'siskin serve' would use them, as a file that it reads. A comment"
              + " says where each value comes from that is not a default.")
  static final class Print extends Reading {
    @Override
    void show(ConfigSources.Resolved<ServerConfig> resolved, PrintWriter out) {
      out.print(ConfigText.effective(ServerConfig.TREE, resolved));
    }
  }

  /** {@code siskin config sample}. */
  @Command(
      name = "sample",
      description =
          "Prints a file to begin with: every setting with its meaning, range and default, as a"
              + " comment.")
  static final class Sample implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      out.print(ConfigText.sample(ServerConfig.TREE));
      out.flush();
      return ExitStatus.OK;
    }
  }
}
