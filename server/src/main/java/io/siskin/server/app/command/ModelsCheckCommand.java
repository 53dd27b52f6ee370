package io.siskin.server.app.command;

import io.siskin.index.error.Ranges;
import io.siskin.server.app.flags.InferenceFlags;
import io.siskin.server.app.output.EncodingJson;
import io.siskin.server.app.output.Json;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.process.Logging;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.app.terminal.Units;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.model.LoadedModel;
import io.siskin.server.encode.model.ModelCheck;
import io.siskin.server.encode.model.ModelConfig;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.model.RemoteDirectory;
import io.siskin.server.encode.onnx.TensorDescription;
import io.siskin.server.encode.remote.RemoteDescription;
import io.siskin.server.encode.remote.RemoteModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
      "Of a folder with remote.yaml: that the server answers, is ready, says that it is the model"
          + " that the file describes, and gives vectors over the vocabulary; --remote asks another"
          + " address.",
      "What is wrong is named with its file and what was expected; exit status 2."
    })
final class ModelsCheckCommand implements Callable<Integer> {
  private static final int[] BATCHES = {1, 8, 32};
  private static final int SAMPLE_TERMS = 12;
  private static final long MILLIS_MAX = 600_000;
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

  @Parameters(paramLabel = "DIR", description = "A folder with encoder.yaml or remote.yaml.")
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

  @Mixin private InferenceFlags inference = new InferenceFlags();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Ranges.check("--length", lengthTokens, 3, Integer.MAX_VALUE);
    Ranges.check("--millis", millis, 0, MILLIS_MAX);
    Logging.quietLibraries();
    return RemoteDirectory.is(directory) ? checkRemote() : checkLocal();
  }

  private int checkRemote() throws IOException {
    RemoteDirectory read = RemoteDirectory.read(directory);
    String address = inference.address(read.files().ref());
    RemoteDirectory found = address == null ? read : read.at(address);
    try (RemoteModel model = found.open()) {
      RemoteDescription served = found.describe(model, ANSWER_TIMEOUT);
      ModelCheck check = new ModelCheck(model, directory);
      TextEncoding sample = check.checkSamples();
      List<ModelCheck.Timing> timings = time(check);
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("model", found.files().ref().name());
      facts.put("fingerprint", found.files().ref().fingerprint());
      facts.put("served", found.target().label());
      facts.put("served_model", served.model());
      facts.put("served_versions", served.versions());
      facts.put("served_details", served.details());
      facts.put("max_length", model.lengthTokensMax());
      facts.put("vocabulary", model.vocabularySize());
      facts.put("sample", EncodingJson.members(sample));
      facts.put("timings", timings.stream().map(ModelsCheckCommand::members).toList());
      PrintWriter out = spec.commandLine().getOut();
      out.println(json ? Json.line(facts) : describeRemote(facts, served, sample, timings));
      return ExitStatus.OK;
    } catch (RemoteEncoderException failed) {
      throw found.explain(failed);
    }
  }

  private static String describeRemote(
      Map<String, Object> facts,
      RemoteDescription served,
      TextEncoding sample,
      List<ModelCheck.Timing> timings) {
    StringBuilder text = new StringBuilder();
    text.append(facts.get("model")).append(": ").append(facts.get("served"));
    text.append(", fingerprint ").append(facts.get("fingerprint")).append('\n');
    text.append("  there: ");
    if (served.model().isEmpty()) {
      text.append("ready; it does not say what it is\n");
    } else {
      text.append(served.model()).append(' ').append(served.versions()).append('\n');
      served.details().forEach(detail -> text.append("    ").append(detail).append('\n'));
    }
    text.append("  at most ").append(facts.get("max_length")).append(" tokens, vocabulary of ");
    text.append(facts.get("vocabulary")).append(" terms\n");
    text.append("  sample: ").append(describe(sample)).append('\n');
    append(text, timings);
    return text.append("  fit for use").toString();
  }

  private int checkLocal() throws IOException {
    ModelDirectory found = ModelDirectory.read(directory);
    long start = System.nanoTime();
    try (LoadedModel model =
        LoadedModel.open(found, inference.options(Runtime.getRuntime().availableProcessors()))) {
      double openMillis = (System.nanoTime() - start) / 1e6;
      ModelCheck check = new ModelCheck(model, directory);
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
    append(text, timings);
    return text.append("  fit for use").toString();
  }

  private static void append(StringBuilder text, List<ModelCheck.Timing> timings) {
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
  }

  private static String join(List<TensorDescription> tensors) {
    return tensors.stream().map(TensorDescription::toString).collect(Collectors.joining(", "));
  }

  private static String describe(TextEncoding sample) {
    return switch (sample) {
      case TextEncoding.Dense dense -> dense.vectors().getFirst().length + " numbers";
      case TextEncoding.DenseTokens tokens ->
          tokens.vectors().isEmpty()
              ? "no token"
              : Units.count(tokens.vectors().size(), "token")
                  + " of "
                  + tokens.vectors().getFirst().length
                  + " numbers";
      case TextEncoding.SparseTokens tokens -> throw new IllegalStateException(tokens.toString());
      case TextEncoding.Pair pair -> "the score " + pair.score();
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
