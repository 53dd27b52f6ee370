package io.siskin.server.app.command;

import io.siskin.client.SearchClient;
import io.siskin.client.SlowQuery;
import io.siskin.index.error.Ranges;
import io.siskin.server.app.flags.TargetFlags;
import io.siskin.server.app.output.Json;
import io.siskin.server.app.output.ResultPrinter;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.terminal.PrintableText;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin slow-queries}: the slow searches that a running server remembers. */
@Command(
    name = "slow-queries",
    description = {
      "Lists the slow searches that a running server remembers, the latest first.",
      "What is slow is the server's setting slow_queries.limit_millis."
    })
public final class SlowQueriesCommand implements Callable<Integer> {
  private static final int COUNT_MAX = 1_000;
  private static final double NANOS_PER_MILLI = 1e6;

  @Mixin private TargetFlags target = new TargetFlags();

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Only searches of this collection, as their requests named it. Default: all.")
  private String collection = "";

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      defaultValue = "20",
      description = "How many searches, 1 to 1000. Default: ${DEFAULT-VALUE}.")
  private int count;

  @Option(names = "--json", description = "Prints one JSON object per line, one per search.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Ranges.check("--count", count, 1, COUNT_MAX);
    PrintWriter out = spec.commandLine().getOut();
    try (SearchClient client = target.connect()) {
      List<SlowQuery> found = client.serverClient().slowQueries(collection, count);
      if (found.isEmpty() && !json) {
        out.println("no slow searches");
      }
      for (SlowQuery query : found) {
        out.println(json ? Json.line(members(query)) : PrintableText.of(describe(query)));
      }
      return ExitStatus.OK;
    }
  }

  private static String describe(SlowQuery query) {
    return String.format(
        Locale.ROOT,
        "%s  %.1f ms (queue %.1f, encode %.1f, search %.1f, fetch %.1f)  %s  k %d, %s, %d hits%s",
        query.endTime(),
        millis(query.timings().totalNanos()),
        millis(query.timings().queueNanos()),
        millis(query.timings().encodeNanos()),
        millis(query.timings().searchNanos()),
        millis(query.timings().fetchNanos()),
        query.collection(),
        query.k(),
        query.mode() == null ? "not answered" : ResultPrinter.describe(query.mode()),
        query.hitCount(),
        query.text() == null ? "" : "  " + query.text());
  }

  private static double millis(long nanos) {
    return nanos / NANOS_PER_MILLI;
  }

  private static Map<String, Object> members(SlowQuery query) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("end_time", query.endTime().toString());
    members.put("collection", query.collection());
    members.put("text", query.text());
    members.put("k", query.k());
    members.put("mode", query.mode() == null ? null : ResultPrinter.members(query.mode()));
    members.put("hits", query.hitCount());
    members.put("key_id", query.keyId());
    members.put("trace_id", query.traceId());
    members.put("timings", query.timings());
    members.put("counters", query.counters());
    return members;
  }
}
