package io.siskin.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job says what it replaces before it does any work. */
class ReplacementTest {
  private static final String TEXTS = "{\"id\": \"1\", \"title\": \"x\", \"text\": \"finch\"}\n";

  @TempDir private Path directory;
  private final List<String> said = new ArrayList<>();

  private void index(String lines, @Nullable EncoderSpec encoder) throws IOException {
    Path input = Files.writeString(directory.resolve("birds.jsonl"), lines);
    BuildProgress progress =
        new BuildProgress() {
          @Override
          public void begin(String stage, long totalUnits) {
            said.add(stage);
          }
        };
    new IndexJob(
            new IndexRequest(
                List.of(input),
                InputFormat.JSONL,
                directory.resolve("data"),
                "birds",
                encoder,
                Map.of(),
                List.of(),
                BuildOptions.DEFAULTS.withThreads(1),
                DocumentPruning.NONE,
                0,
                false),
            progress,
            bad -> {
              throw bad;
            },
            TextModels.NONE,
            replaced -> said.add(replaced.describe()))
        .run();
  }

  private List<String> sayings() {
    List<String> sayings = said.stream().filter(each -> each.startsWith("replaces")).toList();
    assertThat(sayings.isEmpty() || sayings.getFirst().equals(said.getFirst()))
        .as("before any stage of the work")
        .isTrue();
    return sayings;
  }

  @Test
  void aNewCollectionReplacesNothing() throws IOException {
    index(TEXTS, null);
    assertThat(sayings()).isEmpty();
  }

  @Test
  void theSameEncoderIsSaidOnce() throws IOException {
    index(TEXTS, null);
    said.clear();
    index(TEXTS, null);
    assertThat(sayings())
        .containsExactly(
            "replaces collection birds, generation 1: 1 document, encoder bm25 (english), stored"
                + " fields title, text");
  }

  @Test
  void anotherEncoderIsSaid() throws IOException {
    index(TEXTS, null);
    said.clear();
    index("{\"id\": \"1\", \"vector\": {\"x\": 1}}\n", null);
    assertThat(sayings()).singleElement().asString().endsWith("; the encoder changes to vector");
    said.clear();
    index(TEXTS, new Bm25Spec(new AnalyzerSpec.English()));
    assertThat(sayings())
        .singleElement()
        .asString()
        .contains("encoder vector, no stored fields")
        .endsWith("; the encoder changes to bm25 (english)");
    said.clear();
    index(TEXTS, new Bm25Spec(new AnalyzerSpec.English(), 1.5, .4));
    assertThat(sayings()).singleElement().asString().contains("with other parameters", "1.5");
    said.clear();
    index(TEXTS, new Bm25Spec(new AnalyzerSpec.English(), 1.5, .4, 77));
    assertThat(sayings()).singleElement().asString().contains("with other parameters", "77");
    said.clear();
    index(TEXTS, new Bm25Spec(new AnalyzerSpec.English(), 1.5, .4));
    assertThat(sayings())
        .as("the job pins the average by itself")
        .singleElement()
        .asString()
        .doesNotContain("the encoder changes");
  }

  @Test
  void whatCannotBeReadIsReplacedAllTheSame() throws IOException {
    index(TEXTS, null);
    Path data = directory.resolve("data");
    Path documents = TestCollections.file(data, "birds", "documents.dat");
    TestCollections.cut(documents, 10);
    said.clear();
    index(TEXTS, null);
    assertThat(sayings()).singleElement().asString().contains("files that cannot be read");
    assertThat(Files.size(documents)).as("the damaged segment was built anew").isGreaterThan(10);
    Files.writeString(data.resolve("birds/collection.json"), "{");
    said.clear();
    index(TEXTS, null);
    assertThat(sayings()).isEmpty();
  }
}
