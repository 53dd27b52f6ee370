package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class GzipInputTest {
  private static final int HEADER_BYTES = 10;

  @Test
  void unpacksAnyNumberOfMembersOfAnyLength() throws IOException {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 200; round++) {
      byte[] plain = {};
      byte[] packed = {};
      for (int member = random.nextInt(1, 5); member > 0; member--) {
        byte[] part = new byte[random.nextInt(1 << random.nextInt(1, 18))];
        random.nextBytes(part);
        Arrays.fill(part, 0, part.length / 2, (byte) 'a');
        plain = InputFiles.concat(plain, part);
        packed = InputFiles.concat(packed, InputFiles.gzip(part));
      }
      assertThat(unpack(packed)).isEqualTo(plain);
      int cut = random.nextInt(packed.length);
      byte[] begun = Arrays.copyOf(packed, cut);
      try {
        // A cut between two members cannot be told from the end of the file.
        byte[] unpacked = unpack(begun);
        assertThat(unpacked).isEqualTo(Arrays.copyOf(plain, unpacked.length));
      } catch (InvalidInputException e) {
        assertThat(e)
            .hasMessageStartingWith("f: gzip data is cut off")
            .hasMessageContaining("at byte " + cut);
      }
    }
  }

  @Test
  void aFlippedBitIsFoundOrSaysNothing() throws IOException {
    byte[] plain = "again and again and again".getBytes(StandardCharsets.UTF_8);
    byte[] packed = InputFiles.gzip(plain);
    int unnoticed = 0;
    for (int bit = 0; bit < 8 * packed.length; bit++) {
      byte[] flipped = packed.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        assertThat(unpack(flipped)).isEqualTo(plain);
        unnoticed++;
      } catch (InvalidInputException e) {
        assertThat(e).hasMessageStartingWith("f: gzip data is ");
      }
    }
    // Time, level and system of the header, its text flag, and what pads the data to whole bytes.
    assertThat(unnoticed).isBetween(6 * 8 + 1, 6 * 8 + 1 + 7);
  }

  @Test
  void optionalHeaderFieldsArePassedOver() throws IOException {
    byte[] plain = {1, 2, 3};
    byte[] packed = InputFiles.gzip(plain);
    byte[] head = Arrays.copyOf(packed, HEADER_BYTES);
    head[3] = 4 | 8 | 16 | 2;
    byte[] options = {2, 0, 'e', 'x', 'n', 'a', 'm', 'e', 0, 'c', 0};
    byte[] header = InputFiles.concat(head, options);
    CRC32 crc = new CRC32();
    crc.update(header);
    byte[] check = {(byte) crc.getValue(), (byte) (crc.getValue() >>> 8)};
    byte[] rest = Arrays.copyOfRange(packed, HEADER_BYTES, packed.length);
    assertThat(unpack(InputFiles.concat(header, check, rest))).isEqualTo(plain);
    check[0]++;
    assertThatThrownBy(() -> unpack(InputFiles.concat(header, check, rest)))
        .hasMessageContaining("header's checksum");
  }

  private static byte[] unpack(byte[] packed) throws IOException {
    try (GzipInput in = new GzipInput(new ByteArrayInputStream(packed), "f")) {
      return in.readAllBytes();
    }
  }
}
