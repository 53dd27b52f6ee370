package io.siskin.index.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.kernel.DenseKernel;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.testing.RandomDense;
import io.siskin.index.testing.Seeds;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Dense vectors are rounded once, as the format says, and what does not fit is refused. */
final class DenseVectorsTest {
  private static DenseFieldSpec field(
      int dimensions, DenseStorage storage, DenseSimilarity similarity) {
    return new DenseFieldSpec("v", new DenseType(dimensions, storage, similarity), 2);
  }

  @Test
  void valuesAreRoundedAsTheFormatSays() {
    float[] given = {1, -0.75f, 0.25f, 1 / 3f};
    assertThat(field(4, DenseStorage.F32, DenseSimilarity.DOT).vectors(given).toFloats(0))
        .containsExactly(given);
    assertThat(field(4, DenseStorage.F16, DenseSimilarity.DOT).vectors(given).toFloats(0))
        .containsExactly(1, -0.75f, 0.25f, 0.33325195f);
    DenseVectors bytes = field(4, DenseStorage.INT8, DenseSimilarity.DOT).vectors(given);
    assertThat(bytes.scale(0)).isEqualTo(1 / 127f);
    assertThat(bytes.storedValues()).containsExactly(127, -95, 32, 42);
    assertThat(field(2, DenseStorage.F32, DenseSimilarity.COSINE).vectors(new float[] {3, -4}))
        .extracting(vectors -> vectors.toFloats(0))
        .isEqualTo(new float[] {0.6f, -0.8f});
  }

  @Test
  void zerosHaveNoScaleAndNoCosine() {
    float[] zeros = new float[3];
    DenseVectors bytes = field(3, DenseStorage.INT8, DenseSimilarity.DOT).vectors(zeros);
    assertThat(bytes.scale(0)).isZero();
    assertThat(bytes.toFloats(0)).containsExactly(0, 0, 0);
    float[] tiny = {Float.MIN_VALUE, 0, 0};
    assertThat(field(3, DenseStorage.INT8, DenseSimilarity.DOT).vectors(tiny).toFloats(0))
        .containsExactly(0, 0, 0);
    assertThatThrownBy(() -> field(3, DenseStorage.F32, DenseSimilarity.COSINE).vectors(zeros))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("dense.v.vectors[0].values");
  }

  @Test
  void whatDoesNotFitIsRefusedByName() {
    DenseFieldSpec field = field(2, DenseStorage.F16, DenseSimilarity.DOT);
    assertThatThrownBy(() -> field.vectors(new float[] {1, 2, 3}))
        .hasMessageContaining("dense.v.vectors[0].values")
        .hasMessageContaining("2 dimensions");
    assertThatThrownBy(() -> field.vectors(new float[] {1, Float.NaN}))
        .hasMessageContaining("dense.v.vectors[0].values[1]");
    assertThatThrownBy(() -> field.vectors(new float[] {1, Float.POSITIVE_INFINITY}))
        .hasMessageContaining("dense.v.vectors[0].values[1]");
    assertThatThrownBy(() -> field.vectors(new float[] {1, 1.1e15f})).hasMessageContaining("10^15");
    assertThatThrownBy(() -> field.vectors(new float[] {1, 65_520})).hasMessageContaining("65,504");
    assertThatThrownBy(() -> field.vectors(new float[2], new float[2], new float[2]))
        .hasMessageContaining("3 vectors")
        .hasMessageContaining("1 to 2");
    assertThatThrownBy(() -> field.vectors(new float[2], new float[1]))
        .hasMessageContaining("dense.v.vectors[1].values");
    assertThat(field.vectors(new float[] {1, 65_519}).toFloats(0)[1]).isEqualTo(65_504);
    assertThatThrownBy(() -> new DenseType(0, DenseStorage.F32, DenseSimilarity.DOT))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new DenseType(4097, DenseStorage.F32, DenseSimilarity.DOT))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void theLargestNormIsNeverBelowALength() {
    Random random = new Random(Seeds.next());
    RandomDense dense = new RandomDense(random);
    for (int round = 0; round < 200; round++) {
      for (DenseFieldSpec field : RandomDense.FIELDS) {
        DenseVectors vectors = field.vectors(dense.vector(field));
        double norm = DenseValues.norm(vectors.toFloats(0));
        assertThat((double) vectors.normMax())
            .isGreaterThanOrEqualTo(norm)
            .isLessThanOrEqualTo(norm * (1 + 1e-6));
      }
    }
  }

  /** The naive sum is in double precision, so it differs by the rounding of singles only. */
  @Test
  void scoresAreInnerProductsWithWhatIsStored() {
    Random random = new Random(Seeds.next());
    RandomDense dense = new RandomDense(random);
    DenseKernel scalar = KernelProvider.of(false).newDenseKernel();
    DenseKernel panama = KernelProvider.of(true).newDenseKernel();
    for (int round = 0; round < 200; round++) {
      for (DenseFieldSpec field : RandomDense.FIELDS) {
        DenseVectors vectors = field.vectors(dense.vector(field));
        float[] query = dense.vector(field);
        byte[] row = new byte[field.type().rowBytes()];
        vectors.copyValues(0, row);
        MemorySegment memory = Arena.ofAuto().allocate(row.length + 64L);
        memory.asSlice(0, row.length).copyFrom(MemorySegment.ofArray(row));
        float score = DenseQuery.of(field, query, scalar).score(memory, 0, vectors.scale(0));
        assertThat(DenseQuery.of(field, query, panama).score(memory, 0, vectors.scale(0)))
            .isEqualTo(score);
        float[] asked = DenseValues.normalized("query", field.type(), query);
        double expected = 0;
        for (int i = 0; i < asked.length; i++) {
          expected += (double) asked[i] * vectors.toFloats(0)[i];
        }
        double norms = DenseValues.norm(asked) * vectors.normMax();
        assertThat((double) score).as(field.name()).isCloseTo(expected, within(2e-6 * norms));
        assertThat(score).isLessThanOrEqualTo((float) (norms * (1 + 1e-5)));
      }
    }
  }
}
