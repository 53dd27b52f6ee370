package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of NumPy: right ones of all versions and types, wrong ones, and damaged ones. */
public final class NpySourceTest {
  private static final String HEADER =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

  @TempDir private Path folder;

  /** Returns a file as NumPy writes it: the header is padded, and ends with a line break. */
  public static byte[] file(int version, String header, byte... content) {
    int lengthBytes = version == 1 ? 2 : 4;
    int before = 8 + lengthBytes;
    int padding = 63 - (before + header.length()) % 64;
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer bytes =
        ByteBuffer.allocate(before + text.length + content.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      bytes.putShort((short) text.length);
    } else {
      bytes.putInt(text.length);
    }
    return bytes.put(text).put(content).array();
  }

  /** Returns a file of single-precision numbers. */
  public static byte[] file(float[]... rows) {
    int columns = rows[0].length;
    ByteBuffer content =
        ByteBuffer.allocate(Float.BYTES * rows.length * columns).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      for (float value : row) {
        content.putFloat(value);
      }
    }
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }"
            .formatted(rows.length, columns);
    return file(1, header, content.array());
  }

  private NpySource open(byte[] content) throws IOException {
    Path file = folder.resolve("rows.npy");
    Files.write(file, content);
    return NpySource.open(file);
  }

  @ParameterizedTest
  @CsvSource({"1, f2, 2", "2, f4, 4", "3, f8, 8", "1, f4, 4"})
  void rowsComeInTheirOrder(int version, String type, int bytes) throws IOException {
    int rows = 70_001;
    ByteBuffer content = ByteBuffer.allocate(rows * 3 * bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rows * 3; i++) {
      float value = i % 1_000 / 4f;
      switch (bytes) {
        case 2 -> content.putShort(Float.floatToFloat16(value));
        case 4 -> content.putFloat(value);
        default -> content.putDouble(value);
      }
    }
    String header =
        "{\"shape\":(%d,3),\"fortran_order\":False,\"descr\":\"<%s\"}".formatted(rows, type);
    try (NpySource source = open(file(version, header, content.array()))) {
      assertThat(source.rowCount()).isEqualTo(rows);
      assertThat(source.columnCount()).isEqualTo(3);
      for (int row = 0; row < rows; row++) {
        float[] found = source.next();
        for (int i = 0; i < 3; i++) {
          assertThat(found[i]).isEqualTo((3 * row + i) % 1_000 / 4f);
        }
      }
      assertThat(source.place()).endsWith("rows.npy#" + rows);
      assertThat(source.next()).isNull();
    }
  }

  @Test
  void whatNumPyWritesIsRead() {
    NpySource.check(file(1, HEADER, new byte[24]));
    NpySource.check(file(new float[] {1, 2}, new float[] {3, 4}));
    NpySource.check(file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4096), }"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "'descr': '<f4', 'fortran_order': False, 'shape': (2, 3) ! ''",
        "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3)} ! type of the numbers",
        "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3)} ! type of the numbers",
        "{'descr': '|S4', 'fortran_order': False, 'shape': (2, 3)} ! type of the numbers",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3)} ! header",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3)} ! fortran_order",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} ! shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': ()} ! shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3)} ! shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6, 0)} ! shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4097)} ! shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483648, 1)} ! shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 1)} ! shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3)} ! header",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 6} ! shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': '(2, 3)'} ! shape",
        "{'descr': '<f4', 'fortran_order': False} ! members",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} ! members",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x ! header",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3)} ! length of the file",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1} ! members",
      })
  void everyOtherArrayIsATypedError(String header, String field) {
    assertThatThrownBy(() -> open(file(1, header, new byte[24])).close())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("rows.npy")
        .hasMessageContaining(field.replace("'", ""));
  }

  @Test
  void everyOtherFileIsATypedError() {
    byte[] right = file(1, HEADER, new byte[24]);
    for (int length = 0; length < right.length; length++) {
      byte[] cut = Arrays.copyOf(right, length);
      assertThatThrownBy(() -> open(cut).close()).isInstanceOf(InvalidInputException.class);
    }
    byte[] version4 = right.clone();
    version4[6] = 4;
    assertThatThrownBy(() -> open(version4).close())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("version");
    assertThatThrownBy(() -> open(Arrays.copyOf(right, right.length + 1)).close())
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void damagedFilesAreTypedErrorsOrArrays() {
    Random random = new Random(Seeds.next());
    byte[] right = file(2, HEADER, new byte[24]);
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = right.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        NpySource.check(damaged);
      } catch (InvalidInputException expected) {
        assertThat(expected.getMessage()).isNotEmpty();
      }
    }
  }
}
