package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.kernel.DenseKernel;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.vector.SparseVector;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A query of a dense field, prepared for the kernels.
 *
 * <p>For vectors of floats it holds the values as they are. For vectors of bytes it holds whole
 * numbers, {@code 2^e} times the values. Their sum is so bounded that an inner product fits an int,
 * which makes the sum exact. The step of {@code 2^−e} is about as fine as the one of a float. For
 * vectors of bits and of hashed terms it holds bits.
 *
 * <p>Used by one thread at a time, since it holds scratch memory.
 */
public final class DenseQuery {
  /** The most that the absolute values of whole numbers may sum to. */
  private static final int LEVEL_SUM_MAX = Integer.MAX_VALUE / (DenseLayout.INT8_MAX + 1);

  /** The most rows that {@link #scores} takes at once. */
  public static final int RUN_LENGTH = 256;

  private final DenseType type;
  private final DenseKernel kernel;
  private final float[] values;
  private final int[] levels;
  private final int[] indexes;
  private final long[] bits;
  private final double step;
  private final double norm;
  private final int rowBytes;
  private final int[] unequal;

  private DenseQuery(DenseType type, float[] query, int[] indexes, DenseKernel kernel) {
    this.type = type;
    this.kernel = kernel;
    this.indexes = indexes;
    this.rowBytes = type.rowBytes();
    boolean isBinary = type.storage() == DenseStorage.BINARY;
    this.unequal = new int[isBinary ? RUN_LENGTH : 0];
    this.norm = isBinary ? Math.sqrt(type.dimensions()) : DenseValues.norm(query);
    this.values = isBinary ? new float[0] : Arrays.copyOf(query, type.rowValues());
    this.bits = isBinary ? bits(type, query) : new long[0];
    if (type.hasScales()) {
      int exponent = exponent(sum(query));
      this.step = Math.scalb(1.0, -exponent);
      this.levels = new int[type.rowValues()];
      for (int i = 0; i < query.length; i++) {
        levels[i] = level(query[i], exponent);
      }
    } else {
      this.step = 1;
      this.levels = new int[0];
    }
  }

  /** A query of hashed terms. */
  private DenseQuery(DenseType type, long[] bits, DenseKernel kernel) {
    this.type = type;
    this.kernel = kernel;
    this.indexes = new int[0];
    this.values = new float[0];
    this.levels = new int[0];
    this.bits = bits;
    this.step = 1;
    this.rowBytes = type.rowBytes();
    this.unequal = new int[0];
    int count = 0;
    for (long each : bits) {
      count += Long.bitCount(each);
    }
    this.norm = Math.sqrt(count);
  }

  private static long[] bits(DenseType type, float[] query) {
    long[] bits = new long[type.rowBytes() / Long.BYTES];
    for (int i = 0; i < query.length; i++) {
      bits[i / Long.SIZE] |= query[i] > 0 ? 1L << i : 0;
    }
    return bits;
  }

  private static double sum(float[] query) {
    double sum = 0;
    for (float value : query) {
      sum += Math.abs(value);
    }
    return sum;
  }

  /**
   * Returns the largest exponent whose whole numbers stay below their largest sum.
   *
   * @param sum the sum of the absolute values of at most 4,096 numbers
   */
  static int exponent(double sum) {
    // Rounding adds less than 1 for each dimension.
    return sum == 0 ? 0 : Math.getExponent((LEVEL_SUM_MAX - FormatV2.DENSE_DIMENSIONS_MAX) / sum);
  }

  /** Returns a number of a query as a whole number. */
  static int level(float value, int exponent) {
    return (int) Math.rint(Math.scalb((double) value, exponent));
  }

  /**
   * Prepares a query with the kernels of this process.
   *
   * @param field the field that is asked
   * @param values the vector; it is copied, and divided by its length if the similarity is cosine
   * @throws InvalidInputException when it has other dimensions, a value that is not of −10^15 to
   *     10^15, or only zeros where the score is a cosine
   */
  public static DenseQuery of(DenseFieldSpec field, float[] values) {
    return of(field, values, KernelProvider.current().newDenseKernel());
  }

  /**
   * Prepares a query with a given kernel, by which tests and benchmarks compare kernels.
   *
   * @param field the field that is asked
   * @param values as above
   * @param kernel computes the inner products; used by no other thread
   * @throws InvalidInputException as above
   */
  public static DenseQuery of(DenseFieldSpec field, float[] values, DenseKernel kernel) {
    check(field, values);
    return new DenseQuery(
        field.type(),
        DenseValues.normalized(what(field), field.type(), values),
        new int[0],
        kernel);
  }

  /**
   * Checks a query without preparing it.
   *
   * @param field the field that is asked
   * @param values the vector
   * @throws InvalidInputException as for {@link #of(DenseFieldSpec, float[])}
   */
  public static void check(DenseFieldSpec field, float[] values) {
    if (!field.type().storage().isOfValues()) {
      throw new InvalidInputException(
          what(field), "a vector of values", field.type().storage().wanted());
    }
    DenseValues.check(what(field), field.type(), values);
    DenseValues.checkDirection(what(field), field.type(), values);
  }

