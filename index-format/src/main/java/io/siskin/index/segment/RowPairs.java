package io.siskin.index.segment;

import io.siskin.index.dense.DenseType;
import io.siskin.index.format.FileLayout;
import io.siskin.index.kernel.DenseKernel;
import io.siskin.index.kernel.KernelProvider;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The inner products of the vectors of a dense field with one of them, as they are stored: what a
 * graph of neighbours is built by. They have the same bits on every machine.
 *
 * <p>Used by one thread at a time. The caller keeps the file mapped.
 */
public final class RowPairs {
  private final MappedDenseField field;
  private final DenseType type;
  private final DenseKernel kernel = KernelProvider.current().newDenseKernel();
  private final MemorySegment rows;
  private final float[] values;
  private final int[] levels;
  private final long[] bits;
  private double scale = 1;

  /**
   * Makes an object without a first row.
   *
   * @param field a field that stores values
   */
  public RowPairs(MappedDenseField field) {
    this.field = field;
    this.type = field.type();
    this.rows = field.values();
    this.values = new float[type.rowValues()];
    this.levels = new int[type.rowValues()];
    this.bits = new long[type.rowBytes() / Long.BYTES];
  }

  /** Returns the number of rows of the field. */
  public int rowCount() {
    return field.vectorCount();
  }

  /**
   * Chooses the row that others are compared with.
   *
   * @param row its number, 0 to {@link #rowCount} − 1
   */
  public void setRow(int row) {
    long offset = field.rowOffset(row);
    switch (type.storage()) {
      case F32 ->
          MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT, offset, values, 0, values.length);
      case F16 -> kernel.widenF16(rows, offset, values, values.length);
      case INT8 -> {
        for (int i = 0; i < levels.length; i++) {
          levels[i] = rows.get(FileLayout.U8, offset + i);
        }
        scale = field.scale(row);
      }
      case BINARY -> MemorySegment.copy(rows, ValueLayout.JAVA_LONG, offset, bits, 0, bits.length);
      case TERMS, SLICES, KEYED_F32, KEYED_F16, HASHED -> throw new AssertionError(type);
    }
  }

  /**
   * Computes the inner products of some rows with the chosen one.
   *
   * @param numbers the numbers of the rows
   * @param count how many of them
   * @param products receives as many inner products
   */
  public void products(int[] numbers, int count, float[] products) {
    for (int i = 0; i < count; i++) {
      products[i] = product(numbers[i]);
    }
  }

  /**
   * Returns the inner product of a row with the chosen one.
   *
   * @param row its number, 0 to {@link #rowCount} − 1
   */
  public float product(int row) {
    long offset = field.rowOffset(row);
    return switch (type.storage()) {
      case F32 -> kernel.dotF32(rows, offset, values, values.length);
      case F16 -> kernel.dotF16(rows, offset, values, values.length);
      case INT8 ->
          (float)
              (kernel.dotInt8(rows, offset, levels, levels.length) * (scale * field.scale(row)));
      case BINARY -> type.dimensions() - 2 * kernel.unequalBits(rows, offset, bits, bits.length);
      case TERMS, SLICES, KEYED_F32, KEYED_F16, HASHED -> throw new AssertionError(type);
    };
  }
}
