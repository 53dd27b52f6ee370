package io.siskin.index.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.build.Weighting;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResidualIndexTest {
  @TempDir Path directory;

  /**
   * Each refined weight differs from the given weight by at most half a step. A step is 1/256 of an
   * impact.
   */
  @RepeatedTest(6)
  void refinedWeightsAreThoseThatWereGiven() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(1 + random.nextInt(400), 300, 20, 3, 1 << 20, false),
            random);
    Quantization quantization =
        random.nextBoolean() ? new Quantization.GlobalOfInput() : new Quantization.PerDocument();
    collection.build(directory, options(quantization, true));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      double errorMax = 0;
      for (int document = 0; document < collection.documents().size(); document++) {
        SparseVector vector = collection.documents().get(document);
        errorMax = Math.max(errorMax, check(segment, document, (TermIdVector) vector));
      }
      assertThat(segment.residuals().weightErrorMax()).isEqualTo(errorMax);
    } finally {
      segment.release();
    }
  }

  /** The terms are on many pages. The further runs of a record have residuals too. */
  @Test
  void termNumbersBeyondOnePage() throws IOException {
    Random random = new Random(Seeds.next());
    TermIdVector[] vectors = new TermIdVector[8];
    try (SegmentBuilder builder =
        new SegmentBuilder(
            directory, options(new Quantization.PerDocument(), true), BuildProgress.NONE)) {
      for (int document = 0; document < vectors.length; document++) {
        int[] ids = random.ints(0, 200_000).distinct().limit(25_000).sorted().toArray();
        float[] weights = new float[ids.length];
        for (int i = 0; i < weights.length; i++) {
          weights[i] = 0.01f + random.nextFloat();
        }
        vectors[document] = TermIdVector.of(ids, weights);
        builder.add("d" + document, vectors[document], Map.of());
      }
      builder.finish();
    }
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      assertThat(segment.statistics().termCount()).isGreaterThan(1 << 16);
      for (int document = 0; document < vectors.length; document++) {
        check(segment, document, vectors[document]);
      }
    } finally {
      segment.release();
    }
  }

  /** Returns the largest error of the document's impacts. */
  private static double check(Segment segment, int document, TermIdVector vector) {
    Map<Integer, Float> given = new HashMap<>();
    for (int i = 0; i < vector.size(); i++) {
      given.put(segment.terms().numberOfTermId(vector.termId(i)), vector.weight(i));
    }
    double errorMax = 0;
    ForwardIndex.Cursor cursor = segment.forward().cursor();
    cursor.moveTo(document);
    for (int posting = 0; cursor.next(); posting++) {
      double steps = (double) given.get(cursor.termNumber()) / cursor.scale();
      double residual =
          (double) segment.residuals().residual(document, posting) / ResidualLayout.STEPS;
      if (steps < 0.5) {
        assertThat(cursor.impact() + residual).as("of %s", steps).isEqualTo(0.5);
      } else {
        // If a weight is rounded up to the next impact by less than a fine step, its error may be a
        // whole fine step.
        double half = 0.5 / ResidualLayout.STEPS;
        assertThat(Math.abs(cursor.impact() + residual - steps))
            .as("of %s", steps)
            .isLessThanOrEqualTo(residual > 0.495 ? 2 * half + 1e-4 : half + 1e-9);
      }
      errorMax = Math.max(errorMax, cursor.scale() * Math.abs(residual));
    }
    return errorMax;
  }

  @Test
  void whereImpactsAreExactThereAreNone() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection.draw(new RandomCollection.Shape(50, 30, 6, 1, 4, true), random)
        .build(directory, options(new Quantization.Auto(), true));
    assertThat(SegmentEditor.open(directory).files()).doesNotContainKey(FileKind.RESIDUALS);
    assertThat(directory).isDirectoryNotContaining("glob:**residuals*");
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      assertThat(segment.residuals()).isNull();
      assertThat(segment.buildOptions()).contains("\"residuals\":true");
    } finally {
      segment.release();
    }
  }

  @Test
  void theForwardIndexIsTheSameWithThem() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(300, 100, 20, 3, 1 << 20, true), random);
    collection.build(directory.resolve("with"), options(new Quantization.Auto(), true));
    collection.build(directory.resolve("without"), options(new Quantization.Auto(), false));
    assertThat(records("with")).isEqualTo(records("without"));
    assertThat(directory.resolve("without")).isDirectoryNotContaining("glob:**residuals*");
  }

  private byte[] records(String name) throws IOException {
    return SegmentEditor.open(directory.resolve(name))
        .file(FileKind.FORWARD)
        .section(SectionKind.FORWARD_RECORDS)
        .content();
  }

  @Test
  void theyNeedTheForwardIndex() {
    assertThatThrownBy(
            () ->
                new BuildOptions(
                    new Weighting.AsGiven(),
                    new Quantization.Auto(),
                    new Reordering.None(),
                    new BuildOptions.Structures(
                        false,
                        true,
                        BuildOptions.Structures.DEFAULTS.blockMax(),
                        null,
                        null,
                        false),
                    1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("residuals need the forward index");
  }

  private static BuildOptions options(Quantization quantization, boolean residuals) {
    return new BuildOptions(
            new Weighting.AsGiven(),
            quantization,
            new Reordering.None(),
            new BuildOptions.Structures(true, false, null, null, null, false),
            2)
        .withResiduals(residuals);
  }
}