  private static String what(DenseFieldSpec field) {
    return "query of dense field '" + field.name() + "'";
  }

  /**
   * Prepares a query of a field that stores {@link DenseStorage#SLICES} or {@link
   * DenseStorage#HASHED}.
   *
   * @param field the field that is asked
   * @param vector a sparse vector, which is densified or hashed as those of documents are
   * @param kernel computes the inner products; used by no other thread
   * @throws InvalidInputException when a weight is too large, or when the field stores something
   *     else
   */
  public static DenseQuery ofSparse(DenseFieldSpec field, SparseVector vector, DenseKernel kernel) {
    checkSparse(field, vector);
    if (field.type().storage() == DenseStorage.HASHED) {
      int length = field.type().rowBytes() / Long.BYTES;
      return new DenseQuery(
          field.type(), HashedVector.of(vector, field.type().dimensions(), length), kernel);
    }
    SlicedVector sliced = SlicedVector.of(vector, field.type().dimensions());
    return new DenseQuery(field.type(), sliced.weights(), sliced.indexes(), kernel);
  }

  /**
   * Checks a query for {@link #ofSparse} without preparing it.
   *
   * @param field the field that is asked
   * @param vector a sparse vector
   * @throws InvalidInputException as for {@link #ofSparse}
   */
  public static void checkSparse(DenseFieldSpec field, SparseVector vector) {
    if (!field.type().storage().isOfSparse()) {
      throw new InvalidInputException(
          what(field), "a sparse vector", field.type().storage().wanted());
    }
    DenseValues.check(what(field), vector);
  }

  /**
   * Copies the values into a block of queries; see {@link DenseKernel#dotBlock}.
   *
   * @param block the block
   * @param number the number of this query; its place in the block is this modulo the length
   */
  void copyTo(float[] block, int number) {
    for (int i = 0; i < values.length; i++) {
      block[i * DenseKernel.BLOCK_LENGTH + number % DenseKernel.BLOCK_LENGTH] = values[i];
    }
  }

  /** Returns what the vectors of its field are. */
  public DenseType type() {
    return type;
  }

  /** Returns its Euclidean length; 1 under the cosine, but for rounding. */
  public double norm() {
    return norm;
  }

  /** Returns a copy of its values, divided by its length under the cosine. */
  public float[] toFloats() {
    return Arrays.copyOf(values, type.dimensions());
  }

  /**
   * Returns the score of a row.
   *
   * @param memory the memory of the row; 64 bytes after it may be read
   * @param offset where the row begins, in bytes
   * @param scale the scale of the row; ignored where vectors have none
   */
  public float score(MemorySegment memory, long offset, float scale) {
    return switch (type.storage()) {
      case F32 -> kernel.dotF32(memory, offset, values, values.length);
      case F16 -> kernel.dotF16(memory, offset, values, values.length);
      case INT8 -> ofLevels(kernel.dotInt8(memory, offset, levels, levels.length), scale);
      case BINARY -> type.dimensions() - 2 * kernel.unequalBits(memory, offset, bits, bits.length);
      case SLICES ->
          ofLevels(kernel.dotSlices(memory, offset, levels, indexes, levels.length), scale);
      case HASHED -> kernel.commonBits(memory, offset, bits, bits.length);
      case TERMS, KEYED_F32, KEYED_F16 -> throw new AssertionError(type);
    };
  }

  /**
   * Returns the score of a document of a block, the largest one of its rows.
   *
   * @param block where its rows are
   * @param index which document, 0 to the size of the block − 1
   * @return NaN if it has no row
   */
  public float score(RowBlock block, int index) {
    return block.count(index) == 1
        ? score(block.rows(index), block.offset(index), scale(block, index, 0))
        : largest(block, index);
  }

  private float largest(RowBlock block, int index) {
    int count = block.count(index);
    float best = count == 0 ? Float.NaN : Float.NEGATIVE_INFINITY;
    for (int row = 0; row < count; row++) {
      long offset = block.offset(index) + (long) rowBytes * row;
      best = Math.max(best, score(block.rows(index), offset, scale(block, index, row)));
    }
    return best;
  }

  private float scale(RowBlock block, int index, int row) {
    return type.hasScales()
        ? block
            .scales(index)
            .get(FileLayout.F32, block.scalesOffset(index) + (long) Float.BYTES * row)
        : 1;
  }

