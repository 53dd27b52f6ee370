package io.siskin.index.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.ImpactOrderedLayout;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.ImpactOrderedIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.TermIdVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImpactOrderedStageTest {
  private static final ImpactOrderedOptions ALL_POSTINGS = new ImpactOrderedOptions(1e9, 1, 1);

  @TempDir Path directory;

  @RepeatedTest(6)
  void listsHoldTheHeaviestPostings() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(RandomCollection.Shape.random(random), random);
    ImpactOrderedOptions options =
        random.nextInt(3) == 0
            ? ALL_POSTINGS
            : new ImpactOrderedOptions(
                0.1 + random.nextDouble() * 20, random.nextDouble(), 1 + random.nextInt(50));
    collection.build(directory, options(options, 2));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      List<Map<Integer, Float>> inverted = inverted(segment);
      long postings = 0;
      for (int term = 0; term < inverted.size(); term++) {
        postings += checkList(segment.impacts(), term, inverted.get(term), options);
      }
      assertThat(segment.impacts().postingCount()).isEqualTo(postings);
    } finally {
      segment.release();
    }
  }

  /**
   * Checks that the postings of a list are postings of its term, and that missing ones are not
   * heavier. Returns its length.
   */
  private static int checkList(
      ImpactOrderedIndex index,
      int term,
      Map<Integer, Float> weights,
      ImpactOrderedOptions options) {
    Map<Integer, Integer> list = list(index, term);
    int least = options.equals(ALL_POSTINGS) ? weights.size() : options.listLengthMin();
    assertThat(list.size()).isBetween(Math.min(weights.size(), least), weights.size());
    assertThat(index.row(term) != ImpactOrderedIndex.NO_ROW)
        .isEqualTo(ImpactOrderedLayout.isWindowed(list.size(), index.windowCount()));
    Map<Integer, Float> dropped = new HashMap<>(weights);
    float lightest = Float.MAX_VALUE;
    float heaviest = 0;
    for (Map.Entry<Integer, Integer> posting : list.entrySet()) {
      Float weight = dropped.remove(posting.getKey());
      assertThat(weight).as("document %d", posting.getKey()).isNotNull();
      assertThat(Math.abs(weight - index.scale(term) * posting.getValue()))
          .as("document %d, within half a step", posting.getKey())
          .isLessThanOrEqualTo(index.scale(term) * (posting.getValue() == 1 ? 1 : 0.5001f));
      lightest = Math.min(lightest, weight);
      heaviest = Math.max(heaviest, weight);
    }
    assertThat(index.scale(term)).isEqualTo(heaviest / ImpactOrderedLayout.IMPACT_MAX);
    for (float weight : dropped.values()) {
      assertThat(weight).isLessThanOrEqualTo(lightest);
    }
    return list.size();
  }

  @Test
  void theSameBytesWhateverTheNumberOfThreads() throws IOException {
    Random random = new Random(Seeds.next());
    // The collection is large enough for several pieces of work.
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(6_000, 3_000, 60, 5, 1 << 20, false), random);
    ImpactOrderedOptions options = new ImpactOrderedOptions(20, 0.5, 4);
    collection.build(directory.resolve("one"), options(options, 1));
    collection.build(directory.resolve("three"), options(options, 3));
    String file = FileKind.IMPACTS.fileName();
    assertThat(directory.resolve("one").resolve(file))
        .hasSameBinaryContentAs(directory.resolve("three").resolve(file));
  }

  /** The whole segment has one threshold, whether its weights differ or are all in one bucket. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 1 << 20})
  void postingsPerDocumentAreKept(int distinctWeights) throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection.draw(
            new RandomCollection.Shape(1000, 50, 20, 1, distinctWeights, true), random)
        .build(directory, options(new ImpactOrderedOptions(5, 0, 1), 2));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      // Each of the 50 lists rounds its share of the bucket of the threshold, and keeps at least
      // one posting.
      assertThat(segment.impacts().postingCount()).isBetween(4_950L, 5_050L);
    } finally {
      segment.release();
    }
  }

  /** The lists keep the wanted share of all weights, and only little more. */
  @ParameterizedTest
  @ValueSource(doubles = {0.25, 0.5, 0.75, 0.95, 1})
  void theShareOfWeightsIsKept(double share) throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection.draw(new RandomCollection.Shape(1000, 50, 20, 1, 1 << 20, true), random)
        .build(directory, options(new ImpactOrderedOptions(0.1, share, 1), 2));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      double all = 0;
      double kept = 0;
      List<Map<Integer, Float>> inverted = inverted(segment);
      for (int term = 0; term < inverted.size(); term++) {
        for (float weight : inverted.get(term).values()) {
          all += weight;
        }
        for (int document : list(segment.impacts(), term).keySet()) {
          kept += inverted.get(term).get(document);
        }
      }
      assertThat(kept / all).isBetween(share - 0.01, Math.min(1, share + 0.03));
    } finally {
      segment.release();
    }
  }

  /**
   * The documents fill more than one window. One term is in more documents of a window than a count
   * can hold.
   */
  @Test
  void severalWindows() throws IOException {
    Random random = new Random(Seeds.next());
    int documents = 70_000;
    build(
        documents,
        document ->
            TermIdVector.of(
                new int[] {7, 100 + document % 3, 1_000 + document / 100},
                new float[] {1 + document % 250, 1 + random.nextInt(100), 300}));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      ImpactOrderedIndex index = segment.impacts();
      assertThat(index.windowCount()).isEqualTo(2);
      List<Map<Integer, Float>> inverted = inverted(segment);
      // The lightest posting of the first window does not fit.
      assertThat(inverted.getFirst()).hasSize(documents);
      assertThat(checkList(index, 0, inverted.getFirst(), new ImpactOrderedOptions(1, 0, 1)))
          .isEqualTo(documents - 1);
      int plain = 0;
      for (int term = 1; term < inverted.size(); term++) {
        checkList(index, term, inverted.get(term), ALL_POSTINGS);
        plain += index.row(term) == ImpactOrderedIndex.NO_ROW ? 1 : 0;
      }
      assertThat(index.rowCount()).isGreaterThan(3);
      assertThat(plain + index.rowCount()).isEqualTo(inverted.size());
    } finally {
      segment.release();
    }
  }

  /** A list of 31 postings is plain, and a list of 32 postings is windowed. */
  @Test
  void listsBelowTheBorderArePlain() throws IOException {
    int border = ImpactOrderedLayout.WINDOWED_POSTINGS_PER_WINDOW;
    build(
        border,
        document ->
            document == 0
                ? TermIdVector.of(new int[] {1}, new float[] {2})
                : TermIdVector.of(new int[] {1, 2}, new float[] {2, 1 + document}));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      ImpactOrderedIndex index = segment.impacts();
      assertThat(index.postingCount(0)).isEqualTo(border);
      assertThat(index.row(0)).isZero();
      assertThat(index.postingCount(1)).isEqualTo(border - 1);
      assertThat(index.row(1)).isEqualTo(ImpactOrderedIndex.NO_ROW);
      assertThat(index.rowCount()).isEqualTo(1);
    } finally {
      segment.release();
    }
  }

  @Test
  void segmentsWithoutPostingsHaveNoLists() throws IOException {
    build(1, document -> TermIdVector.EMPTY);
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      assertThat(segment.impacts().termCount()).isZero();
      assertThat(segment.impacts().postingCount()).isZero();
      assertThat(segment.impacts().windowCount()).isEqualTo(1);
    } finally {
      segment.release();
    }
    Path empty = directory.resolve("empty");
    new RandomCollection(List.of(), List.of()).build(empty, options(ALL_POSTINGS, 2));
    segment = Segment.open(empty, Verification.FULL);
    try {
      assertThat(segment.impacts().windowCount()).isZero();
    } finally {
      segment.release();
    }
  }

  @Test
  void damageIsNoticedAtOpening() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection.draw(new RandomCollection.Shape(200, 40, 10, 2, 8, true), random)
        .build(directory, options(ImpactOrderedOptions.DEFAULTS, 2));
    Path file = directory.resolve(FileKind.IMPACTS.fileName());
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 0; i < 60; i++) {
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);
      assertThatThrownBy(() -> Segment.open(directory, Verification.FULL))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(FileKind.IMPACTS.fileName());
    }
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 64));
    assertThatThrownBy(() -> Segment.open(directory, Verification.FULL))
        .isInstanceOf(CorruptSegmentException.class);
  }

  @Test
  void optionsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new ImpactOrderedOptions(0, 0.5, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("impact_postings_per_document");
    assertThatThrownBy(() -> new ImpactOrderedOptions(1, 1.1, 1))
        .hasMessageContaining("impact_weight_share");
    assertThatThrownBy(() -> new ImpactOrderedOptions(1, Double.NaN, 1))
        .hasMessageContaining("impact_weight_share");
    assertThatThrownBy(() -> new ImpactOrderedOptions(1, 0.5, 0))
        .hasMessageContaining("impact_list_length_min");
    assertThatThrownBy(() -> withoutForward())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("need the forward index");
  }

  private static BuildOptions withoutForward() {
    return new BuildOptions(
        new Weighting.AsGiven(),
        new Quantization.Auto(),
        new Reordering.None(),
        new BuildOptions.Structures(
            false, false, BlockMaxOptions.DEFAULTS, ALL_POSTINGS, null, false),
        1);
  }

  private interface Documents {
    TermIdVector vector(int document);
  }

  private void build(int count, Documents documents) throws IOException {
    try (SegmentBuilder builder =
        new SegmentBuilder(directory, options(ALL_POSTINGS, 2), BuildProgress.NONE)) {
      for (int document = 0; document < count; document++) {
        builder.add("d" + document, documents.vector(document), Map.of());
      }
      builder.finish();
    }
  }

  private static BuildOptions options(ImpactOrderedOptions impacts, int threads) {
    return new BuildOptions(
        new Weighting.AsGiven(),
        new Quantization.PerDocument(),
        new Reordering.None(),
        new BuildOptions.Structures(true, false, null, impacts, null, false),
        threads);
  }

  /** Returns the impacts of a list by document. */
  private static Map<Integer, Integer> list(ImpactOrderedIndex index, int term) {
    Map<Integer, Integer> list = new TreeMap<>();
    long at = index.listOffset(term);
    int row = index.row(term);
    if (row == ImpactOrderedIndex.NO_ROW) {
      int count = index.postingCount(term);
      for (int i = 0; i < count; i++) {
        int document = index.plainLists().get(FileLayout.U32, at + 4L * i);
        list.put(document, index.plainLists().get(FileLayout.U8, at + 4L * count + i) & 0xFF);
      }
      return list;
    }
    for (int window = 0; window < index.windowCount(); window++) {
      int count = index.levelCount(index.windowEntry(row, window), 0);
      for (int i = 0; i < count; i++) {
        int local = index.postings().get(FileLayout.U16, at + 2L * i) & 0xFFFF;
        int impact = index.postings().get(FileLayout.U8, at + 2L * count + i) & 0xFF;
        list.put((window << ImpactOrderedLayout.WINDOW_SHIFT) + local, impact);
      }
      at += 3L * count;
    }
    return list;
  }

  /** Returns the stored weight of each document that has a term, by term number. */
  private static List<Map<Integer, Float>> inverted(Segment segment) {
    List<Map<Integer, Float>> weights = new ArrayList<>();
    for (int term = 0; term < segment.statistics().termCount(); term++) {
      weights.add(new HashMap<>());
    }
    ForwardIndex.Cursor cursor = segment.forward().cursor();
    for (int document = 0; document < segment.forward().documentCount(); document++) {
      cursor.moveTo(document);
      while (cursor.next()) {
        weights.get(cursor.termNumber()).put(document, cursor.scale() * cursor.impact());
      }
    }
    return weights;
  }
}
