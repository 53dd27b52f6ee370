package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.kernel.DenseKernel;
import io.siskin.index.kernel.KernelProvider;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A query of a dense field, prepared for the kernels.
 *
 * <p>For vectors of floats it holds the values as they are. For vectors of bytes it holds whole
 * numbers, {@code 2^e} times the values. Their sum is so bounded that an inner product fits an int,
 * which makes the sum exact. The step of {@code 2^−e} is about as fine as the one of a float.
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
  private final double step;
  private final double norm;

  private DenseQuery(DenseType type, float[] query, DenseKernel kernel) {
    this.type = type;
    this.kernel = kernel;
    this.norm = DenseValues.norm(query);
    this.values = Arrays.copyOf(query, type.rowValues());
    if (type.storage() == DenseStorage.INT8) {
      int exponent = exponent(query);
      this.step = Math.scalb(1.0, -exponent);
      this.levels = new int[type.rowValues()];
      for (int i = 0; i < query.length; i++) {
        levels[i] = (int) Math.rint(Math.scalb((double) query[i], exponent));
      }
    } else {
      this.step = 1;
      this.levels = new int[0];
    }
  }

  /** Returns the largest exponent whose whole numbers stay below their largest sum. */
  private static int exponent(float[] query) {
    double sum = 0;
    for (float value : query) {
      sum += Math.abs(value);
    }
    // Rounding adds less than 1 for each dimension.
    return sum == 0 ? 0 : Math.getExponent((LEVEL_SUM_MAX - FormatV2.DENSE_DIMENSIONS_MAX) / sum);
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
    DenseValues.check(what, field.type(), values);
    return new DenseQuery(field.type(), DenseValues.normalized(what, field.type(), values), kernel);
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
    };
  }
}
