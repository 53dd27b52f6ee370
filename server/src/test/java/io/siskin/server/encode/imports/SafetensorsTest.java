package io.siskin.server.encode.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.testing.Seeded;
import java.io.ByteArrayOutputStream;
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

final class SafetensorsTest {
  @TempDir private Path folder;

  @Test
  void vectorsOfAllThreeTypesAreRead() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(1.5f).putFloat(-0f).putFloat(3e30f);
    data.putShort(Float.floatToFloat16(0.1f)).putShort(Float.floatToFloat16(-2));
    data.putShort((short) (Float.floatToIntBits(2.5f) >>> 16));
    data.putShort((short) (Float.floatToIntBits(-7f) >>> 16));
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]},"
            + "\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[12,16]},"
            + "\"c\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[16,20]},"
            + "\"none\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[20,20]}}  ";
    Safetensors file = Safetensors.open(write(header, data.array()));
    assertThat(file.names()).containsExactly("a", "b", "c", "none");
    assertThat(file.vector("a")).containsExactly(1.5f, -0f, 3e30f);
    assertThat(file.vector("b")).containsExactly(Float.float16ToFloat((short) 0x2E66), -2f);
    assertThat(file.vector("c")).containsExactly(2.5f, -7f);
    assertThat(file.vector("none")).isEmpty();
  }

  /** Every number of 16 bits, against the meaning of its sign, exponent and fraction. */
  @Test
  void everyShortNumberIsWhatItsPartsSay() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(1 << 17).order(ByteOrder.LITTLE_ENDIAN);
    for (int bits = 0; bits < 1 << 16; bits++) {
      data.putShort((short) bits);
    }
    String tensor = "{\"dtype\":\"%s\",\"shape\":[65536],\"data_offsets\":[0,131072]}";
    String header =
        "{\"half\":"
            + tensor.replace("%s", "F16")
            + ",\"brain\":"
            + tensor.replace("%s", "BF16")
            + "}";
    Safetensors file = Safetensors.open(write(header, data.array()));
    float[] half = file.vector("half");
    float[] brain = file.vector("brain");
    for (int bits = 0; bits < 1 << 16; bits++) {
      assertThat(Float.compare(half[bits], value(bits, 5, 10))).as("F16 %x", bits).isZero();
      assertThat(Float.compare(brain[bits], value(bits, 8, 7))).as("BF16 %x", bits).isZero();
    }
  }

  private static float value(int bits, int exponentBits, int fractionBits) {
    int exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
    int fraction = bits & ((1 << fractionBits) - 1);
    int bias = (1 << (exponentBits - 1)) - 1;
    double sign = bits >> 15 == 0 ? 1 : -1;
    if (exponent == (1 << exponentBits) - 1) {
      return fraction == 0 ? (float) (sign * Double.POSITIVE_INFINITY) : Float.NaN;
    }
    double unit = Math.pow(2, -fractionBits);
    return exponent == 0
        ? (float) (sign * fraction * unit * Math.pow(2, 1 - bias))
        : (float) (sign * (1 + fraction * unit) * Math.pow(2, exponent - bias));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"dtype":"F32","shape":[2],"data_offsets":[0,9]} | data_offsets of 'w' is [0, 9]
          {"dtype":"F32","shape":[2],"data_offsets":[8,0]} | data_offsets of 'w' is [8, 0]
          {"dtype":"F32","shape":[2],"data_offsets":[0]}   | data_offsets of 'w' is [0]
          {"dtype":"F32","shape":[2],"data_offsets":[-4,4]} | data_offsets of 'w' is [-4,4]
          {"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]} | whole numbers
          {"dtype":"F32","shape":[2],"data_offsets":"x"}   | data_offsets of 'w' is "x"; allowed: a list
          {"dtype":"F32","shape":[2]}                      | data_offsets of 'w' is missing
          {"dtype":"F32","data_offsets":[0,8]}             | shape of 'w' is missing
          {"shape":[2],"data_offsets":[0,8]}               | dtype of 'w' is ; allowed: a text
          {"dtype":"F32","shape":[3],"data_offsets":[0,8]} | 8 bytes; allowed: 3 numbers of 4 bytes
          {"dtype":"F32","shape":[2,1],"data_offsets":[0,8]} | shape of 'w' is [2, 1]; allowed: one dimension
          {"dtype":"F32","shape":[],"data_offsets":[0,8]}  | shape of 'w' is []; allowed: one dimension
          {"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]} | at most 16777216
          {"dtype":"I64","shape":[1],"data_offsets":[0,8]} | dtype of 'w' is I64; allowed: one of F32, F16, BF16
          7                                                | shape of 'w' is missing
          """)
  void liesOfAHeaderAreRefused(String tensor, String message) throws IOException {
    Path file = write("{\"w\":" + tensor + "}", new byte[8]);
    assertThatThrownBy(() -> Safetensors.open(file).vector("w"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void filesOfAnotherFormAreRefused() throws IOException {
    Path file = folder.resolve("model.safetensors");
    for (long length : new long[] {0, 1, 9, 1L << 40, -1, Long.MIN_VALUE}) {
      ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      Files.write(
          file, bytes.putLong(length).put("{}      ".getBytes(StandardCharsets.UTF_8)).array());
      assertThatThrownBy(() -> Safetensors.open(file))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("length of the header is ");
    }
    Files.write(file, new byte[7]);
    assertThatThrownBy(() -> Safetensors.open(file)).hasMessageContaining("length of the header");
    Path list = write("[1]", new byte[0]);
    assertThatThrownBy(() -> Safetensors.open(list)).hasMessageContaining("header is [1]");
    Path twice = write("{\"a\":1,\"a\":2}", new byte[0]);
    assertThatThrownBy(() -> Safetensors.open(twice)).hasMessageContaining("'a' twice");
    assertThatThrownBy(() -> Safetensors.open(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("content is a folder");
    Path other = write("{}", new byte[0]);
    assertThatThrownBy(() -> Safetensors.open(other).vector("weight"))
        .hasMessageContaining("tensors is []; allowed: one that is called 'weight'");
  }

  /** Damaged at random, a file gives numbers or an error of ours, and never anything else. */
  @Test
  void damageIsAnErrorOrOtherNumbers() {
    Seeded.run(
        random -> {
          byte[] whole = Files.readAllBytes(vector(random, 1 + random.nextInt(40)));
          int refused = 0;
          for (int round = 0; round < 2_000; round++) {
            byte[] damaged = damage(whole, random);
            Path file = Files.write(folder.resolve("damaged"), damaged);
            try {
              Safetensors found = Safetensors.open(file);
              for (String name : found.names()) {
                assertThat(found.vector(name).length).isLessThanOrEqualTo(damaged.length);
              }
            } catch (InvalidInputException error) {
              assertThat(error.place()).startsWith(file.toString());
              refused++;
            }
          }
          assertThat(refused).isPositive();
        });
  }

  private static byte[] damage(byte[] whole, Random random) {
    byte[] damaged = whole.clone();
    for (int i = 0; i <= random.nextInt(3); i++) {
      damaged[random.nextInt(damaged.length)] =
          random.nextBoolean()
              ? (byte) random.nextInt()
              : (byte) "0123456789[]{}:,\"".charAt(random.nextInt(17));
    }
    return random.nextInt(4) == 0
        ? Arrays.copyOf(damaged, random.nextInt(damaged.length))
        : damaged;
  }

  private Path vector(Random random, int count) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      data.putFloat(random.nextFloat());
    }
    return write(
        "{\"weight\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(count, 4 * count),
        data.array());
  }

  private Path write(String header, byte[] data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).array());
    bytes.write(text);
    bytes.write(data);
    return Files.write(folder.resolve("model.safetensors"), bytes.toByteArray());
  }
}
