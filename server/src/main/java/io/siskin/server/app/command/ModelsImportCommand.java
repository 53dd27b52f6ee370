package io.siskin.server.app.command;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.store.Publication;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.process.Logging;
import io.siskin.server.app.terminal.PrintableText;
import io.siskin.server.encode.imports.Finding;
import io.siskin.server.encode.imports.ImportPlan;
import io.siskin.server.encode.imports.ModelImport;
import io.siskin.server.encode.imports.PlannedModel;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin models import}: makes a model directory of what another library saved. */
@Command(
    name = "import",
    description = {
      "Makes a model directory of a folder that another library saved, with its ONNX export: a"
          + " SparseEncoder of sentence-transformers, or a masked language model of transformers."
          + " The files are copied, encoder.yaml is written, and the result is checked.",
      "Prints what was read from which file, and what was decided by it. Where a model encodes"
          + " documents and another one encodes queries, two directories are made: OUT-document"
          + " and OUT-query. Where the weights of tokens encode queries, the directory has"
          + " idf.json too, for index --query-tokens.",
      "What is missing is named with the command that makes it, and what is not supported with its"
          + " key, its value and what is; exit status 2. Nothing is downloaded."
    })
final class ModelsImportCommand implements Callable<Integer> {
  private static final String NAME_SUFFIX = "-siskin";
  private static final Pattern PLAIN = Pattern.compile("[\\w./+:=@,-]+");
  private static final String CHECK_MILLIS = "200";

  @Parameters(
      paramLabel = "DIR",
      description = "The folder: with modules.json, or with the config.json of a …ForMaskedLM.")
  private Path directory;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      description =
          "The model directory to make, which does not exist. Its name is the model's name."
              + " Default: a folder in the current one that is called as --name says.")
  private @Nullable Path output;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "What the model is called, without --output: 1 to 64 letters, digits, dots, dashes and"
              + " underscores. Default: the name of DIR with -siskin behind it.")
  private @Nullable String name;

  @Option(
      names = "--onnx",
      paramLabel = "FILE",
      description =
          "The ONNX file to take: a path, or a path in DIR; may be given once for each model."
              + " Default: onnx/model.onnx, else model.onnx, else the only one that there is.")
  private List<Path> onnxFiles = new ArrayList<>();

  @Option(
      names = "--dry-run",
      description = "Prints what would be made and why, and writes nothing.")
  private boolean dryRun;

  @Option(names = "--no-check", description = "Leaves out the check (models check) at the end.")
  private boolean noCheck;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Logging.quietLibraries();
    Path out = output();
    ImportPlan plan = ModelImport.plan(directory, onnxFiles);
    for (PlannedModel model : plan.models()) {
      checkTarget(model.directory(out));
    }
    PrintWriter printer = spec.commandLine().getOut();
    printer.println("read from " + PrintableText.of(directory.toString()) + ":");
    for (Finding finding : plan.findings()) {
      printer.println("  " + PrintableText.of(finding.toString()));
    }
    for (PlannedModel model : plan.models()) {
      if (!dryRun) {
        write(model, model.directory(out));
      }
      printer.println(
          (dryRun ? "would make " : "made ")
              + PrintableText.of(model.directory(out) + ": " + String.join(", ", model.names())));
    }
    int status = dryRun || noCheck ? ExitStatus.OK : check(plan, out);
    if (status == ExitStatus.OK) {
      String options =
          plan.indexOptions(out).stream()
              .map(ModelsImportCommand::quoted)
              .collect(Collectors.joining(" "));
      printer.println("next: siskin index -i FILE -o DATA " + PrintableText.of(options));
    }
    return status;
  }

  /** Returns an argument as a shell takes it. */
  private static String quoted(String argument) {
    return PLAIN.matcher(argument).matches()
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }

  private Path output() throws IOException {
    if (output != null && name != null) {
      throw new InvalidInputException("--name", name, "nothing, with --output, whose name counts");
    }
    if (output != null) {
      if (output.getFileName() == null) {
        throw new InvalidInputException("--output", output, "a path with a name at its end");
      }
      return output;
    }
    String chosen = name == null ? defaultName() : name;
    ModelRef.checkName("--name", chosen);
    return Path.of(chosen);
  }

  private String defaultName() throws IOException {
    if (!Files.isDirectory(directory)) {
      return "model" + NAME_SUFFIX; // what is wrong is said where the folder is read
    }
    String found = ModelDirectory.nameOf(directory);
    int room = ModelRef.NAME_LENGTH_MAX - NAME_SUFFIX.length() - PlannedModel.SUFFIX_LENGTH_MAX;
    return found.substring(0, Math.min(found.length(), room)) + NAME_SUFFIX;
  }

  private static void checkTarget(Path target) {
    ModelRef.checkName("name of the model directory", String.valueOf(target.getFileName()));
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidInputException(
          "model directory",
          target + ", which exists",
          "one that does not; --output names another");
    }
  }

  private static void write(PlannedModel model, Path target) throws IOException {
    Path parent = Objects.requireNonNull(target.toAbsolutePath().getParent());
    Files.createDirectories(parent);
    Path making = Publication.createDirectory(parent, ".importing-");
    try {
      model.writeTo(making);
      Publication.publishDirectory(making, target);
    } finally {
      Publication.deleteDirectory(making);
    }
  }

  /** Runs the command that a user would run; what was made stays, to be looked at. */
  private int check(ImportPlan plan, Path out) {
    CommandLine check = Objects.requireNonNull(spec.parent().subcommands().get("check"));
    for (PlannedModel model : plan.models()) {
      String target = model.directory(out).toString();
      int status = check.execute(target, "--millis", CHECK_MILLIS);
      if (status != ExitStatus.OK) {
        spec.commandLine().getErr().println("the check failed; what was made stays in " + target);
        return status;
      }
    }
    return ExitStatus.OK;
  }
}
