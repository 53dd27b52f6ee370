package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.PipelineNotFoundException;
import io.siskin.server.collection.Pipelines;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.retrieve.CollectionNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ranking trees that are stored with collections. */
@Timeout(60)
final class LivePipelinesTest {
  @TempDir private Path folder;

  @Test
  void pipelinesStayUntilTheyOrTheirCollectionGo() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      server.create("trees", CollectionSettings.DEFAULTS, new VectorSpec());
      server.live.setAlias("alias", "birds").join();
      server.live.putPipeline("alias", "p", "one").join();
      server.live.putPipeline("birds", "q", "two").join();
      server.live.putPipeline("trees", "p", "three").join();
      server.live.putPipeline("birds", "p", "four").join();
      assertThat(server.retrieval.pipelines("alias")).isEqualTo(Map.of("p", "four", "q", "two"));
    }
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      assertThat(server.retrieval.pipelines("birds")).isEqualTo(Map.of("p", "four", "q", "two"));
      server.live.deletePipeline("birds", "q").join();
      assertThat(server.retrieval.pipelines("birds")).isEqualTo(Map.of("p", "four"));
      assertThatThrownBy(() -> server.live.deletePipeline("birds", "q").join())
          .hasCauseInstanceOf(PipelineNotFoundException.class);
      assertThatThrownBy(() -> server.live.putPipeline("fish", "q", "x").join())
          .hasCauseInstanceOf(CollectionNotFoundException.class);
      assertThatThrownBy(() -> server.live.putPipeline("birds", "../x", "x").join())
          .hasCauseInstanceOf(InvalidInputException.class);
      server.live.deleteAlias("alias").join();
      server.live.drop("birds").join();
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      assertThat(server.retrieval.pipelines("birds")).isEmpty();
      assertThat(server.retrieval.pipelines("trees")).isEqualTo(Map.of("p", "three"));
      assertThatThrownBy(() -> server.retrieval.pipelines("fish"))
          .isInstanceOf(CollectionNotFoundException.class);
    }
  }

  @Test
  void aSnapshotKeepsThem() throws Exception {
    Path copy = folder.resolve("copy");
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", CollectionSettings.DEFAULTS, new VectorSpec());
      server.live.putPipeline("birds", "p", "one").join();
      server.live.createSnapshot("birds", "s").join();
      server.live.putPipeline("birds", "p", "two").join();
      server.live.restore("birds", "s", "old").join();
      assertThat(server.retrieval.pipelines("old")).isEqualTo(Map.of("p", "one"));
      assertThat(server.retrieval.pipelines("birds")).isEqualTo(Map.of("p", "two"));
      server.live.putPipeline("old", "q", "three").join();
      server.live.restore("birds", "s", "older").join();
      assertThat(server.retrieval.pipelines("older")).isEqualTo(Map.of("p", "one"));
    }
    Path snapshot = folder.resolve("birds/snapshots/s");
    DataDirectory other = new DataDirectory(copy);
    SnapshotImport.run(other, snapshot, "imported", TextModels.NONE);
    assertThat(Pipelines.read(other.collectionDirectory("imported")).trees())
        .isEqualTo(Map.of("p", "one"));
    Files.writeString(snapshot.resolve(Pipelines.FILE_NAME), "{}");
    assertThatThrownBy(() -> SnapshotImport.run(other, snapshot, "damaged", TextModels.NONE))
        .isInstanceOf(CorruptSegmentException.class);
  }

  @Test
  void aCollectionHasAHundredAtMost() {
    Pipelines pipelines = Pipelines.NONE;
    for (int i = 0; i < Pipelines.COUNT_MAX; i++) {
      pipelines = pipelines.with("p" + i, "x");
    }
    Pipelines full = pipelines;
    assertThat(full.with("p7", "y").trees()).containsEntry("p7", "y");
    assertThatThrownBy(() -> full.with("more", "x"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("number of pipelines is 101");
    assertThatThrownBy(() -> Pipelines.NONE.with("p", "x".repeat(Pipelines.LENGTH_MAX + 1)))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aChangedFileIsDamage() throws IOException {
    Pipelines.NONE.with("p", "tree").write(folder);
    assertThat(Pipelines.read(folder).trees()).isEqualTo(Map.of("p", "tree"));
    Path file = folder.resolve(Pipelines.FILE_NAME);
    String text = Files.readString(file);
    for (String damaged :
        new String[] {text.replace("tree", "three"), "{", "[]", text.replace("\"p\"", "\"/\"")}) {
      Files.write(file, damaged.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> Pipelines.read(folder))
          .as(damaged)
          .isInstanceOf(CorruptSegmentException.class);
    }
  }
}
