package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
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

  private final DenseType type;
  private final DenseKernel kernel;
  private final float[] values;
  private final int[] levels;
  private final int[] indexes;
  private final long[] bits;
  private final double step;
  private final double norm;

  private DenseQuery(DenseType type, float[] query, int[] indexes, DenseKernel kernel) {
    this.type = type;
    this.kernel = kernel;
    this.indexes = indexes;
    boolean isBinary = type.storage() == DenseStorage.BINARY;
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
    String what = "query of dense field '" + field.name() + "'";
    if (!field.type().storage().isOfValues()) {
      throw new InvalidInputException(what, "a vector of values", field.type().storage().wanted());
    }
    DenseValues.check(what, field.type(), values);
    return new DenseQuery(
        field.type(), DenseValues.normalized(what, field.type(), values), new int[0], kernel);
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
    String what = "query of dense field '" + field.name() + "'";
    if (!field.type().storage().isOfSparse()) {
      throw new InvalidInputException(what, "a sparse vector", field.type().storage().wanted());
    }
    DenseValues.check(what, vector);
    if (field.type().storage() == DenseStorage.HASHED) {
      int length = field.type().rowBytes() / Long.BYTES;
      return new DenseQuery(
          field.type(), HashedVector.of(vector, field.type().dimensions(), length), kernel);
    }
    SlicedVector sliced = SlicedVector.of(vector, field.type().dimensions());
    return new DenseQuery(field.type(), sliced.weights(), sliced.indexes(), kernel);
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
      case INT8 -> (float) (kernel.dotInt8(memory, offset, levels, levels.length) * (scale * step));
      case BINARY -> type.dimensions() - 2 * kernel.unequalBits(memory, offset, bits, bits.length);
      case SLICES ->
          (float)
              (kernel.dotSlices(memory, offset, levels, indexes, levels.length) * (scale * step));
      case HASHED -> kernel.commonBits(memory, offset, bits, bits.length);
      case TERMS, KEYED_F32, KEYED_F16 -> throw new AssertionError(type);
    };
  }
}
