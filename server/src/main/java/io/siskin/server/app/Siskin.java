package io.siskin.server.app;

import io.siskin.server.app.command.BenchCommand;
import io.siskin.server.app.command.CalibrateCommand;
import io.siskin.server.app.command.CollectionsCommand;
import io.siskin.server.app.command.ConfigCommand;
import io.siskin.server.app.command.CountCommand;
import io.siskin.server.app.command.DeleteCommand;
import io.siskin.server.app.command.DemoCommand;
import io.siskin.server.app.command.EncodeCommand;
import io.siskin.server.app.command.EvalCommand;
import io.siskin.server.app.command.ExportCommand;
import io.siskin.server.app.command.FeaturesCommand;
import io.siskin.server.app.command.GetCommand;
import io.siskin.server.app.command.HealthCommand;
import io.siskin.server.app.command.IndexCommand;
import io.siskin.server.app.command.InspectCommand;
import io.siskin.server.app.command.KeysCommand;
import io.siskin.server.app.command.ModelsCommand;
import io.siskin.server.app.command.RestoreCommand;
import io.siskin.server.app.command.SearchCommand;
import io.siskin.server.app.command.ServeCommand;
import io.siskin.server.app.command.SlowQueriesCommand;
import io.siskin.server.app.command.SnapshotCommand;
import io.siskin.server.app.command.SuggestionsCommand;
import io.siskin.server.app.command.TuneCommand;
import io.siskin.server.app.command.UpsertCommand;
import io.siskin.server.app.flags.Choice;
import io.siskin.server.app.flags.EncoderFlags;
import io.siskin.server.app.flags.ModeFlags;
import io.siskin.server.app.flags.StructureFlags;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.process.FailureReport;
import io.siskin.server.app.process.JdkVersion;
import io.siskin.server.app.process.Logging;
import io.siskin.server.app.process.Version;
import io.siskin.server.app.terminal.Terminal;
import io.siskin.server.app.terminal.WordWrappedHelp;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.PhraseSpec;
import io.siskin.server.measure.RankingMetrics.Population;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code siskin} command, started by {@code bin/siskin}: names the commands and runs one. */
@Command(
    name = "siskin",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    abbreviateSynopsis = true,
    description = "A low-latency search server for learned sparse retrieval.",
    synopsisSubcommandLabel = "COMMAND",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "  0:done; for a server: stopped on request, after what it had admitted",
      "  1:failed for a reason that may pass or lies in the data: disk, network, damage",
      "  2:the command or its input is wrong; the same command will fail again",
      " 69:the JDK, or something else that Siskin runs on, is missing or does not fit",
      " 70:a defect of Siskin; --verbose shows where",
      "130:stopped by Ctrl-C before it was done (143: by SIGTERM)"
    },
    subcommands = {
      DemoCommand.class,
      IndexCommand.class,
      ServeCommand.class,
      HealthCommand.class,
      ConfigCommand.class,
      KeysCommand.class,
      SearchCommand.class,
      CollectionsCommand.class,
      SlowQueriesCommand.class,
      SuggestionsCommand.class,
      UpsertCommand.class,
      DeleteCommand.class,
      GetCommand.class,
      CountCommand.class,
      ExportCommand.class,
      SnapshotCommand.class,
      RestoreCommand.class,
      EvalCommand.class,
      FeaturesCommand.class,
      TuneCommand.class,
      BenchCommand.class,
      CalibrateCommand.class,
      InspectCommand.class,
      ModelsCommand.class,
      EncodeCommand.class
    })
public final class Siskin implements Runnable {
  private static final int HELP_COLUMNS_MIN = 80;
  private static final int HELP_COLUMNS_MAX = 110;

  @Spec private CommandSpec spec;

  private Siskin() {}

  /**
   * Runs a command and ends the process with its {@link ExitStatus}.
   *
   * @param args the command's name and its arguments
   */
  @SuppressWarnings("IllegalCatch") // The edge of the process.
  public static void main(String[] args) {
    // Before anything else: on such a JDK, data can be damaged.
    String refusal = JdkVersion.refusal(Runtime.version());
    if (refusal != null) {
      System.err.println("siskin: " + refusal);
      System.exit(ExitStatus.UNAVAILABLE);
    }
    int status;
    try {
      status = commandLine().execute(args);
    } catch (Throwable defect) {
      // An Error: picocli hands everything else to FailureReport. Not through its writers, which
      // may be what broke.
      System.err.println("siskin: internal error: " + defect);
      status = ExitStatus.INTERNAL;
    }
    System.exit(status);
  }

  /** Returns the parser of the whole command line, writing UTF-8 to the process's own streams. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Siskin());
    FailureReport failures = new FailureReport();
    line.setHelpFactory(WordWrappedHelp::new)
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures)
        .setOut(writer(FileDescriptor.out))
        .setErr(writer(FileDescriptor.err))
        .registerConverter(InputFormat.class, Choice.of(InputFormat.class))
        .registerConverter(Population.class, Choice.of(Population.class))
        .registerConverter(StructureFlags.Scales.class, Choice.of(StructureFlags.Scales.class))
        .registerConverter(EncoderFlags.Kind.class, Choice.of(EncoderFlags.Kind.class))
        .registerConverter(EncoderFlags.Analyzer.class, Choice.of(EncoderFlags.Analyzer.class))
        .registerConverter(AnalyzerSpec.TokenRule.class, Choice.of(AnalyzerSpec.TokenRule.class))
        .registerConverter(PhraseSpec.Sides.class, Choice.of(PhraseSpec.Sides.class))
        .registerConverter(StatisticsScope.class, Choice.of(StatisticsScope.class))
        .registerConverter(Side.class, Choice.of(Side.class))
        .registerConverter(StructureFlags.Order.class, Choice.of(StructureFlags.Order.class))
        .registerConverter(ModeFlags.Mode.class, Choice.of(ModeFlags.Mode.class))
        .setUsageHelpWidth(
            Math.clamp(
                Terminal.columns(Terminal.STDOUT, HELP_COLUMNS_MIN),
                HELP_COLUMNS_MIN,
                HELP_COLUMNS_MAX))
        // Columns keep their width where a name is long: a line of its own for the description.
        .setUsageHelpLongOptionsMaxWidth(HELP_COLUMNS_MIN / 3);
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /**
   * Shows where errors come from.
   *
   * @param verbose whether stack traces and debug lines are printed
   */
  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Prints stack traces with errors, and debug lines.")
  void setVerbose(boolean verbose) {
    if (verbose) {
      Logging.makeVerbose();
    }
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    // Not the platform's charset: with LANG=C every letter beyond ASCII would come out as '?'.
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
  }
}
