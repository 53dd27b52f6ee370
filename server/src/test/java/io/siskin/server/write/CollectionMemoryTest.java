package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.collection.WriteOptions;
import io.siskin.server.counters.WriteCounts;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.retrieve.CollectionDescription;
import io.siskin.server.retrieve.CollectionDescription.MemoryDescription;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a collection says of its memory and of its writes, while documents go from memory to files.
 */
@Timeout(120)
final class CollectionMemoryTest {
  private static final int DOCUMENTS = 200;
  private static final int NOTE_LENGTH = 300;
  private static final CollectionSettings SETTINGS =
      new CollectionSettings(
          new Schema(List.of(new Schema.Field("tag", FieldType.STRING)), null),
          StorageOptions.DEFAULTS,
          WriteOptions.DEFAULTS,
          null);

  @TempDir private Path folder;

  private static DocumentInput document(int i) {
    return new DocumentInput(
        "d" + i,
        TermIdVector.of(new int[] {i % 7, 1_000 + i}, new float[] {1, 0.5f}),
        null,
        Map.of(
            "tag", new FieldValue.Text("t".repeat(NOTE_LENGTH) + i),
            "note", new FieldValue.Text("note " + i)));
  }

  private static DocumentInput[] documents(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(CollectionMemoryTest::document)
        .toArray(DocumentInput[]::new);
  }

  private static MemoryDescription memory(LiveServer server) {
    CollectionDescription description = server.retrieval.collection("birds");
    return description.storage().memory();
  }

  @Test
  void memoryGoesFromTheGrowingSegmentToTheFiles() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", SETTINGS, new VectorSpec());
      assertThat(memory(server)).isEqualTo(new MemoryDescription(0, 0, 0, 0, 0));

      server.upsert("birds", documents(0, DOCUMENTS));
      MemoryDescription growing = memory(server);
      // Each text is in the document, off the heap, and twice in its column, on it.
      assertThat(growing.anonymousBytes()).isGreaterThan(DOCUMENTS * NOTE_LENGTH);
      assertThat(growing.heapBytes()).isGreaterThan(2 * DOCUMENTS * NOTE_LENGTH);
      assertThat(growing.mappedBytes()).isZero();
      assertThat(growing.residentBytes()).isZero();
      assertThat(growing.logBytes()).isGreaterThan(DOCUMENTS * NOTE_LENGTH);
      WriteCounts.State held = server.live.counts("birds").state();
      assertThat(held.growingBytes())
          .isBetween(
              growing.anonymousBytes() + 2 * DOCUMENTS * NOTE_LENGTH,
              growing.anonymousBytes() + growing.heapBytes());

      server.live.flush("birds").join();
      MemoryDescription sealed = memory(server);
      CollectionDescription description = server.retrieval.collection("birds");
      assertThat(sealed.mappedBytes()).isEqualTo(description.lengthBytes()).isPositive();
      assertThat(sealed.residentBytes()).isBetween(0L, sealed.mappedBytes());
      assertThat(sealed.anonymousBytes()).isLessThan(growing.anonymousBytes());
      assertThat(sealed.heapBytes()).isLessThan(2 * DOCUMENTS * NOTE_LENGTH);

      server.reader.count("birds", "", new Selector.Expression("tag >= 't'"), Cancellation.NEVER);
      assertThat(memory(server).heapBytes()).as("the filter's set").isGreaterThan(8_192);

      long before = memory(server).heapBytes();
      server.delete("birds", new Selector.Ids(List.of("d3")));
      assertThat(memory(server).heapBytes()).as("live documents").isGreaterThan(before + 8_192);
    }
  }

  @Test
  void whatIsWrittenIsCounted() throws IOException {
    try (LiveServer server = new LiveServer(folder, WriteLimits.DEFAULTS)) {
      server.create("birds", SETTINGS, new VectorSpec());
      assertThat(server.live.counts()).containsExactly(Map.entry("birds", WriteCounts.NONE));

      server.upsert("birds", documents(0, DOCUMENTS));
      server.upsert("birds", documents(0, 10));
      server.update(
          "birds",
          new FieldsUpdate("d1", Map.of("tag", new FieldValue.Text("x")), List.of()),
          new FieldsUpdate("nobody", Map.of("tag", new FieldValue.Text("x")), List.of()),
          new FieldsUpdate("d2", Map.of("tag", new FieldValue.Whole(1)), List.of()));
      server.delete("birds", new Selector.Ids(List.of("d3", "d4", "nobody")));
      WriteCounts counts = server.live.counts("birds");
      assertThat(counts.documents()).isEqualTo(new WriteCounts.Documents(DOCUMENTS + 10, 1, 2, 1));
      assertThat(counts.rejections()).isEqualTo(new WriteCounts.Rejections(0, 0, 0));
      assertThat(counts.loggedBytes()).isGreaterThan(DOCUMENTS * NOTE_LENGTH);
      // Each request waited for its answer, and so for a force of its own.
      assertThat(counts.forces().count()).isEqualTo(4);
      assertThat(counts.seals().durations().count()).isZero();

      server.live.flush("birds").join();
      server.upsert("birds", documents(DOCUMENTS, DOCUMENTS + 10));
      server.live.compact("birds").join();
      WriteCounts built = server.live.counts("birds");
      assertThat(built.seals().durations().count()).isEqualTo(2);
      assertThat(built.merges().durations().count()).isEqualTo(1);
      assertThat(built.seals().failures() + built.merges().failures()).isZero();
      assertThat(built.writerFailures()).isZero();

      server.live.drop("birds").join();
      assertThat(server.live.counts()).isEmpty();
      server.create("birds", SETTINGS, new VectorSpec());
      assertThat(server.live.counts("birds")).isEqualTo(WriteCounts.NONE);
    }
  }

  @Test
  void declaredFieldsFillAGrowingSegmentToo() throws IOException {
    long limit = 8 << 20;
    WriteLimits limits =
        new WriteLimits(64 << 20, 32_768, limit, Long.MAX_VALUE / 2, Long.MAX_VALUE / 2);
    try (LiveServer server = new LiveServer(folder, limits)) {
      server.create("birds", SETTINGS, new VectorSpec());
      long before = 0;
      for (int i = 0; isNothingFrozen(server); i++) {
        before = memory(server).anonymousBytes();
        server.upsert(
            "birds",
            new DocumentInput(
                "d" + i,
                TermIdVector.of(new int[] {1}, new float[] {1}),
                null,
                Map.of("tag", new FieldValue.Text("t".repeat(20_000) + i))));
      }
      // Two thirds of a text are on the heap.
      assertThat(before).isBetween(limit / 5, limit / 2);
    }
  }

  private static boolean isNothingFrozen(LiveServer server) {
    WriteCounts counts = server.live.counts("birds");
    return counts.state().frozenSegments() == 0 && counts.seals().durations().count() == 0;
  }
}
