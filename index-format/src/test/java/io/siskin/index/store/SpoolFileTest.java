package io.siskin.index.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolFileTest {
  @TempDir Path directory;

  @Test
  void whatIsAppendedIsReadBackAndMapped() throws IOException {
    try (SpoolFile spool = new SpoolFile(directory)) {
      assertThat(directory).isEmptyDirectory();
      byte[] large = new byte[600_000];
      large[599_999] = 7;
      spool.putU32(0x01020304);
      spool.putBytes(large);
      spool.putU16(5);
      assertThat(spool.position()).isEqualTo(600_006);
      assertThat(spool.read(0, 4).getInt()).isEqualTo(0x01020304);
      assertThat(spool.read(600_003, 3).get()).isEqualTo((byte) 7);
      assertThat(spool.map().get(ValueLayout.JAVA_BYTE, 600_004)).isEqualTo((byte) 5);
      spool.putU16(6);
      assertThat(spool.read(600_006, 2).getShort()).isEqualTo((short) 6);
    }
  }

  @Test
  void whatIsWrittenByPositionIsReadBack() throws IOException {
    try (SpoolFile spool = new SpoolFile(directory)) {
      spool.write(ByteBuffer.wrap(new byte[] {3, 4}), 100);
      spool.write(ByteBuffer.wrap(new byte[] {1, 2}), 0);
      ByteBuffer read = ByteBuffer.allocate(2);
      spool.read(read, 100);
      assertThat(read.array()).containsExactly(3, 4);
      assertThatThrownBy(() -> spool.read(ByteBuffer.allocate(2), 101))
          .isInstanceOf(EOFException.class);
    }
  }
}
