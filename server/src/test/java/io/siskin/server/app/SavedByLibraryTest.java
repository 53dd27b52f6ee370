package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Needs;
import io.siskin.index.testing.Repository;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.model.LoadedModel;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.testing.SavedEncoders;
import io.siskin.server.testing.SavedEncoders.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The import against the library itself, where a Python has it: folders are saved and exported
 * anew, and each is imported and compared text by text.
 */
final class SavedByLibraryTest {
  @TempDir private Path folder;

  @Test
  void everyFormGivesTheVectorsOfTheLibrary() throws Exception {
    for (String module : new String[] {"sentence_transformers", "optimum.onnxruntime", "onnx"}) {
      Needs.require(
          PythonUnderTest.canImport(module),
          "a Python with sentence-transformers and optimum-onnx",
          PythonUnderTest.program() + " cannot import " + module);
    }
    Path saved = folder.resolve("saved");
    Path output = folder.resolve("output.txt");
    Path script = Repository.module("models/sentence-transformers/make-folders.py");
    int status =
        PythonUnderTest.process(script.toString(), saved.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start()
            .waitFor();
    assertThat(status).as(Files.readString(output)).isZero();
    for (String form : new String[] {"splade", "sum_pooling", "plain", "external_data"}) {
      Path made = importFolder(saved, form);
      compare(made, saved, form, Side.DOCUMENT);
      compare(made, saved, form, Side.QUERY);
    }
    Path two = importFolder(saved, "two_models");
    compare(two.resolveSibling("two_models-document"), saved, "two_models", Side.DOCUMENT);
    compare(two.resolveSibling("two_models-query"), saved, "two_models", Side.QUERY);
    compare(importFolder(saved, "inference_free"), saved, "inference_free", Side.DOCUMENT);
  }

  private Path importFolder(Path saved, String form) {
    Path made = folder.resolve("made").resolve(form);
    CapturedRun run = CapturedRun.of("models", "import", saved.resolve(form), "-o", made);
    assertThat(run.status()).as("%s: %s", form, run.err()).isZero();
    return made;
  }

  private static void compare(Path made, Path saved, String form, Side side) throws IOException {
    try (LoadedModel model = LoadedModel.open(ModelDirectory.read(made), OnnxOptions.cpu(1))) {
      for (Reference reference : SavedEncoders.references(saved.resolve(form + ".jsonl"))) {
        if (reference.side() == side) {
          Map<String, Float> found = SavedEncoders.encode(model, side, reference.text());
          SavedEncoders.assertClose(
              form + " " + side + " " + reference.text(), found, reference.ofTerms());
        }
      }
    }
  }
}
