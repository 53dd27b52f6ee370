package io.siskin.server.app;

import io.siskin.server.encode.ModelFiles;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.model.LoadedModel;
import io.siskin.server.encode.model.ModelCheck;
import io.siskin.server.encode.model.ModelConfig;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.onnx.TensorDescription;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin models check}: opens a model directory, encodes samples, and times it. */
@Command(
    name = "check",
    description = {
      "Checks a model directory: its files, that the model gives what encoder.yaml says, that"
          + " padding does not change a vector, that a text of max_length goes through; shows a"
          + " sample, and times batches.",
      "What is wrong is named with its file and what was expected; exit status 2."
    })
final class ModelsCheckCommand implements Callable<Integer> {
  private static final int[] BATCHES = {1, 8, 32};
  private static final int SAMPLE_TERMS = 12;
  private static final long MILLIS_MAX = 600_000;

  @Parameters(paramLabel = "DIR", description = "A folder with encoder.yaml.")
  private Path directory;

  @Option(
      names = "--length",
      paramLabel = "N",
      defaultValue = "32",
      description = "About how many tokens the timed texts have, 3 or more. Default: 32.")
  private int lengthTokens;

  @Option(
      names = "--millis",
      paramLabel = "N",
      defaultValue = "1000",
      description = "About how long each batch size is timed, 0 to 600000 ms. Default: 1000.")
  private long millis;

  @Option(names = "--json", description = "Prints one JSON object.")
  private boolean json;

  @Mixin private InferenceOptions inference = new InferenceOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Ranges.check("--length", lengthTokens, 3, Integer.MAX_VALUE);
    Ranges.check("--millis", millis, 0, MILLIS_MAX);
    Logging.quietLibraries();
    ModelDirectory found = ModelDirectory.read(directory);
    long start = System.nanoTime();
    try (LoadedModel model =
        LoadedModel.open(found, inference.options(Runtime.getRuntime().availableProcessors()))) {
      double openMillis = (System.nanoTime() - start) / 1e6;
      ModelCheck check = new ModelCheck(model);
      TextEncoding sample = check.checkSamples();
      List<ModelCheck.Timing> timings = time(check);
      Map<String, Object> facts = facts(model);
      facts.put("open_millis", openMillis);
      facts.put("sample", EncodingJson.members(sample));
      facts.put("timings", timings.stream().map(ModelsCheckCommand::members).toList());
      PrintWriter out = spec.commandLine().getOut();
      out.println(json ? Json.line(facts) : describe(model, facts, sample, timings));
      return ExitStatus.OK;
    }
  }

  private List<ModelCheck.Timing> time(ModelCheck check) {
    List<ModelCheck.Timing> timings = new ArrayList<>();
    try (ProgressDisplay display = ProgressDisplay.on(spec.commandLine().getErr())) {
      display.begin("timing", BATCHES.length);
      for (int batch : BATCHES) {
        timings.add(check.time(batch, lengthTokens, millis));
        display.advance(timings.size());
      }
      display.end();
    }
    return timings;
  }

  private static Map<String, Object> facts(LoadedModel model) throws IOException {
    ModelFiles files = model.directory().files();
    ModelConfig config = model.directory().config();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("model", files.ref().name());
    facts.put("fingerprint", files.ref().fingerprint());
    Map<String, Long> lengths = new LinkedHashMap<>();
    for (String name : files.names()) {
      lengths.put(name, Files.size(files.directory().resolve(name)));
    }
    facts.put("files", lengths);
    facts.put("family", config.family());
    facts.put("max_length", config.maxLength());
    facts.put("vocabulary", model.vocabularySize());
    facts.put("provider", model.session().provider().label());
    facts.put("projection", model.isFused() ? "fused with its maximum" : "in the graph");
    facts.put("inputs", list(model.session().inputs()));
    facts.put("outputs", list(model.session().outputs()));
    facts.put("output", config.output());
    return facts;
  }

  private static List<String> list(List<TensorDescription> tensors) {
    return tensors.stream().map(TensorDescription::toString).toList();
  }

  private static Map<String, Object> members(ModelCheck.Timing timing) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("batch", timing.batch());
    members.put("length_tokens", timing.lengthTokens());
    members.put("millis", timing.millis());
    members.put("pool_millis", timing.poolMillis());
    members.put("tokens_per_second", timing.tokensPerSecond());
    return members;
  }

  private static String describe(
      LoadedModel model,
      Map<String, Object> facts,
      TextEncoding sample,
      List<ModelCheck.Timing> timings) {
    StringBuilder text = new StringBuilder();
    text.append(facts.get("model")).append(": ").append(facts.get("family"));
    text.append(", fingerprint ").append(facts.get("fingerprint")).append('\n');
    text.append("  files: ").append(facts.get("files")).append('\n');
    text.append("  inputs: ").append(join(model.session().inputs())).append('\n');
    text.append("  outputs: ").append(join(model.session().outputs()));
    // Where the projection is cut off, the graph ends with what goes into it.
    text.append(model.isFused() ? "; instead of: " : "; read: ");
    text.append(facts.get("output")).append('\n');
    text.append("  at most ").append(Units.count(model.lengthTokensMax(), "token"));
    if (model.vocabularySize() > 0) {
      text.append(", vocabulary of ").append(Units.count(model.vocabularySize(), "term"));
      text.append(", projection ").append(facts.get("projection"));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%n  on %s, open after %.0f ms%n",
            facts.get("provider"),
            (Double) facts.get("open_millis")));
    text.append("  sample: ").append(describe(sample)).append('\n');
    for (ModelCheck.Timing timing : timings) {
      text.append(
          String.format(
              Locale.ROOT,
              "  batch of %d, %d tokens each: %.2f ms (pooling %.2f), %.0f tokens/s%n",
              timing.batch(),
              timing.lengthTokens(),
              timing.millis(),
              timing.poolMillis(),
              timing.tokensPerSecond()));
    }
    return text.append("  fit for use").toString();
  }

  private static String join(List<TensorDescription> tensors) {
    return tensors.stream().map(TensorDescription::toString).collect(Collectors.joining(", "));
  }

  private static String describe(TextEncoding sample) {
    return switch (sample) {
      case TextEncoding.Dense dense -> dense.vectors().getFirst().length + " numbers";
      case TextEncoding.Sparse sparse ->
          Units.count(sparse.vector().size(), "term")
              + ": "
              + EncodingJson.weights(sparse.vector()).entrySet().stream()
                  .limit(SAMPLE_TERMS)
                  .map(
                      term -> String.format(Locale.ROOT, "%s %.2f", term.getKey(), term.getValue()))
                  .collect(Collectors.joining(", "));
    };
  }
}
