package io.siskin.index.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.StatisticsLayout;
import io.siskin.index.inspect.SegmentVerifier;
import io.siskin.index.quantize.DocumentQuantizer;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.TermDictionary;
import io.siskin.index.store.Mapping;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SegmentBuilderTest {
  private static final BuildOptions FORWARD_ONLY =
      new BuildOptions(
          new Weighting.AsGiven(),
          new Quantization.Auto(),
          new Reordering.None(),
          new BuildOptions.Structures(true, false, null, null, null, true),
          2);

  @TempDir Path directory;

  @RepeatedTest(8)
  void whatGoesInComesOut() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(RandomCollection.Shape.random(random), random);
    Reordering reordering =
        random.nextBoolean()
            ? new Reordering.None()
            : new Reordering.GraphBisection(3, 1, 2 + random.nextInt(30));
    long mappings = Mapping.openCount();
    collection.build(directory, FORWARD_ONLY.withReordering(reordering));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      assertThat(segment.statistics().documentCount()).isEqualTo(collection.documents().size());
      for (int source = 0; source < collection.documents().size(); source++) {
        checkDocument(segment, source, collection.documents().get(source));
      }
    } finally {
      segment.release();
    }
    assertThat(Mapping.openCount()).isEqualTo(mappings);
  }

  private static void checkDocument(Segment segment, int source, SparseVector vector) {
    int number = segment.documents().documentNumber("d" + source);
    assertThat(segment.documents().externalId(number)).isEqualTo("d" + source);
    try (var fields = segment.documents().openFields()) {
      assertThat(fields.fields(number, name -> true))
          .isEqualTo(Map.of("n", Integer.toString(source), "text", "document " + source));
      assertThat(fields.fields(number, "n"::equals)).hasSize(1);
    }
    Map<Integer, Float> expected = new HashMap<>();
    float max = 0;
    for (int i = 0; i < vector.size(); i++) {
      expected.put(termNumber(segment.terms(), vector, i), vector.weight(i));
      max = Math.max(max, vector.weight(i));
    }
    ForwardIndex.Cursor cursor = segment.forward().cursor();
    cursor.moveTo(number);
    assertThat(cursor.size()).isEqualTo(vector.size());
    int last = -1;
    while (cursor.next()) {
      assertThat(cursor.termNumber()).isGreaterThan(last);
      last = cursor.termNumber();
      Float weight = expected.remove(last);
      assertThat(weight).isNotNull();
      // The limit is half a step of the scale. For weights that would round to 0, it is a whole
      // step.
      float error = Math.abs(cursor.scale() * cursor.impact() - weight);
      assertThat(error).isLessThanOrEqualTo(weight < max / 510 ? max / 255 : max / 509);
    }
    assertThat(expected).isEmpty();
  }

  private static int termNumber(TermDictionary terms, SparseVector vector, int index) {
    return switch (vector) {
      case TokenVector tokens -> terms.numberOfToken(tokens.token(index));
      case TermIdVector ids -> terms.numberOfTermId(ids.termId(index));
    };
  }

  @Test
  void wholeWeightsUpTo255AreKeptExactly() throws IOException {
    build(
        Map.of(
            "a", TokenVector.of(Map.of("x", 255f, "y", 1f)), "b", TokenVector.of(Map.of("x", 7f))));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      ForwardIndex.Cursor cursor = segment.forward().cursor();
      cursor.moveTo(segment.documents().documentNumber("b"));
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.scale()).isEqualTo(1f);
      assertThat(cursor.impact()).isEqualTo(7);
    } finally {
      segment.release();
    }
  }

  /** The scales of both documents, and whether the statistics promise one scale for all. */
  private record Scales(float first, float second, boolean one) {}

  private Scales scales(Quantization quantization, float first, float second) throws IOException {
    Path folder = Files.createTempDirectory(directory, "scales");
    BuildOptions options =
        new BuildOptions(
            FORWARD_ONLY.weighting(),
            quantization,
            new Reordering.None(),
            FORWARD_ONLY.structures(),
            1);
    BuiltSegment built;
    try (SegmentBuilder builder = new SegmentBuilder(folder, options, BuildProgress.NONE)) {
      builder.add("a", TokenVector.of(Map.of("x", first)), Map.of());
      builder.add("b", TokenVector.of(Map.of("x", second)), Map.of());
      builder.add("empty", TokenVector.EMPTY, Map.of());
      built = builder.finish();
    }
    Segment segment = Segment.open(folder, Verification.FULL);
    try {
      assertThat(SegmentVerifier.verify(segment).findings()).isEmpty();
      ForwardIndex.Cursor cursor = segment.forward().cursor();
      cursor.moveTo(0);
      float firstScale = cursor.scale();
      cursor.moveTo(1);
      boolean one = segment.statistics().quantization() == StatisticsLayout.QUANTIZATION_GLOBAL;
      assertThat(new DocumentQuantizer(built.quantization()).scale(new float[] {second}, 1))
          .as("the rule that is reported")
          .isEqualTo(cursor.scale());
      return new Scales(firstScale, cursor.scale(), one);
    } finally {
      segment.release();
    }
  }

  @Test
  void aScaleIsOfTheDocumentUnlessAllShareOne() throws IOException {
    assertThat(scales(new Quantization.Auto(), 3, 255)).isEqualTo(new Scales(1, 1, true));
    assertThat(scales(new Quantization.Auto(), 3, 25.5f)).isEqualTo(new Scales(1, 0.1f, false));
    assertThat(scales(new Quantization.PerDocument(), 51, 25.5f))
        .isEqualTo(new Scales(0.2f, 0.1f, false));
    assertThat(scales(new Quantization.GlobalOfInput(), 51, 25.5f))
        .isEqualTo(new Scales(0.2f, 0.2f, true));
    assertThat(scales(new Quantization.GlobalOfInput(), 3, 255)).isEqualTo(new Scales(1, 1, true));
    assertThat(scales(new Quantization.Global(0.5f), 51, 25.5f))
        .isEqualTo(new Scales(0.5f, 0.5f, true));
    assertThat(scales(new Quantization.Global(0.1f), 51, 25.5f))
        .isEqualTo(new Scales(0.2f, 0.1f, false));
  }

  @Test
  void termNumbersBeyondOnePage() throws IOException {
    int vocabulary = 200_000;
    Random random = new Random(Seeds.next());
    try (SegmentBuilder builder = new SegmentBuilder(directory, FORWARD_ONLY, BuildProgress.NONE)) {
      for (int document = 0; document < 40; document++) {
        int[] ids = random.ints(0, vocabulary).distinct().limit(20_000).toArray();
        float[] weights = new float[ids.length];
        for (int i = 0; i < weights.length; i++) {
          weights[i] = 1 + ids[i] % 255;
        }
        builder.add("d" + document, TermIdVector.of(ids, weights), Map.of());
      }
      builder.finish();
    }
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      assertThat(segment.statistics().termCount()).isGreaterThan(2 << 16);
      ForwardIndex.Cursor cursor = segment.forward().cursor();
      for (int document = 0; document < 40; document++) {
        cursor.moveTo(document);
        assertThat(cursor.size()).isEqualTo(20_000);
        while (cursor.next()) {
          int id = Integer.parseInt(segment.terms().name(cursor.termNumber()));
          assertThat(cursor.impact()).isEqualTo(1 + id % 255);
        }
      }
    } finally {
      segment.release();
    }
  }

  @Test
  void aDuplicateIdIsRefusedAndTheRestGoesOn() throws IOException {
    try (SegmentBuilder builder = new SegmentBuilder(directory, FORWARD_ONLY, BuildProgress.NONE)) {
      builder.add("a", TokenVector.of(Map.of("x", 1f)), Map.of());
      assertThatThrownBy(() -> builder.add("a", TokenVector.of(Map.of("y", 1f)), Map.of()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("id is a")
          .hasMessageContaining("document number 0");
      assertThatThrownBy(
              () -> builder.add("b", TermIdVector.of(new int[] {1}, new float[] {1}), Map.of()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("keyed by term id");
      builder.add("b", TokenVector.EMPTY, Map.of());
      BuiltSegment built = builder.finish();
      assertThat(built.documentCount()).isEqualTo(2);
      assertThat(built.emptyDocumentCount()).isEqualTo(1);
      assertThat(built.termCount()).isEqualTo(1);
    }
  }

  @Test
  void anUnfinishedBuildLeavesNothing() throws IOException {
    try (SegmentBuilder builder = new SegmentBuilder(directory, FORWARD_ONLY, BuildProgress.NONE)) {
      builder.add("a", TokenVector.of(Map.of("x", 1f)), Map.of("f", "v"));
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aSegmentWithoutDocumentsOpens() throws IOException {
    build(Map.of());
    Segment segment = Segment.open(directory, Verification.FULL);
    assertThat(segment.statistics().documentCount()).isZero();
    assertThat(segment.terms().numberOfToken("x")).isEqualTo(TermDictionary.ABSENT);
    assertThat(segment.documents().documentNumber("d0")).isEqualTo(TermDictionary.ABSENT);
    segment.release();
    assertThat(segment.tryRetain()).isFalse();
  }

  @Test
  void optionsThatContradictEachOtherAreRefused() {
    assertThatThrownBy(
            () ->
                new BuildOptions(
                    new Weighting.AsGiven(),
                    new Quantization.Auto(),
                    new Reordering.None(),
                    new BuildOptions.Structures(false, false, null, null, null, true),
                    1))
        .isInstanceOf(InvalidInputException.class);
    assertThat(List.of(FORWARD_ONLY.threads())).containsExactly(2);
  }

  private void build(Map<String, SparseVector> documents) throws IOException {
    try (SegmentBuilder builder = new SegmentBuilder(directory, FORWARD_ONLY, BuildProgress.NONE)) {
      for (Map.Entry<String, SparseVector> document : documents.entrySet()) {
        builder.add(document.getKey(), document.getValue(), Map.of());
      }
      builder.finish();
    }
  }
}
