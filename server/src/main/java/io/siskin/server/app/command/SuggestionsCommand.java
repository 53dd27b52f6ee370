package io.siskin.server.app.command;

import io.siskin.client.LoggedQuery;
import io.siskin.client.SearchClient;
import io.siskin.client.SuggestRequest;
import io.siskin.client.Suggestion;
import io.siskin.server.app.flags.CollectionFlags;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.terminal.PrintableText;
import io.siskin.server.app.terminal.Units;
import io.siskin.server.suggest.QueryLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin suggestions}: the log of queries of a collection, and what it suggests. */
@Command(
    name = "suggestions",
    description = {
      "Suggests what could be asked of a collection of a running server.",
      "Suggestions come from a log of queries, which 'siskin suggestions import' gives to the"
          + " collection."
    })
public final class SuggestionsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing: import or find");
  }

  /** Gives a collection a log. */
  @Command(
      name = "import",
      description = {
        "Gives a collection a log of queries, in place of the one before it.",
        "Each line of the file is a JSON object: {\"query\": TEXT, \"count\": N} for a query that"
            + " was asked N times, or {\"session\": [TEXT, ...], \"count\": N} for queries that"
            + " were asked one after another, in N sessions. Without a count, it is 1. The 20,000"
            + " most frequent queries are kept."
      })
  int importLog(
      @Mixin CollectionFlags collection,
      @Parameters(paramLabel = "FILE", description = "The file, in JSON Lines.") Path file)
      throws IOException {
    QueryLog.Builder read = QueryLogFile.read(file);
    List<LoggedQuery> queries = new ArrayList<>();
    read.build()
        .queries()
        .forEach((text, query) -> queries.add(new LoggedQuery(text, query.count(), query.next())));
    try (SearchClient client = collection.connect()) {
      int kept = client.collectionsClient().putQueryLog(collection.name(), queries);
      spec.commandLine()
          .getOut()
          .println(
              "queries kept: "
                  + Units.count(kept)
                  + (read.size() > kept
                      ? "; left out, since they were asked less often: "
                          + Units.count(read.size() - kept)
                      : ""));
      return ExitStatus.OK;
    }
  }

  /** Prints suggestions. */
  @Command(
      name = "find",
      description = "Prints suggestions, best first: score, count, where it comes from, text.")
  int find(
      @Mixin CollectionFlags collection,
      @Parameters(
              arity = "0..1",
              paramLabel = "PREFIX",
              defaultValue = "",
              description = "What was typed so far. Default: nothing, for next queries.")
          String prefix,
      @Option(
              names = "--earlier",
              paramLabel = "TEXT",
              description =
                  "An earlier query of the session. Give it once for each, the latest last.")
          List<String> earlier,
      @Option(
              names = {"-n", "--count"},
              paramLabel = "N",
              defaultValue = "10",
              description = "How many, 1 to 100. Default: ${DEFAULT-VALUE}.")
          int count,
      @Option(
              names = "--context-weight",
              paramLabel = "X",
              defaultValue = "0.5",
              description =
                  "How much the earlier queries count, 0 to 1. Default: ${DEFAULT-VALUE}.")
          double contextWeight,
      @Option(
              names = "--terms",
              description = "Suggests terms of the collection, too, where the log has not enough.")
          boolean withTerms) {
    SuggestRequest request =
        new SuggestRequest(
            collection.name(),
            prefix,
            earlier == null ? List.of() : earlier,
            count,
            contextWeight,
            withTerms);
    try (SearchClient client = collection.connect()) {
      for (Suggestion each : client.suggest(request)) {
        spec.commandLine()
            .getOut()
            .println(
                PrintableText.of(
                    String.format(
                        Locale.ROOT,
                        "%.4f  %d  %s  %s",
                        each.score(),
                        each.count(),
                        each.isTerm() ? "term" : "log",
                        each.text())));
      }
      return ExitStatus.OK;
    }
  }
}
