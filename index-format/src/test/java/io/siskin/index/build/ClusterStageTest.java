package io.siskin.index.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.v1.ClusterLayout;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.segment.ClusteredIndex;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.TermIdVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClusterStageTest {
  @TempDir Path directory;

  @RepeatedTest(8)
  void listsHoldWhatTheOptionsSay() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(RandomCollection.Shape.random(random), random);
    ClusterOptions options = draw(random);
    collection.build(directory, options(options, 2));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      Inverted inverted = Inverted.of(segment.forward(), segment.statistics().termCount());
      long postings = 0;
      long blocks = 0;
      ClusteredIndex.Cursor list = segment.clusters().cursor();
      for (int term = 0; term < segment.clusters().termCount(); term++) {
        assertThat(list.moveTo(term)).isTrue();
        checkDocuments(list, inverted.weights.get(term), options);
        checkSummaries(list, segment.forward(), options);
        postings += list.postingCount();
        blocks += list.blockCount();
      }
      assertThat(segment.clusters().postingCount()).isEqualTo(postings);
      assertThat(segment.clusters().blockCount()).isEqualTo(blocks);
    } finally {
      segment.release();
    }
  }

  private static ClusterOptions draw(Random random) {
    return new ClusterOptions(
        random.nextBoolean() ? ClusterOptions.UNLIMITED : random.nextDouble() * 20 + 0.1,
        1,
        1 + random.nextInt(20),
        random.nextInt(10),
        random.nextDouble() * 0.5 + 0.01,
        1 + random.nextInt(20),
        1 + random.nextInt(5),
        random.nextBoolean() ? 1 : 0.3,
        random.nextInt(10),
        1 + random.nextInt(2));
  }

  /**
   * Checks that the documents of a list are distinct, have the term, and are the heaviest documents
   * that have it.
   */
  private static void checkDocuments(
      ClusteredIndex.Cursor list, Map<Integer, Float> weights, ClusterOptions options) {
    int count = list.postingCount();
    assertThat(count).isBetween(Math.min(weights.size(), options.listLengthMin()), weights.size());
    if (options.postingsPerDocument() == ClusterOptions.UNLIMITED) {
      assertThat(count).isEqualTo(weights.size());
    }
    Map<Integer, Float> dropped = new HashMap<>(weights);
    float lightest = Float.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      Float weight = dropped.remove(list.document(i));
      assertThat(weight).as("document %d", list.document(i)).isNotNull();
      lightest = Math.min(lightest, weight);
    }
    for (float weight : dropped.values()) {
      assertThat(weight).isLessThanOrEqualTo(lightest);
    }
    assertThat(list.blockStart(0)).isZero();
    assertThat(list.blockStart(list.blockCount())).isEqualTo(count);
    for (int block = 0; block < list.blockCount(); block++) {
      int from = list.blockStart(block);
      int to = list.blockStart(block + 1);
      assertThat(to - from)
          .isGreaterThanOrEqualTo(list.blockCount() == 1 ? 1 : options.blockSizeMin());
      for (int i = from + 1; i < to; i++) {
        assertThat(list.document(i)).isGreaterThan(list.document(i - 1));
      }
    }
  }

  /**
   * Checks that each value of a summary is the quantised maximum. With all energy and all rows, no
   * value may be missing.
   */
  private static void checkSummaries(
      ClusteredIndex.Cursor list, ForwardIndex forward, ClusterOptions options) {
    boolean mayHave = list.postingCount() > options.plainListLengthMax();
    if (!mayHave) {
      assertThat(list.hasSummaries()).isFalse();
      assertThat(list.blockCount()).isEqualTo(1);
      return;
    }
    boolean complete = options.summaryEnergy() == 1 && options.summaryRowLengthMin() == 1;
    for (int block = 0; block < list.blockCount(); block++) {
      Map<Integer, Float> maxima = new HashMap<>();
      for (int i = list.blockStart(block); i < list.blockStart(block + 1); i++) {
        ForwardIndex.Cursor document = forward.cursor();
        document.moveTo(list.document(i));
        while (document.next()) {
          maxima.merge(document.termNumber(), document.scale() * document.impact(), Math::max);
        }
      }
      Map<Integer, Integer> summary = summary(list, block);
      assertThat(maxima.keySet()).containsAll(summary.keySet());
      maxima.forEach(
          (term, weight) -> {
            int exact = Math.round(weight / list.scale());
            if (complete || summary.containsKey(term)) {
              assertThat(summary.getOrDefault(term, 0)).as("term %d", term).isEqualTo(exact);
            }
          });
    }
  }

  private static Map<Integer, Integer> summary(ClusteredIndex.Cursor list, int block) {
    Map<Integer, Integer> summary = new HashMap<>();
    for (int row = 0; row < list.rowCount(); row++) {
      int term = list.rowTerm(row);
      assertThat(row == 0 || list.rowTerm(row - 1) < term).isTrue();
      assertThat(list.findRow(term)).isTrue();
      int value = list.rowValue(block);
      if (value > 0) {
        summary.put(term, value);
      }
    }
    assertThat(list.findRow(Integer.MAX_VALUE)).isFalse();
    return summary;
  }

  @Test
  void theSameBytesWhateverTheNumberOfThreads() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(900, 300, 30, 5, 1 << 20, false), random);
    ClusterOptions options = new ClusterOptions(12, 1, 4, 4, 0.2, 15, 2, 0.4, 5, 1);
    collection.build(directory.resolve("one"), options(options, 1));
    collection.build(directory.resolve("two"), options(options, 2));
    String file = FileKind.CLUSTERS.fileName();
    assertThat(directory.resolve("one").resolve(file))
        .hasSameBinaryContentAs(directory.resolve("two").resolve(file));
  }

  /** The whole segment has one threshold, whether its weights differ or are all in one bucket. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 1 << 20})
  void postingsPerDocumentAreKept(int distinctWeights) throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(1000, 50, 20, 1, distinctWeights, true), random);
    ClusterOptions options = new ClusterOptions(5, 1, 1, 16, 0.2, 15, 2, 0.4, 0, 1);
    collection.build(directory, options(options, 2));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      // Each of the 50 lists rounds its share of the bucket of the threshold, and keeps at least
      // one posting.
      assertThat(segment.clusters().postingCount()).isBetween(4_950L, 5_050L);
    } finally {
      segment.release();
    }
  }

  /**
   * The list of a term that every document has is cut to its share. The list of a rarer term is
   * not.
   */
  @Test
  void frequentTermsAreCutToTheirShare() throws IOException {
    int documents = 8_000;
    ClusterOptions options =
        new ClusterOptions(ClusterOptions.UNLIMITED, 0.25, 1, 0, 0.02, 4, 2, 1, 0, 1);
    try (SegmentBuilder builder =
        new SegmentBuilder(directory, options(options, 2), BuildProgress.NONE)) {
      for (int document = 0; document < documents; document++) {
        int[] ids = {7, 100 + document % 8};
        float[] weights = {1 + document % 200, 255};
        builder.add("d" + document, TermIdVector.of(ids, weights), Map.of());
      }
      builder.finish();
    }
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      ClusteredIndex.Cursor list = segment.clusters().cursor();
      assertThat(list.moveTo(0)).isTrue();
      assertThat(list.postingCount()).isEqualTo(documents / 4);
      assertThat(list.moveTo(1)).isTrue();
      assertThat(list.postingCount()).isEqualTo(documents / 8);
    } finally {
      segment.release();
    }
  }

  /**
   * The lists exceed every narrow width. They have more than 256 blocks and more than 65,535
   * postings.
   */
  @Test
  void longLists() throws IOException {
    int documents = 70_000;
    Random random = new Random(Seeds.next());
    ClusterOptions options =
        new ClusterOptions(ClusterOptions.UNLIMITED, 1, 1, 0, 0.01, 4, 2, 1, 0, 1);
    try (SegmentBuilder builder =
        new SegmentBuilder(directory, options(options, 2), BuildProgress.NONE)) {
      for (int document = 0; document < documents; document++) {
        int[] ids = {7, 100 + random.nextInt(5000)};
        float[] weights = {1, 1 + random.nextInt(100)};
        builder.add("d" + document, TermIdVector.of(ids, weights), Map.of());
      }
      builder.finish();
    }
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      assertThat(segment.clusters().listPostingCountMax()).isEqualTo(documents);
      assertThat(segment.clusters().listBlockCountMax()).isBetween(257, 700);
      Inverted inverted = Inverted.of(segment.forward(), segment.statistics().termCount());
      ClusteredIndex.Cursor list = segment.clusters().cursor();
      assertThat(list.moveTo(0)).isTrue();
      checkDocuments(list, inverted.weights.getFirst(), options);
      assertThat(list.rowTerm(0)).isZero();
      assertThat(list.findRow(0)).isTrue();
      assertThat(list.isRowDense()).isTrue();
      checkFirstBlocks(list, segment.forward(), 40);
    } finally {
      segment.release();
    }
  }

  private static void checkFirstBlocks(
      ClusteredIndex.Cursor list, ForwardIndex forward, int blockCount) {
    ForwardIndex.Cursor document = forward.cursor();
    for (int block = 0; block < blockCount; block++) {
      Map<Integer, Integer> summary = summary(list, block);
      for (int i = list.blockStart(block); i < list.blockStart(block + 1); i++) {
        document.moveTo(list.document(i));
        while (document.next()) {
          float weight = document.scale() * document.impact();
          assertThat(summary.getOrDefault(document.termNumber(), 0))
              .isGreaterThanOrEqualTo(Math.round(weight / list.scale()));
        }
      }
    }
  }

  /** Term numbers of more than 16 bits make the directory wide. */
  @Test
  void largeVocabularies() throws IOException {
    Random random = new Random(Seeds.next());
    // The energy is very low, because summaries with all 4,000 terms of a document would be large.
    ClusterOptions options =
        new ClusterOptions(ClusterOptions.UNLIMITED, 1, 1, 1, 0.5, 15, 1, 0.01, 0, 1);
    try (SegmentBuilder builder =
        new SegmentBuilder(directory, options(options, 2), BuildProgress.NONE)) {
      for (int document = 0; document < 30; document++) {
        int[] ids = random.ints(0, 400_000).distinct().limit(4_000).toArray();
        float[] weights = new float[ids.length];
        for (int i = 0; i < weights.length; i++) {
          weights[i] = 1 + random.nextInt(255);
        }
        builder.add("d" + document, TermIdVector.of(ids, weights), Map.of());
      }
      builder.finish();
    }
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      assertThat(segment.statistics().termCount()).isGreaterThan(1 << 16);
      ClusteredIndex.Cursor list = segment.clusters().cursor();
      int beyond = 0;
      for (int term = 0; term < 300; term++) {
        assertThat(list.moveTo(term)).isTrue();
        checkSummaries(list, segment.forward(), options);
        beyond += list.rowTerm(list.rowCount() - 1) > 0xFFFF ? 1 : 0;
      }
      assertThat(beyond).isPositive();
    } finally {
      segment.release();
    }
  }

  @Test
  void aSegmentOfEmptyDocumentsHasNoLists() throws IOException {
    try (SegmentBuilder builder =
        new SegmentBuilder(directory, options(ClusterOptions.DEFAULTS, 2), BuildProgress.NONE)) {
      builder.add("d", TermIdVector.EMPTY, Map.of());
      builder.finish();
    }
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      assertThat(segment.clusters().termCount()).isZero();
      assertThat(segment.clusters().postingCount()).isZero();
    } finally {
      segment.release();
    }
  }

  @Test
  void damageIsNoticedAtOpening() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection.draw(new RandomCollection.Shape(200, 40, 10, 2, 8, true), random)
        .build(directory, options(ClusterOptions.DEFAULTS, 2));
    Path file = directory.resolve(FileKind.CLUSTERS.fileName());
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 0; i < 60; i++) {
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);
      assertThatThrownBy(() -> Segment.open(directory, Verification.FULL))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(FileKind.CLUSTERS.fileName());
    }
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 64));
    assertThatThrownBy(() -> Segment.open(directory, Verification.FULL))
        .isInstanceOf(CorruptSegmentException.class);
  }

  @Test
  void optionsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new ClusterOptions(0, 1, 1, 0, 0.1, 15, 2, 0.4, 0, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("postings_per_document");
    assertThatThrownBy(() -> new ClusterOptions(1, 1.1, 1, 0, 0.1, 15, 2, 0.4, 0, 1))
        .hasMessageContaining("list_share_max");
    assertThatThrownBy(() -> new ClusterOptions(1, 1, 0, 0, 0.1, 15, 2, 0.4, 0, 1))
        .hasMessageContaining("list_length_min");
    assertThatThrownBy(() -> new ClusterOptions(1, 1, 1, 0, 1.1, 15, 2, 0.4, 0, 1))
        .hasMessageContaining("centroid_share");
    assertThatThrownBy(() -> new ClusterOptions(1, 1, 1, 0, 0.1, 65, 2, 0.4, 0, 1))
        .hasMessageContaining("document_cut");
    assertThatThrownBy(() -> new ClusterOptions(1, 1, 1, 0, 0.1, 15, 2, Double.NaN, 0, 1))
        .hasMessageContaining("summary_energy");
    assertThatThrownBy(() -> new ClusterOptions(1, 1, 1, 0, 0.1, 15, 2, 0.4, -1, 1))
        .hasMessageContaining("summary_terms_min");
  }

  @Test
  void rowsTakeTheShorterForm() {
    assertThat(ClusterLayout.rowLength(1, 256)).isEqualTo(2);
    assertThat(ClusterLayout.rowLength(128, 256)).isEqualTo(256);
    assertThat(ClusterLayout.rowLength(85, 257)).isEqualTo(255);
    assertThat(ClusterLayout.rowLength(86, 257)).isEqualTo(257);
    assertThat(ClusterLayout.documentBits(0)).isEqualTo(1);
    assertThat(ClusterLayout.documentBits(1 << 20)).isEqualTo(20);
    assertThat(ClusterLayout.documentBits((1 << 20) + 1)).isEqualTo(21);
  }

  private static BuildOptions options(ClusterOptions clusters, int threads) {
    return new BuildOptions(
        new Weighting.AsGiven(),
        new Quantization.PerDocument(),
        new Reordering.None(),
        new BuildOptions.Structures(true, false, null, null, clusters, false),
        threads);
  }

  /** The weight of each document that has a term, by term number. */
  private record Inverted(List<Map<Integer, Float>> weights) {
    static Inverted of(ForwardIndex forward, int termCount) {
      List<Map<Integer, Float>> weights = new ArrayList<>();
      for (int term = 0; term < termCount; term++) {
        weights.add(new HashMap<>());
      }
      ForwardIndex.Cursor cursor = forward.cursor();
      for (int document = 0; document < forward.documentCount(); document++) {
        cursor.moveTo(document);
        while (cursor.next()) {
          weights.get(cursor.termNumber()).put(document, cursor.scale() * cursor.impact());
        }
      }
      return new Inverted(weights);
    }
  }
}
