package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.format.v2.FormatV2;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The vectors that one document has of one dense field, in their stored form. Their order counts.
 *
 * <p>Immutable; safe to share.
 */
public final class DenseVectors {
  private final DenseType type;
  private final int count;

  /** The values of all vectors without gaps, little-endian. */
  private final byte[] values;

  /** The scale of each vector; empty if vectors have none. */
  private final float[] scales;

  private DenseVectors(DenseType type, int count, byte[] values, float[] scales) {
    this.type = type;
    this.count = count;
    this.values = values;
    this.scales = scales;
  }

  /** Rounds the vectors of a document to their stored form. Used by one thread. */
  static final class Builder {
    private final DenseType type;
    private final ByteBuffer values;
    private final float[] scales;
    private int count;

    Builder(DenseType type, int count) {
      this.type = type;
      this.values =
          ByteBuffer.allocate(Math.multiplyExact(count, type.vectorBytes()))
              .order(ByteOrder.LITTLE_ENDIAN);
      this.scales = new float[type.hasScales() ? count : 0];
    }

    void add(String what, float[] given) {
      DenseValues.check(what, type, given);
      float[] vector = DenseValues.normalized(what, type, given);
      switch (type.storage()) {
        case F32 -> {
          for (float value : vector) {
            values.putFloat(value);
          }
        }
        case F16 -> {
          for (int i = 0; i < vector.length; i++) {
            values.putShort(f16(what, i, vector[i]));
          }
        }
        case INT8 -> addBytes(vector);
      }
      count++;
    }

    private static short f16(String what, int index, float value) {
      short bits = Float.floatToFloat16(value);
      if (Float.isInfinite(Float.float16ToFloat(bits))) {
        throw new InvalidInputException(
            what + "[" + index + "]", value, "-65,504 to 65,504, since it is stored as f16");
      }
      return bits;
    }

    private void addBytes(float[] vector) {
      float max = 0;
      for (float value : vector) {
        max = Math.max(max, Math.abs(value));
      }
      float scale = max / DenseLayout.INT8_MAX;
      scales[count] = scale;
      for (float value : vector) {
        // The smallest numbers have no scale and are stored as 0.
        double steps = scale == 0 ? 0 : Math.rint((double) value / scale);
        values.put((byte) Math.max(-DenseLayout.INT8_MAX, Math.min(DenseLayout.INT8_MAX, steps)));
      }
    }

    DenseVectors build() {
      return new DenseVectors(type, count, values.array(), scales);
    }
  }

  /**
   * Returns vectors that are in their stored form already, as a log or a segment has them.
   *
   * @param type what they are
   * @param count how many there are, 1 to 1,024
   * @param values the values of all vectors without gaps, little-endian; owned by the result
   * @param scales the scale of each vector, or none if vectors have no scales; owned by the result
   * @throws InvalidInputException when the lengths do not fit
   */
  public static DenseVectors ofStored(DenseType type, int count, byte[] values, float[] scales) {
    Ranges.check("dense vectors", count, 1, FormatV2.DENSE_DOCUMENT_VECTOR_COUNT_MAX);
    Ranges.check("scales of dense vectors", scales.length, 0, type.hasScales() ? count : 0);
    if (values.length != (long) count * type.vectorBytes()
        || scales.length != (type.hasScales() ? count : 0)) {
      throw new InvalidInputException(
          "bytes of dense vectors", values.length, "those of " + count + " vectors of " + type);
    }
    return new DenseVectors(type, count, values, scales);
  }

  /**
   * Checks that all values are in the range that {@link DenseFieldSpec#vectors} lets pass, for
   * vectors of a source that may be wrong.
   *
   * @param what what they are, for the message
   * @throws InvalidInputException when a value is out of its range or not a number
   */
  public void checkValues(String what) {
    for (int vector = 0; vector < count; vector++) {
      DenseValues.check(what, type, toFloats(vector));
    }
  }

  /** Returns what the vectors are. */
  public DenseType type() {
    return type;
  }

  /** Returns the number of vectors, 1 to 1,024. */
  public int count() {
    return count;
  }

  /** Returns the bytes that values and scales take in the log. */
  public long lengthBytes() {
    return values.length + (long) Float.BYTES * scales.length;
  }

  /**
   * Returns the scale of a vector.
   *
   * @param vector 0 to {@link #count} − 1
   * @return 0 or more; 1 if vectors have no scales
   */
  public float scale(int vector) {
    return type.hasScales() ? scales[vector] : 1;
  }

  /** Returns a copy of the values of all vectors, without gaps, little-endian. */
  public byte[] storedValues() {
    return values.clone();
  }

  /**
   * Copies the values of a vector to the beginning of a row.
   *
   * @param vector 0 to {@link #count} − 1
   * @param row receives {@link DenseType#vectorBytes} bytes; the others stay
   */
  public void copyValues(int vector, byte[] row) {
    System.arraycopy(values, vector * type.vectorBytes(), row, 0, type.vectorBytes());
  }

  /**
   * Returns the values of a vector as numbers: those that scores are computed with.
   *
   * @param vector 0 to {@link #count} − 1
   * @return the values; owned by the caller
   */
  public float[] toFloats(int vector) {
    ByteBuffer in =
        ByteBuffer.wrap(values, vector * type.vectorBytes(), type.vectorBytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    float[] floats = new float[type.dimensions()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] =
          switch (type.storage()) {
            case F32 -> in.getFloat();
            case F16 -> Float.float16ToFloat(in.getShort());
            case INT8 -> in.get() * scales[vector];
          };
    }
    return floats;
  }

  /**
   * Returns the largest Euclidean length of a vector, as it is stored, rounded up to a float.
   *
   * @return 0 or more, and never less than the length
   */
  public float normMax() {
    double max = 0;
    for (int vector = 0; vector < count; vector++) {
      max = Math.max(max, DenseValues.norm(toFloats(vector)));
    }
    return roundedUp(max);
  }

  /**
   * Returns the smallest float that is not below a number.
   *
   * @param number 0 or more
   */
  public static float roundedUp(double number) {
    float rounded = (float) number;
    return rounded < number ? Math.nextUp(rounded) : rounded;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DenseVectors vectors
        && type.equals(vectors.type)
        && count == vectors.count
        && Arrays.equals(values, vectors.values)
        && Arrays.equals(scales, vectors.scales);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(values) + type.hashCode();
  }

  @Override
  public String toString() {
    return count + " vectors of " + type;
  }
}
