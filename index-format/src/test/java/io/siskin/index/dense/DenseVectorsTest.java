package io.siskin.index.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.kernel.DenseKernel;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.testing.RandomDense;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
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
        if (field.type().storage() == DenseStorage.BINARY) {
          asked = field.vectors(query).toFloats(0);
        }
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

  /** What docs/ranking.md says of SPAR. Whole numbers make the sums exact. */
  @Test
  void theInnerProductOfJoinedVectorsIsTheWeightedSum() {
    Random random = new Random(Seeds.next());
    DenseKernel kernel = KernelProvider.of(false).newDenseKernel();
    for (int round = 0; round < 50; round++) {
      float weight = random.nextInt(1, 9) / 4f;
      float[][] document = {whole(random, 40), whole(random, 24)};
      float[][] query = {whole(random, 40), whole(random, 24)};
      float[] asked = joined(query[0], scaled(query[1], weight));
      float sum =
          score(document[0], query[0], kernel) + weight * score(document[1], query[1], kernel);
      assertThat(score(joined(document[0], document[1]), asked, kernel)).isEqualTo(sum);
    }
  }

  private static float[] whole(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextInt(19) - 9;
    }
    return values;
  }

  private static float[] scaled(float[] values, float weight) {
    float[] scaled = values.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= weight;
    }
    return scaled;
  }

  private static float[] joined(float[] first, float[] second) {
    float[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }

  private static float score(float[] document, float[] query, DenseKernel kernel) {
    DenseFieldSpec field = field(query.length, DenseStorage.F32, DenseSimilarity.DOT);
    byte[] row = new byte[field.type().rowBytes()];
    field.vectors(document).copyValues(0, row);
    MemorySegment memory = Arena.ofAuto().allocate(row.length + 64L);
    memory.asSlice(0, row.length).copyFrom(MemorySegment.ofArray(row));
    return DenseQuery.of(field, query, kernel).score(memory, 0, 1);
  }

  @Test
  void bitsAreSigns() {
    DenseFieldSpec field = field(10, DenseStorage.BINARY, DenseSimilarity.DOT);
    DenseVectors vectors =
        field.vectors(new float[] {1, -1, 0, 2e-30f, -0f, 5, -7, 1e15f, -3, 0.5f});
    assertThat(vectors.storedValues()).containsExactly(0b10101001, 0b10);
    assertThat(vectors.toFloats(0)).containsExactly(1, -1, -1, 1, -1, 1, -1, 1, -1, 1);
    assertThat(vectors.normMax()).isEqualTo(DenseVectors.roundedUp(Math.sqrt(10)));
    assertThatThrownBy(() -> field(10, DenseStorage.BINARY, DenseSimilarity.COSINE))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("stored as binary");
  }

  @Test
  void aTokenVectorKeepsItsHeaviestTerms() {
    DenseFieldSpec field = field(3, DenseStorage.TERMS, DenseSimilarity.DOT);
    // -1 is the largest number. Of the two equal weights, the one of the smaller number stays.
    TermIdVector given =
        TermIdVector.of(new int[] {-1, 9, 2, 4, 7}, new float[] {12.7f, 3, 3, 0.01f, 6.4f});
    DenseVectors vectors =
        field.tokenVectors(List.of(given, TermIdVector.of(new int[0], new float[0])));
    assertThat(vectors.count()).isEqualTo(2);
    assertThat(vectors.scale(0)).isEqualTo(12.7f / 127);
    assertThat(vectors.storedValues())
        .containsExactly(
            2, 0, 0, 0, 7, 0, 0, 0, -1, -1, -1, -1, 30, 64, 127, //
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    assertThat(vectors.toTerms(0).termId(0)).isEqualTo(2);
    assertThat(vectors.toTerms(0).size()).isEqualTo(3);
    assertThat(vectors.toTerms(1).size()).isZero();
    // What was read is what is stored again.
    assertThat(field.tokenVectors(List.of(vectors.toTerms(0))).storedValues())
        .isEqualTo(Arrays.copyOf(vectors.storedValues(), 15));
    // A weight that rounds to 0 takes no place.
    DenseVectors rounded =
        field.tokenVectors(List.of(TermIdVector.of(new int[] {1, 5}, new float[] {0.001f, 1})));
    assertThat(rounded.toTerms(0).size()).isEqualTo(1);
    assertThat(rounded.toTerms(0).termId(0)).isEqualTo(5);
    assertThatThrownBy(() -> field.vectors(new float[3])).hasMessageContaining("token_vectors");
    assertThatThrownBy(
            () -> field.tokenVectors(List.of(TermIdVector.of(new int[] {1}, new float[] {2e15f}))))
        .hasMessageContaining("token_vectors.v.vectors[0].weights[0]");
    assertThatThrownBy(
            () -> field(3, DenseStorage.F32, DenseSimilarity.DOT).tokenVectors(List.of(given)))
        .hasMessageContaining("stores f32");
  }

  @Test
  void vectorsAreSortedByTheirUnsignedKeys() {
    DenseFieldSpec field =
        new DenseFieldSpec("v", new DenseType(2, DenseStorage.KEYED_F32, DenseSimilarity.DOT), 4);
    DenseVectors vectors =
        field.keyedVectors(
            List.of(
                new KeyedVector(-1, new float[] {1, 1}),
                new KeyedVector(7, new float[] {2, 2}),
                new KeyedVector(0, new float[] {3, 3}),
                new KeyedVector(7, new float[] {4, 4})));
    assertThat(List.of(vectors.key(0), vectors.key(1), vectors.key(2), vectors.key(3)))
        .containsExactly(0, 7, 7, -1);
    assertThat(vectors.toFloats(1)).containsExactly(2, 2);
    assertThat(vectors.toFloats(2)).containsExactly(4, 4);
    assertThat(vectors.lengthBytes()).isEqualTo(4 * (2 * 4 + 4));
    DenseVectors wrong = DenseVectors.ofStored(field.type(), 2, new byte[16], new int[] {-1, 5});
    assertThatThrownBy(() -> wrong.checkValues("v"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("key of vector 1")
        .hasMessageContaining("at least 4294967295");
    assertThatThrownBy(
            () ->
                field.keyedVectors(
                    List.of(
                        new KeyedVector(9, new float[] {1, 1}),
                        new KeyedVector(3, new float[] {1}))))
        .hasMessageContaining("keyed_vectors.v.vectors[1].values");
    assertThatThrownBy(() -> field.vectors(new float[2])).hasMessageContaining("keyed_vectors");
    assertThatThrownBy(() -> field.keyedVectors(List.of())).hasMessageContaining("1 to 4");
    assertThatThrownBy(() -> DenseQuery.of(field, new float[2]))
        .hasMessageContaining("vectors with keys");
    DenseFieldSpec plain = field(2, DenseStorage.F32, DenseSimilarity.DOT);
    List<KeyedVector> one = List.of(new KeyedVector(9, new float[] {1, 1}));
    assertThatThrownBy(() -> plain.keyedVectors(one)).hasMessageContaining("stores f32");
    assertThatThrownBy(() -> MaxSimQuery.ofKeyed(plain, one)).hasMessageContaining("stores f32");
  }

  /** The figures are those of docs/format.md, computed with a calculator of large numbers. */
  @Test
  void theBitsOfTermsAreThoseOfTheFormat() {
    BigInteger multiplier = new BigInteger("9E3779B97F4A7C15", 16);
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 500; round++) {
      int number = random.nextInt();
      int dimensions = 1 + random.nextInt(4_096);
      BigInteger hash =
          BigInteger.valueOf(Integer.toUnsignedLong(number))
              .multiply(multiplier)
              .mod(BigInteger.TWO.pow(64))
              .shiftRight(32);
      assertThat(DenseLayout.hashedBit(number, dimensions))
          .isEqualTo(hash.multiply(BigInteger.valueOf(dimensions)).shiftRight(32).intValue());
    }
    assertThat(DenseLayout.hashedBit(0, 4_096)).isZero();
    assertThat(DenseLayout.hashedBit(1, 4_096)).isEqualTo(2_531);
    assertThat(DenseLayout.hashedBit(2, 4_096)).isEqualTo(966);
    DenseFieldSpec field = field(10, DenseStorage.HASHED, DenseSimilarity.DOT);
    DenseVectors vectors =
        field.densified(TermIdVector.of(new int[] {0, 1, 2}, new float[] {1, 9, 1e15f}));
    // The bits are 0, 6 and 2.
    assertThat(vectors.storedValues()).containsExactly(0b1000101, 0);
    assertThat(vectors.toFloats(0)).containsExactly(1, 0, 1, 0, 0, 0, 1, 0, 0, 0);
    assertThat(vectors.normMax()).isEqualTo(DenseVectors.roundedUp(Math.sqrt(3)));
    assertThatThrownBy(() -> field.vectors(new float[10])).hasMessageContaining("sparse vector");
  }

  /** The naive score looks at every pair of terms of the two vectors. */
  @Test
  void aSliceCountsWhereBothHaveTheSameTerm() {
    Random random = new Random(Seeds.next());
    RandomDense dense = new RandomDense(random);
    DenseFieldSpec field = RandomDense.SLICES;
    DenseKernel scalar = KernelProvider.of(false).newDenseKernel();
    DenseKernel panama = KernelProvider.of(true).newDenseKernel();
    int matches = 0;
    for (int round = 0; round < 300; round++) {
      SparseVector document = dense.sparse(60);
      SparseVector query = dense.sparse(60);
      DenseVectors vectors = field.densified(document);
      byte[] row = new byte[field.type().rowBytes()];
      vectors.copyValues(0, row);
      MemorySegment memory = Arena.ofAuto().allocate(row.length + 64L);
      memory.asSlice(0, row.length).copyFrom(MemorySegment.ofArray(row));
      float score = DenseQuery.ofSparse(field, query, scalar).score(memory, 0, vectors.scale(0));
      assertThat(DenseQuery.ofSparse(field, query, panama).score(memory, 0, vectors.scale(0)))
          .isEqualTo(score);
      double expected = 0;
      for (int slice = 0; slice < 64; slice++) {
        int ofDocument = heaviest(document, slice);
        int ofQuery = heaviest(query, slice);
        if (ofDocument >= 0
            && ofQuery >= 0
            && TermNumbers.of(document, ofDocument) == TermNumbers.of(query, ofQuery)) {
          expected += (double) vectors.toFloats(0)[slice] * query.weight(ofQuery);
          matches++;
        }
      }
      assertThat((double) score).isCloseTo(expected, within(1e-5 * (1 + expected)));
    }
    assertThat(matches).isPositive();
    assertThatThrownBy(() -> new DenseType(65, DenseStorage.SLICES, DenseSimilarity.DOT))
        .hasMessageContaining("multiple of 64");
    assertThatThrownBy(() -> DenseQuery.of(field, new float[64]))
        .hasMessageContaining("a sparse vector");
  }

  private static int heaviest(SparseVector vector, int slice) {
    int best = -1;
    for (int i = 0; i < vector.size(); i++) {
      long number = Integer.toUnsignedLong(TermNumbers.of(vector, i));
      if (number % 64 == slice
          && (best < 0
              || vector.weight(i) > vector.weight(best)
              || (vector.weight(i) == vector.weight(best)
                  && index(number)
                      < index(Integer.toUnsignedLong(TermNumbers.of(vector, best)))))) {
        best = i;
      }
    }
    return best;
  }

  private static long index(long number) {
    return number / 64 % 65_536;
  }
}
