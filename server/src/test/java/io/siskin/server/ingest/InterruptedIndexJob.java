package io.siskin.server.ingest;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.encode.spec.VectorOptions;
import io.siskin.server.testing.FakeTextModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * An index job by a slow fake model that notes each text it encodes in a file: what {@link
 * ResumeTest} runs in a process of its own, to kill it.
 */
public final class InterruptedIndexJob {
  private static final long TOKEN_NANOS = 200_000;

  private InterruptedIndexJob() {}

  /**
   * Runs the job.
   *
   * @param args the input, the data directory, the file to note texts in, the model's folder
   */
  public static void main(String[] args) throws IOException {
    run(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]), Path.of(args[3]), TOKEN_NANOS);
  }

  static IndexReport run(Path input, Path data, Path log, Path modelFolder, long tokenNanos)
      throws IOException {
    FakeTextModel model = new FakeTextModel(64).costing(0, tokenNanos);
    model.onInfer(
        texts -> {
          try {
            Files.writeString(
                log,
                String.join("\n", texts) + "\n",
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    List<String> names = List.of("model.onnx");
    ModelRef ref = new ModelRef("fake", ModelFiles.fingerprint(modelFolder, names));
    IndexRequest request =
        new IndexRequest(
            List.of(input),
            InputFormat.AUTO,
            data,
            "resumed",
            new LearnedSpec(
                new LearnedSpec.DocumentSide.Model(ref, VectorOptions.NONE),
                new LearnedSpec.QuerySide.Vectors()),
            Map.of(),
            List.of(new ModelFiles(ref, modelFolder, names)),
            BuildOptions.DEFAULTS.withThreads(2),
            DocumentPruning.NONE,
            0,
            false);
    return new IndexJob(
            request,
            BuildProgress.NONE,
            bad -> {
              throw bad;
            },
            (directory, wanted) -> model)
        .run();
  }
}