  /**
   * Scores all documents of a block. The loops of singles and halves have nothing but the kernel,
   * so that the processor loads the next rows while it multiplies one: with {@link #score} for each
   * document, rows that are not in the cache take half as long again.
   *
   * @param block where the rows are
   * @param scores receives the scores; NaN for a document without a row
   * @param from where the first score is put
   */
  public void scores(RowBlock block, double[] scores, int from) {
    switch (type.storage()) {
      case F32 -> {
        for (int i = 0; i < block.size(); i++) {
          scores[from + i] =
              block.count(i) == 1
                  ? kernel.dotF32(block.rows(i), block.offset(i), values, values.length)
                  : largest(block, i);
        }
      }
      case F16 -> {
        for (int i = 0; i < block.size(); i++) {
          scores[from + i] =
              block.count(i) == 1
                  ? kernel.dotF16(block.rows(i), block.offset(i), values, values.length)
                  : largest(block, i);
        }
      }
      case INT8 -> {
        for (int i = 0; i < block.size(); i++) {
          scores[from + i] =
              block.count(i) == 1
                  ? ofLevels(
                      kernel.dotInt8(block.rows(i), block.offset(i), levels, levels.length),
                      scale(block, i, 0))
                  : largest(block, i);
        }
      }
      case BINARY, SLICES, HASHED -> {
        for (int i = 0; i < block.size(); i++) {
          scores[from + i] = score(block, i);
        }
      }
      case TERMS, KEYED_F32, KEYED_F16 -> throw new AssertionError(type);
    }
  }

  private float ofLevels(int sum, float scale) {
    return (float) (sum * (scale * step));
  }

  /**
   * Scores rows that follow one another.
   *
   * @param memory the memory of the rows; 64 bytes after the last one may be read
   * @param offset where the first row begins, in bytes
   * @param scales the memory of the scales of the rows; ignored where vectors have none
   * @param scalesOffset where the first scale is, in bytes
   * @param count how many rows, 0 to {@link #RUN_LENGTH}
   * @param scores receives {@code count} scores, each with the bits of {@link #score}
   */
  public void scores(
      MemorySegment memory,
      long offset,
      MemorySegment scales,
      long scalesOffset,
      int count,
      double[] scores) {
    switch (type.storage()) {
      case BINARY -> {
        kernel.unequalBits(memory, offset, bits, bits.length, count, unequal);
        for (int i = 0; i < count; i++) {
          scores[i] = type.dimensions() - 2 * unequal[i];
        }
      }
      case F32 -> {
        for (int i = 0; i < count; i++) {
          scores[i] = kernel.dotF32(memory, offset + (long) i * rowBytes, values, values.length);
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          scores[i] = kernel.dotF16(memory, offset + (long) i * rowBytes, values, values.length);
        }
      }
      case INT8 -> {
        for (int i = 0; i < count; i++) {
          float scale = scales.get(FileLayout.F32, scalesOffset + (long) Float.BYTES * i);
          long at = offset + (long) i * rowBytes;
          scores[i] = ofLevels(kernel.dotInt8(memory, at, levels, levels.length), scale);
        }
      }
      case HASHED -> {
        for (int i = 0; i < count; i++) {
          scores[i] = kernel.commonBits(memory, offset + (long) i * rowBytes, bits, bits.length);
        }
      }
      case SLICES -> {
        for (int i = 0; i < count; i++) {
          float scale = scales.get(FileLayout.F32, scalesOffset + (long) Float.BYTES * i);
          scores[i] = score(memory, offset + (long) i * rowBytes, scale);
        }
      }
      case TERMS, KEYED_F32, KEYED_F16 -> throw new AssertionError(type);
    }
  }

  /**
   * Scores rows in any order. The loops have nothing but the kernel, as those of {@link
   * #scores(RowBlock, double[], int)}, for the same reason.
   *
   * @param memory the memory of the rows; 64 bytes after the last one may be read
   * @param offset where the row 0 is, in bytes
   * @param scales the memory of the scales of the rows; ignored where vectors have none
   * @param scalesOffset where the scale of the row 0 is, in bytes
   * @param numbers the numbers of the rows
   * @param count how many of them
   * @param scores receives {@code count} scores, each with the bits of {@link #score}
   */
  public void scores(
      MemorySegment memory,
      long offset,
      MemorySegment scales,
      long scalesOffset,
      int[] numbers,
      int count,
      float[] scores) {
    switch (type.storage()) {
      case F32 -> {
        for (int i = 0; i < count; i++) {
          long at = offset + (long) numbers[i] * rowBytes;
          scores[i] = kernel.dotF32(memory, at, values, values.length);
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          long at = offset + (long) numbers[i] * rowBytes;
          scores[i] = kernel.dotF16(memory, at, values, values.length);
        }
      }
      case INT8 -> {
        for (int i = 0; i < count; i++) {
          float scale = scales.get(FileLayout.F32, scalesOffset + (long) Float.BYTES * numbers[i]);
          long at = offset + (long) numbers[i] * rowBytes;
          scores[i] = ofLevels(kernel.dotInt8(memory, at, levels, levels.length), scale);
        }
      }
      case BINARY -> {
        for (int i = 0; i < count; i++) {
          scores[i] = score(memory, offset + (long) numbers[i] * rowBytes, 1);
        }
      }
      case SLICES, HASHED, TERMS, KEYED_F32, KEYED_F16 -> throw new AssertionError(type);
    }
  }
}
