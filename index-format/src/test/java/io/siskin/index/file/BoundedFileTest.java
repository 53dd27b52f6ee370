package io.siskin.index.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class BoundedFileTest {
  private static final int MAX = 8;

  @TempDir private Path directory;

  private void assertRefused(Path file, String found) {
    assertThatThrownBy(() -> BoundedFile.readStored(file, MAX))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("at most 8 bytes")
        .hasMessageContaining(found);
    assertThatThrownBy(() -> BoundedFile.readInput(file, MAX))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("at most 8 bytes")
        .hasMessageContaining(found);
  }

  @Test
  void filesUpToTheBoundAreRead() throws IOException {
    for (int length : new int[] {0, 1, MAX}) {
      Path file = Files.write(directory.resolve("f"), new byte[length]);
      assertThat(BoundedFile.readStored(file, MAX)).hasSize(length);
      assertThat(BoundedFile.readInput(file, MAX)).hasSize(length);
    }
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("f"));
    assertThat(BoundedFile.readStored(link, MAX)).hasSize(MAX);
  }

  @Test
  void longerOnesAreRefusedByTheirLength() throws IOException {
    Path file = directory.resolve("long");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 40);
    }
    assertRefused(file, Long.toString(1L << 40));
  }

  @Test
  void foldersAreRefused() {
    assertRefused(directory, "a folder");
  }

  @Test
  void aMissingFileIsMissing() {
    assertThatThrownBy(() -> BoundedFile.readStored(directory.resolve("no"), MAX))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "needs Linux")
  void aLinkToAnEndlessDeviceIsRefused() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("zero"), Path.of("/dev/zero"));
    assertRefused(link, "a device");
    assertThatThrownBy(() -> BoundedFile.requireRegular(link))
        .isInstanceOf(InvalidInputException.class);
    Files.delete(link);
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "needs Linux")
  void aFileThatDoesNotKnowItsLengthIsBoundedToo() {
    // The kernel says that it has 0 bytes.
    assertRefused(Path.of("/proc/self/status"), "more than 8 bytes");
  }
}
