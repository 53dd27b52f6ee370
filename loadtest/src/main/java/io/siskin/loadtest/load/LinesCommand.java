package io.siskin.loadtest.load;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.loadtest.load.report.LoadResult;
import io.siskin.loadtest.load.scenario.Operation;
import io.siskin.loadtest.load.scenario.Scenario;
import io.siskin.loadtest.load.schedule.RateProfile;
import io.siskin.loadtest.load.schedule.RateStage;
import io.siskin.loadtest.load.schedule.Share;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code loadtest/load lines}: sends the loads that standard input asks for, and answers each line
 * with a line of JSON. So one warm JVM sends all loads of a measurement that a script conducts.
 */
@Command(
    name = "lines",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "For scripts: reads one load a line from standard input, and answers with one line of JSON"
          + " when its last call has ended.",
      "open RATE SECONDS sends calls when they are due. closed CALLERS SECONDS lets callers send"
          + " the next call after the answer."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options.
final class LinesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ScenarioFlags flags;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Scenario scenario = flags.read();
    PrintWriter out = spec.commandLine().getOut();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (LoadRun run = new LoadRun(scenario, flags.metadata())) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        out.println(ResultJson.line(answer(scenario, run, line)));
        out.flush();
      }
    }
    return 0;
  }

  private static ObjectNode answer(Scenario scenario, LoadRun run, String line)
      throws IOException, InterruptedException {
    String[] words = line.strip().split(" ");
    if (words.length != 3 || !List.of("open", "closed").contains(words[0])) {
      throw new InvalidInputException(
          "line", "'" + line + "'", "open RATE SECONDS or closed CALLERS SECONDS");
    }
    double size = Double.parseDouble(words[1]);
    double seconds = Double.parseDouble(words[2]);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("seconds", seconds);
    if (words[0].equals("closed")) {
      return node.put("answered", run.sendClosed((int) size, seconds));
    }
    RateProfile profile = new RateProfile(List.of(RateStage.constant(size, seconds)));
    LoadRun.Finished finished = run.send(scenario.schedule(profile), (log, second, server) -> {});
    LoadResult result = ResultJson.result(scenario, profile, finished);
    node.set("steps", result.steps());
    ArrayNode beside = node.putArray("beside");
    for (Operation operation : scenario.operations()) {
      if (operation.share() instanceof Share.Beside) {
        beside.add(operation.name());
      }
    }
    node.set("server", ResultJson.server(finished));
    result.faults(finished.senderCpuShare()).forEach(node.putArray("faults")::add);
    return node;
  }
}
