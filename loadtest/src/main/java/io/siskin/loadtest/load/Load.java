package io.siskin.loadtest.load;

import io.siskin.loadtest.load.scenario.Operation;
import io.siskin.loadtest.load.schedule.Arrivals;
import io.siskin.server.app.flags.Choice;
import io.siskin.server.app.process.FailureReport;
import io.siskin.server.app.process.Version;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code loadtest/load}. */
@Command(
    name = "loadtest/load",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description =
        "Sends calls to a server that runs, when they are due and not when the server is ready for"
            + " them, and reports the latencies that its users would see. docs/load-tests.md says"
            + " more.",
    subcommands = {
      RunCommand.class,
      CompareCommand.class,
      ReportCommand.class,
      GhzDataCommand.class,
      LinesCommand.class
    })
public final class Load implements Runnable {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the specification.
  private Load() {}

  /**
   * Runs a command and ends the process: 0 when it was done, 1 when it failed or when the load was
   * not sent as it was asked for, 2 when the command or a file is wrong.
   *
   * @param arguments the command's name and its arguments
   */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** Returns the parser of the command line. */
  static CommandLine commandLine() {
    FailureReport failures = new FailureReport();
    return new CommandLine(new Load())
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures)
        .setOut(writer(FileDescriptor.out))
        .setErr(writer(FileDescriptor.err))
        .registerConverter(Arrivals.class, Choice.of(Arrivals.class))
        .registerConverter(Operation.QueryForm.class, Choice.of(Operation.QueryForm.class));
  }

  private static PrintWriter writer(FileDescriptor stream) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(stream), StandardCharsets.UTF_8), true);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "no command; allowed: run, compare, report, ghz-data and lines");
  }
}
