package io.siskin.server.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.server.app.CapturedRun;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.encode.Side;
import io.siskin.server.testing.SavedEncoders;
import io.siskin.server.testing.SavedEncoders.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way: a folder that the library saved, a model directory, a collection. */
final class ModelsImportCommandTest {
  @TempDir private Path folder;

  @Test
  void whatIsMadeIsShownAndChecked() throws IOException {
    Path saved = SavedEncoders.copy("splade", folder.resolve("saved"));
    Path out = folder.resolve("deeper/moths");
    CapturedRun run = CapturedRun.of("models", "import", saved, "-o", out);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("read from " + saved + ":")
        .contains("  onnx/model.onnx: is the graph")
        .contains("made " + out + ": encoder.yaml, onnx/model.onnx, tokenizer.json")
        .contains("moths: splade, fingerprint ")
        .contains("fit for use")
        .endsWith("next: siskin index -i FILE -o DATA --document-model " + out + "\n");
    try (Stream<Path> beside = Files.list(out.getParent())) {
      assertThat(beside).containsExactly(out);
    }
  }

  @Test
  void aDryRunWritesNothing() throws IOException {
    Path saved = SavedEncoders.copy("two_models", folder.resolve("saved"));
    Path out = folder.resolve("moths");
    CapturedRun run = CapturedRun.of("models", "import", saved, "-o", out, "--dry-run");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("would make " + out + "-document: encoder.yaml")
        .contains("would make " + out + "-query: encoder.yaml")
        .doesNotContain("fit for use");
    try (Stream<Path> beside = Files.list(folder)) {
      assertThat(beside).containsExactly(saved);
    }
  }

  @Test
  void whatExistsIsNotTouched() throws IOException {
    Path saved = SavedEncoders.copy("two_models", folder.resolve("saved"));
    Path taken = Files.createDirectory(folder.resolve("moths-query"));
    CapturedRun run = CapturedRun.of("models", "import", saved, "-o", folder.resolve("moths"));
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("model directory is " + taken + ", which exists");
    assertThat(folder.resolve("moths-document")).doesNotExist();
  }

  @Test
  void namesAreChecked() throws IOException {
    Path saved = SavedEncoders.copy("splade", folder.resolve("saved"));
    CapturedRun both = CapturedRun.of("models", "import", saved, "-o", "x", "--name", "y");
    assertThat(both.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(both.err()).contains("--name is y; allowed: nothing, with --output");
    CapturedRun name = CapturedRun.of("models", "import", saved, "--name", "../y");
    assertThat(name.err()).contains("--name is ../y; allowed: 1 to 64 of letters");
    CapturedRun out = CapturedRun.of("models", "import", saved, "-o", folder.resolve("a b"));
    assertThat(out.err()).contains("name of the model directory is a b; allowed: 1 to 64");
    CapturedRun shown = CapturedRun.of("models", "import", saved, "--name", "moths", "--dry-run");
    assertThat(shown.out()).contains("would make moths: ");
    CapturedRun spaced =
        CapturedRun.of("models", "import", saved, "-o", folder.resolve("a b/it's/m"), "--dry-run");
    assertThat(spaced.out())
        .endsWith(" --document-model '" + folder.resolve("a b/it'\\''s/m") + "'\n");
    CapturedRun named = CapturedRun.of("models", "import", saved, "--dry-run");
    assertThat(named.out()).contains("would make saved-siskin: ");
    CapturedRun missing = CapturedRun.of("models", "import", folder.resolve("absent"));
    assertThat(missing.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(missing.err()).contains("folder to import is ");
  }

  @Test
  void aCheckThatFailsIsTold() throws IOException {
    Path saved = SavedEncoders.copy("splade", folder.resolve("saved"));
    // Positions that the graph does not have.
    SavedEncoders.edit(
        saved.resolve("config.json"), node -> node.put("max_position_embeddings", 64));
    SavedEncoders.edit(
        saved.resolve("tokenizer_config.json"), node -> node.put("model_max_length", 64));
    Path out = folder.resolve("moths");
    CapturedRun run = CapturedRun.of("models", "import", saved, "-o", out);
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err())
        .contains("max_length is 64")
        .contains("the check failed; what was made stays in " + out);
    assertThat(run.out()).doesNotContain("next:");
    CapturedRun unchecked =
        CapturedRun.of("models", "import", saved, "-o", folder.resolve("other"), "--no-check");
    assertThat(unchecked.status()).as(unchecked.err()).isZero();
    assertThat(unchecked.out()).contains("next: ");
  }

  /** Queries of an inference-free model, as a collection encodes them. */
  @Test
  void queriesWithoutAModelHaveTheVectorsOfTheLibrary() throws IOException {
    Path saved = SavedEncoders.copy("inference_free", folder.resolve("saved"));
    Path out = folder.resolve("moths");
    CapturedRun run = CapturedRun.of("models", "import", saved, "-o", out);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains(" --query-tokens " + out.resolve("idf.json"));
    Path input =
        Files.writeString(folder.resolve("moths.jsonl"), "{\"id\":\"1\",\"text\":\"a moth\"}\n");
    Path data = folder.resolve("data");
    CapturedRun index =
        CapturedRun.of(
            "index",
            "-i",
            input,
            "-o",
            data,
            "--document-model",
            out,
            "--query-tokens",
            out.resolve("idf.json"));
    assertThat(index.status()).as(index.err()).isZero();
    int compared = 0;
    for (Reference reference : SavedEncoders.references("inference_free")) {
      if (reference.side() == Side.QUERY) {
        CapturedRun encode = CapturedRun.of("encode", "-d", data, "-c", "moths", reference.text());
        assertThat(encode.status()).as(encode.err()).isZero();
        JsonNode vector = new ObjectMapper().readTree(encode.out()).path("vector");
        Map<String, Float> found = new TreeMap<>();
        vector.properties().forEach(term -> found.put(term.getKey(), term.getValue().floatValue()));
        SavedEncoders.assertClose(reference.text(), found, reference.ofTerms());
        compared++;
      }
    }
    assertThat(compared).isEqualTo(11);
  }
}
