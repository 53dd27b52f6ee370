package io.siskin.server.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.StoredDenseField;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.growing.GrowingSegment;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.SmallSegments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scan finds what sorting all scores finds, in files and in memory, with ties and filters. */
final class DenseScanTest {
  private static final DenseFieldSpec FIELD =
      new DenseFieldSpec("v", new DenseType(3, DenseStorage.F32, DenseSimilarity.DOT), 2);

  @TempDir Path temporary;

  /** A document that is found: its position and its score. */
  private record Found(int position, float score) {}

  /** Small whole numbers give many ties, and negative scores. */
  private static List<QuantizedDocument> documents(Random random, int count) {
    List<QuantizedDocument> documents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[][] vectors = new float[random.nextInt(3)][];
      for (int vector = 0; vector < vectors.length; vector++) {
        vectors[vector] = vector(random);
      }
      QuantizedVector sparse =
          QuantizedVector.ofTokens(
              new String[] {"t" + random.nextInt(5)}, new byte[] {1}, null, null, 1, 1);
      documents.add(
          new QuantizedDocument(
              "d" + i,
              i + 1,
              sparse,
              Map.of(),
              Map.of(),
              vectors.length == 0 ? Map.of() : Map.of("v", FIELD.vectors(vectors))));
    }
    return documents;
  }

  private static float[] vector(Random random) {
    return new float[] {random.nextInt(5) - 2, random.nextInt(3) - 1, random.nextInt(2)};
  }

  @RepeatedTest(8)
  void itFindsWhatSortingFinds() throws IOException {
    Random random = new Random(Seeds.next());
    List<QuantizedDocument> documents = documents(random, 2 + random.nextInt(400));
    int inFiles = 1 + random.nextInt(documents.size() - 1);
    GrowingSegment growing = new GrowingSegment(documents.size());
    documents.subList(inFiles, documents.size()).forEach(growing::add);
    Segment mapped = Segment.open(build(documents.subList(0, inFiles)), Verification.FULL);
    try {
      for (int round = 0; round < 20; round++) {
        float[] query = vector(random);
        int k = 1 + random.nextInt(round % 2 == 0 ? 5 : 500);
        DocumentSet inMemory = round % 3 == 0 ? null : set(random, documents.size() - inFiles);
        DocumentSet ofFiles = round % 3 == 0 ? null : set(random, inFiles);
        DenseScan scan = new DenseScan(k);
        StoredDenseField field = mapped.dense().find("v");
        if (field != null) {
          scan.scan(
              field,
              DenseQuery.of(FIELD, query),
              inFiles,
              ofFiles,
              0,
              mapped.documents().indexingOrder(),
              Cancellation.NEVER);
        }
        field = growing.view().dense().find("v");
        if (field != null) {
          scan.scan(
              field,
              DenseQuery.of(FIELD, query),
              growing.documentCount(),
              inMemory,
              inFiles,
              null,
              Cancellation.NEVER);
        }
        assertThat(drained(scan))
            .isEqualTo(
                sorted(
                    documents,
                    query,
                    k,
                    position ->
                        position < inFiles
                            ? ofFiles == null
                                || ofFiles.contains(
                                    mapped.documents().documentNumber("d" + position))
                            : inMemory == null || inMemory.contains(position - inFiles)));
      }
    } finally {
      mapped.release();
      growing.release();
    }
  }

  private Path build(List<QuantizedDocument> documents) throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("segment"));
    try (SegmentBuilder builder =
        new SegmentBuilder(
            directory,
            SmallSegments.residuals()
                .options()
                .withReordering(new Reordering.GraphBisection(20, 1, 2)),
            BuildProgress.NONE)) {
      for (QuantizedDocument document : documents) {
        builder.add(document);
      }
      builder.finish();
    }
    return directory;
  }

  private static DocumentSet set(Random random, int count) {
    DocumentSet.Builder set = DocumentSet.builder(count);
    for (int document = 0; document < count; document++) {
      if (random.nextInt(3) > 0) {
        set.add(document);
      }
    }
    return set.build();
  }

  private static List<Found> drained(DenseScan scan) {
    int[] positions = new int[scan.size()];
    float[] scores = new float[scan.size()];
    int count = scan.drain(positions, scores);
    List<Found> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      found.add(new Found(positions[i], scores[i]));
    }
    assertThat(scan.size()).isZero();
    return found;
  }

  private static List<Found> sorted(
      List<QuantizedDocument> documents,
      float[] query,
      int k,
      java.util.function.IntPredicate accepted) {
    List<Found> found = new ArrayList<>();
    for (int position = 0; position < documents.size(); position++) {
      DenseVectors vectors = documents.get(position).dense().get("v");
      if (vectors == null || !accepted.test(position)) {
        continue;
      }
      float best = Float.NEGATIVE_INFINITY;
      for (int vector = 0; vector < vectors.count(); vector++) {
        float[] values = vectors.toFloats(vector);
        // Whole numbers, so that every order of addition gives the same sum.
        best = Math.max(best, values[0] * query[0] + values[1] * query[1] + values[2] * query[2]);
      }
      found.add(new Found(position, best + 0f));
    }
    found.sort(
        Comparator.comparingDouble((Found one) -> -one.score()).thenComparingInt(Found::position));
    return found.subList(0, Math.min(k, found.size()));
  }

  @Test
  void aCancelledScanEnds() {
    GrowingSegment growing = new GrowingSegment(2);
    try {
      growing.add(
          new QuantizedDocument(
              "a",
              1,
              QuantizedVector.ofTermIds(new int[0], new byte[0], null, null, 1, 0),
              Map.of(),
              Map.of(),
              Map.of("v", FIELD.vectors(new float[3]))));
      StoredDenseField field = growing.view().dense().byName().get("v");
      assertThatThrownBy(
              () ->
                  new DenseScan(1)
                      .scan(
                          field,
                          DenseQuery.of(FIELD, new float[3]),
                          1,
                          null,
                          0,
                          null,
                          Cancellation.whenCancelled(() -> true)))
          .isInstanceOf(QueryCancelledException.class);
    } finally {
      growing.release();
    }
  }

  @Test
  void kOutOfRangeIsRefused() {
    assertThatThrownBy(() -> new DenseScan(0)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new DenseScan(10_001)).isInstanceOf(InvalidInputException.class);
  }
}
