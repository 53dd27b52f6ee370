package io.siskin.index.inspect;

import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.segment.MappedDenseField;
import io.siskin.index.segment.Segment;
import java.lang.foreign.MemorySegment;

/**
 * The part of the deep verification that reads {@code dense.dat}. It checks that values are finite,
 * that zeros follow them in their rows, that vectors of a cosine have the length 1, and that the
 * stored largest norm is the largest one. It cannot check the values themselves, because they are
 * not stored anywhere else.
 */
final class DenseVerifier {
  private static final FileKind FILE = FileKind.DENSE;

  /** How far a length may be from 1, by storage: what rounding 4,096 values may do at most. */
  private static final double F32_TOLERANCE = 1e-4;

  private static final double F16_TOLERANCE = 2e-3;
  private static final double INT8_TOLERANCE = 0.3;

  private final MappedDenseField field;
  private final Findings findings;

  private DenseVerifier(MappedDenseField field, Findings findings) {
    this.field = field;
    this.findings = findings;
  }

  static void verify(Segment segment, Findings findings) {
    for (MappedDenseField field : segment.denseFacts()) {
      try {
        new DenseVerifier(field, findings).verify();
      } catch (IndexOutOfBoundsException broken) {
        findings.broken(FILE, "dense field " + field.name(), broken);
      }
    }
  }

  private void verify() {
    float normMax = 0;
    for (int row = 0; row < field.vectorCount(); row++) {
      double norm = norm(row);
      normMax = Math.max(normMax, DenseVectors.roundedUp(norm));
      verifyPlaces(row);
      int number = row;
      findings.expect(
          field.type().similarity() == DenseSimilarity.DOT || Math.abs(norm - 1) <= tolerance(),
          FILE,
          () -> "dense field " + field.name() + ", length of vector " + number,
          1,
          norm);
      verifyEnd(row);
    }
    findings.expect(
        normMax == field.normMax(),
        FILE,
        () -> "dense field " + field.name() + ", largest norm",
        normMax,
        field.normMax());
  }

  private double tolerance() {
    return switch (field.type().storage()) {
      case F32, KEYED_F32 -> F32_TOLERANCE;
      case F16, KEYED_F16 -> F16_TOLERANCE;
      case INT8 -> INT8_TOLERANCE;
      // They have no cosine.
      case BINARY, TERMS, SLICES, HASHED -> 0;
    };
  }

  /** Returns the length of a vector, in the order in which a build computes it. */
  private double norm(int row) {
    MemorySegment bytes = field.row(row);
    float scale = field.scale(row);
    double sum = 0;
    for (int i = 0; i < field.dimensions(); i++) {
      int index = i;
      float value = value(bytes, i, scale);
      findings.expect(
          Float.isFinite(value)
              && (!field.type().hasScales() || bytes.get(FileLayout.U8, at(i)) != Byte.MIN_VALUE),
          FILE,
          () -> "dense field " + field.name() + ", value " + index + " of vector " + row,
          "a finite number, and no byte of -128",
          value);
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  /** Returns where the byte of a value is in a row, for fields of bytes. */
  private long at(int index) {
    return field.type().storage() == DenseStorage.TERMS
        ? (long) Integer.BYTES * field.dimensions() + index
        : index;
  }

  /**
   * Checks what is beside the values: that numbers of terms ascend, that what has the weight 0 is
   * 0, that no weight is below 0, and that no bit is set after the last dimension.
   */
  private void verifyPlaces(int row) {
    MemorySegment bytes = field.row(row);
    switch (field.type().storage()) {
      case F32, F16, INT8, KEYED_F32, KEYED_F16 -> {
        // They have values only; keys were checked when the file was opened.
      }
      case BINARY, HASHED -> {
        int last = bytes.get(FileLayout.U8, field.type().vectorBytes() - 1) & 0xFF;
        int used = (field.dimensions() - 1) % Byte.SIZE + 1;
        expectZero(row, field.dimensions(), last >>> used);
      }
      case TERMS -> {
        for (int i = 0; i < field.dimensions(); i++) {
          int number = bytes.get(FileLayout.U32, (long) Integer.BYTES * i);
          int before = i == 0 ? 0 : bytes.get(FileLayout.U32, (long) Integer.BYTES * (i - 1));
          byte weight = bytes.get(FileLayout.U8, at(i));
          boolean follows = i == 0 || bytes.get(FileLayout.U8, at(i - 1)) > 0;
          boolean ascends = i == 0 || Integer.compareUnsigned(before, number) < 0;
          expectPlace(row, i, weight == 0 ? number == 0 : weight > 0 && follows && ascends);
        }
      }
      case SLICES -> {
        for (int i = 0; i < field.dimensions(); i++) {
          int index = bytes.get(FileLayout.U16, field.dimensions() + (long) Short.BYTES * i);
          byte weight = bytes.get(FileLayout.U8, i);
          expectPlace(row, i, weight > 0 || (weight == 0 && index == 0));
        }
      }
    }
  }

  private void expectPlace(int row, int place, boolean isRight) {
    findings.expect(
        isRight,
        FILE,
        () -> "dense field " + field.name() + ", place " + place + " of vector " + row,
        "a weight above 0 in its order, or zeros",
        "something else");
  }

  private void expectZero(int row, int place, int found) {
    findings.expect(
        found == 0,
        FILE,
        () -> "dense field " + field.name() + ", bits of vector " + row + " from " + place,
        0,
        found);
  }

  private float value(MemorySegment bytes, int index, float scale) {
    return switch (field.type().storage()) {
      case F32, KEYED_F32 -> bytes.get(FileLayout.F32, (long) Float.BYTES * index);
      case F16, KEYED_F16 ->
          Float.float16ToFloat(bytes.get(FileLayout.U16, (long) Short.BYTES * index));
      case INT8, TERMS, SLICES -> bytes.get(FileLayout.U8, at(index)) * scale;
      case BINARY -> bit(bytes, index) == 1 ? 1 : -1;
      case HASHED -> bit(bytes, index);
    };
  }

  private static int bit(MemorySegment bytes, int index) {
    return bytes.get(FileLayout.U8, index / Byte.SIZE) >> index % Byte.SIZE & 1;
  }

  private void verifyEnd(int row) {
    MemorySegment bytes = field.row(row);
    for (long at = field.type().vectorBytes(); at < bytes.byteSize(); at++) {
      long offset = at;
      byte found = bytes.get(FileLayout.U8, at);
      findings.expect(
          found == 0,
          FILE,
          () -> "dense field " + field.name() + ", vector " + row + ", padding at " + offset,
          0,
          found);
    }
  }
}
