package io.siskin.server.app.process;

import io.siskin.client.SearchException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.app.terminal.PrintableText;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.onnx.InferenceException;
import io.siskin.server.retrieve.CollectionDamagedException;
import io.siskin.server.retrieve.CollectionUnderVerificationException;
import io.siskin.server.write.NameTakenException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The one translation of failures of a command to a line on standard error and an {@link
 * ExitStatus}. The line names what was found, where, and what would have been right; stack traces
 * are for {@code --verbose}.
 */
public final class FailureReport implements IExecutionExceptionHandler, IParameterExceptionHandler {
  @Override
  public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
    line.getErr().println(line.getCommandSpec().qualifiedName() + ": " + message(failure));
    if (Logging.isVerbose()) {
      failure.printStackTrace(line.getErr());
    }
    return status(failure);
  }

  @Override
  public int handleParseException(ParameterException parsed, String[] args) {
    CommandLine line = parsed.getCommandLine();
    // A misspelt option is why the right one is missing: it is named first.
    List<String> unknown =
        parsed instanceof MissingParameterException ? line.getUnmatchedArguments() : List.of();
    ParameterException failure =
        unknown.isEmpty() ? parsed : new UnmatchedArgumentException(line, unknown);
    String suggestion =
        failure instanceof UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()
            ? "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?"
            : "";
    String name = line.getCommandSpec().qualifiedName();
    line.getErr()
        .println(
            name
                + ": "
                + oneLine(failure.getMessage())
                + suggestion
                + " (see "
                + name
                + " --help)");
    return ExitStatus.USAGE;
  }

  /**
   * Returns the exit status of a failure.
   *
   * @param failure what ended the command
   */
  static int status(Throwable failure) {
    return switch (failure) {
      case InvalidInputException _ -> ExitStatus.USAGE;
      case SearchException.InvalidRequest _,
          SearchException.NotFound _,
          SearchException.Denied _,
          SearchException.Conflict _ ->
          ExitStatus.USAGE;
      case SearchException _ -> ExitStatus.FAILURE;
      case NameTakenException _ -> ExitStatus.USAGE;
      case UnsupportedOperationException _ -> ExitStatus.USAGE;
      // Files that are damaged, or may be.
      case CollectionDamagedException _, CollectionUnderVerificationException _ ->
          ExitStatus.FAILURE;
      case InvalidPathException _ -> ExitStatus.USAGE;
      // Memory that is short, a device that fails, a model that does not keep its word.
      case InferenceException _ -> ExitStatus.FAILURE;
      // An encoder elsewhere that is not there.
      case RemoteEncoderException _ -> ExitStatus.FAILURE;
      case IOException _, UncheckedIOException _ -> ExitStatus.FAILURE;
      default -> ExitStatus.INTERNAL;
    };
  }

  /**
   * Returns what to say of a failure, on one line.
   *
   * @param failure what ended the command
   */
  public static String message(Throwable failure) {
    return oneLine(
        switch (failure) {
          case SearchException.InvalidRequest invalid when !invalid.violations().isEmpty() ->
              invalid.violations().stream()
                  .map(FailureReport::describe)
                  .collect(Collectors.joining("; "));
          case SearchException remote -> remote.getMessage() + transportCause(remote);
          case NoSuchFileException missing -> missing.getFile() + ": no such file or folder";
          case AccessDeniedException denied -> denied.getFile() + ": permission denied";
          case InvalidPathException path ->
              path.getInput()
                  + ": no path in the character set of this process, "
                  + System.getProperty("sun.jnu.encoding")
                  + "; allowed: a start by bin/siskin, or in a UTF-8 locale (LC_ALL=C.UTF-8)";
          case FileSystemException file ->
              file.getFile() + ": " + (file.getReason() == null ? failure : file.getReason());
          case UncheckedIOException wrapped -> message(Objects.requireNonNull(wrapped.getCause()));
          default ->
              status(failure) == ExitStatus.INTERNAL
                  ? "internal error, a defect of Siskin (--verbose shows where): " + failure
                  : failure.getMessage();
        });
  }

  private static String describe(SearchException.FieldViolation violation) {
    // Most descriptions begin with the field already.
    return violation.description().startsWith(violation.field())
        ? violation.description()
        : violation.field() + ": " + violation.description();
  }

  /** gRPC says "io exception" and leaves the reason to the innermost cause. */
  private static String transportCause(SearchException remote) {
    Throwable innermost = remote;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    return innermost instanceof IOException && innermost.getMessage() != null
        ? " (" + innermost.getMessage() + ")"
        : "";
  }

  private static String oneLine(@Nullable String message) {
    return PrintableText.of(String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " "));
  }
}
