package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
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

  /**
   * What stands beside each vector: its key, or the bits of its scale; empty if there is neither.
   */
  private final int[] marks;

  private DenseVectors(DenseType type, int count, byte[] values, int[] marks) {
    this.type = type;
    this.count = count;
    this.values = values;
    this.marks = marks;
  }

  /** Rounds the vectors of a document to their stored form. Used by one thread. */
  static final class Builder {
    private final DenseType type;
    private final ByteBuffer values;
    private final int[] marks;
    private int count;

    Builder(DenseType type, int count) {
      this.type = type;
      this.values =
          ByteBuffer.allocate(Math.multiplyExact(count, type.vectorBytes()))
              .order(ByteOrder.LITTLE_ENDIAN);
      this.marks = new int[type.hasMarks() ? count : 0];
    }

    void add(String what, float[] given) {
      DenseValues.check(what, type, given);
      float[] vector = DenseValues.normalized(what, type, given);
      switch (type.storage()) {
        case F32, KEYED_F32 -> {
          for (float value : vector) {
            values.putFloat(value);
          }
        }
        case F16, KEYED_F16 -> {
          for (int i = 0; i < vector.length; i++) {
            values.putShort(f16(what, i, vector[i]));
          }
        }
        case INT8 -> addBytes(vector);
        case BINARY -> addBits(vector);
        case TERMS, SLICES, HASHED -> throw new AssertionError(type);
      }
      count++;
    }

    /** Adds a vector with a key, which is not below the key before. */
    void addKeyed(String what, int key, float[] given) {
      marks[count] = key;
      add(what, given);
    }

    /** Adds a sparse vector by the hashes of its terms. */
    void addHashed(SparseVector vector) {
      int start = values.position();
      int bytes = type.vectorBytes();
      int length = (bytes + Long.BYTES - 1) / Long.BYTES;
      long[] bits = HashedVector.of(vector, type.dimensions(), length);
      for (int i = 0; i < bytes; i++) {
        int shift = Byte.SIZE * (i % Long.BYTES);
        values.put(start + i, (byte) (bits[i / Long.BYTES] >>> shift));
      }
      values.position(start + bytes);
      count++;
    }

    private void addBits(float[] vector) {
      for (int first = 0; first < vector.length; first += Byte.SIZE) {
        int bits = 0;
        for (int i = first; i < Math.min(first + Byte.SIZE, vector.length); i++) {
          bits |= vector[i] > 0 ? 1 << (i - first) : 0;
        }
        values.put((byte) bits);
      }
    }

    /** Adds the heaviest terms of the vector of a token. Those that round to 0 are left out. */
    void addTerms(String what, SparseVector vector) {
      DenseValues.check(what, vector);
      PrunedTerms terms = PrunedTerms.of(vector, type.dimensions());
      float scale = takeScale(terms.weights());
      int start = values.position();
      int kept = 0;
      for (int i = 0; i < terms.numbers().length; i++) {
        byte steps = steps(terms.weights()[i], scale);
        if (steps != 0) {
          values.putInt(start + Integer.BYTES * kept, terms.numbers()[i]);
          values.put(start + Integer.BYTES * type.dimensions() + kept, steps);
          kept++;
        }
      }
      values.position(start + type.vectorBytes());
      count++;
    }

    /** Adds a sparse vector by its slices. A slice whose weight rounds to 0 is empty. */
    void addSlices(String what, SparseVector vector) {
      DenseValues.check(what, vector);
      SlicedVector sliced = SlicedVector.of(vector, type.dimensions());
      float scale = takeScale(sliced.weights());
      int start = values.position();
      for (int slice = 0; slice < type.dimensions(); slice++) {
        byte steps = steps(sliced.weights()[slice], scale);
        values.put(start + slice, steps);
        values.putShort(
            start + type.dimensions() + Short.BYTES * slice,
            (short) (steps == 0 ? 0 : sliced.indexes()[slice]));
      }
      values.position(start + type.vectorBytes());
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
      float scale = takeScale(vector);
      for (float value : vector) {
        values.put(steps(value, scale));
      }
    }

    /** Returns the scale of the vector that is added, and keeps it. */
    private float takeScale(float[] vector) {
      float max = 0;
      for (float value : vector) {
        max = Math.max(max, Math.abs(value));
      }
      float scale = max / DenseLayout.INT8_MAX;
      marks[count] = Float.floatToRawIntBits(scale);
      return scale;
    }

    private static byte steps(float value, float scale) {
      // The smallest numbers have no scale and are stored as 0.
      double steps = scale == 0 ? 0 : Math.rint((double) value / scale);
      return (byte) Math.max(-DenseLayout.INT8_MAX, Math.min(DenseLayout.INT8_MAX, steps));
    }

    DenseVectors build() {
      return new DenseVectors(type, count, values.array(), marks);
    }
  }

  /**
   * Returns vectors that are in their stored form already, as a log or a segment has them.
   *
   * @param type what they are
   * @param count how many there are, 1 to 1,024
   * @param values the values of all vectors without gaps, little-endian; owned by the result
   * @param marks the {@link #mark} of each vector, or none if vectors have none; owned by the
   *     result
   * @throws InvalidInputException when the lengths do not fit
   */
  public static DenseVectors ofStored(DenseType type, int count, byte[] values, int[] marks) {
    Ranges.check("dense vectors", count, 1, FormatV2.DENSE_DOCUMENT_VECTOR_COUNT_MAX);
    int marksMax = type.hasMarks() ? count : 0;
    Ranges.check("scales or keys of dense vectors", marks.length, 0, marksMax);
    if (values.length != (long) count * type.vectorBytes() || marks.length != marksMax) {
      throw new InvalidInputException(
          "bytes of dense vectors", values.length, "those of " + count + " vectors of " + type);
    }
    return new DenseVectors(type, count, values, marks);
  }

  /**
   * Checks that all values are in the range that {@link DenseFieldSpec#vectors} lets pass, and that
   * keys ascend, for vectors of a source that may be wrong.
   *
   * @param what what they are, for the message
   * @throws InvalidInputException when a value is out of its range or not a number, or when a key
   *     is below the one before
   */
  public void checkValues(String what) {
    for (int vector = 1; vector < count && type.hasKeys(); vector++) {
      if (Integer.compareUnsigned(marks[vector - 1], marks[vector]) > 0) {
        throw new InvalidInputException(
            what + ", key of vector " + vector,
            Integer.toUnsignedString(marks[vector]),
            "at least " + Integer.toUnsignedString(marks[vector - 1]) + ", that of the one before");
      }
    }
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

  /** Returns the bytes that values, scales and keys take in the log. */
  public long lengthBytes() {
    return values.length + (long) Integer.BYTES * marks.length;
  }

  /**
   * Returns the four bytes that stand beside a vector: its key, or the bits of its scale.
   *
   * @param vector 0 to {@link #count} − 1
   * @return 0 if the type has neither
   */
  public int mark(int vector) {
    return type.hasMarks() ? marks[vector] : 0;
  }

  /**
   * Returns the key of a vector, for a field that stores keys.
   *
   * @param vector 0 to {@link #count} − 1
   */
  public int key(int vector) {
    assert type.hasKeys() : type;
    return marks[vector];
  }

  /**
   * Returns the scale of a vector.
   *
   * @param vector 0 to {@link #count} − 1
   * @return 0 or more; 1 if vectors have no scales
   */
  public float scale(int vector) {
    return type.hasScales() ? Float.intBitsToFloat(marks[vector]) : 1;
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
   * Returns the values of a vector as numbers: those that scores are computed with. Bits are 1 and
   * −1, those of hashed terms are 1 and 0, and terms and slices are their weights.
   *
   * @param vector 0 to {@link #count} − 1
   * @return the values; owned by the caller
   */
  public float[] toFloats(int vector) {
    ByteBuffer in =
        ByteBuffer.wrap(values, vector * type.vectorBytes(), type.vectorBytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    float[] floats = new float[type.dimensions()];
    int start = in.position();
    float scale = scale(vector);
    for (int i = 0; i < floats.length; i++) {
      floats[i] =
          switch (type.storage()) {
            case F32, KEYED_F32 -> in.getFloat();
            case F16, KEYED_F16 -> Float.float16ToFloat(in.getShort());
            case INT8, SLICES -> in.get() * scale;
            case BINARY -> bit(in, start, i) == 1 ? 1 : -1;
            case HASHED -> bit(in, start, i);
            case TERMS -> in.get(start + Integer.BYTES * type.dimensions() + i) * scale;
          };
    }
    return floats;
  }

  private static int bit(ByteBuffer in, int start, int number) {
    return in.get(start + number / Byte.SIZE) >> number % Byte.SIZE & 1;
  }

  /**
   * Returns the sparse vector of a token, for a field that stores {@link DenseStorage#TERMS}. It
   * has the numbers of the terms, see {@link TermNumbers}.
   *
   * @param vector 0 to {@link #count} − 1
   */
  public TermIdVector toTerms(int vector) {
    ByteBuffer in =
        ByteBuffer.wrap(values, vector * type.vectorBytes(), type.vectorBytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    float[] weights = toFloats(vector);
    int kept = 0;
    while (kept < weights.length && weights[kept] != 0) {
      kept++;
    }
    int[] numbers = new int[kept];
    for (int i = 0; i < kept; i++) {
      numbers[i] = in.getInt();
    }
    return TermIdVector.of(numbers, Arrays.copyOf(weights, kept));
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
        && Arrays.equals(marks, vectors.marks);
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
