package io.siskin.index.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.store.FileState;
import io.siskin.index.store.ReadPace;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.SmallSegments;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are in use are verified again, without reading their mapping. */
final class VerifyFilesTest {
  @TempDir private Path directory;
  private Segment segment;

  @BeforeEach
  void open() throws IOException {
    SmallSegments.everything().build(directory);
    segment = Segment.open(directory, Verification.FULL);
  }

  @AfterEach
  void close() {
    segment.release();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> inside = Files.list(directory)) {
      return inside.sorted().toList();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int value = bytes.read();
      bytes.seek(at);
      bytes.write(value ^ 0x10);
    }
  }

  @Test
  void untouchedFilesAreTheSame() throws IOException {
    assertThat(segment.compareFiles()).isEqualTo(FileState.SAME);
    long[] read = new long[1];
    assertThat(segment.verifyFiles(bytes -> read[0] += bytes)).isEqualTo(FileState.SAME);
    assertThat(read[0]).as("every byte of every file").isEqualTo(segment.lengthBytes());
  }

  @Test
  void aFlippedByteIsFoundWhereverItIs() throws IOException {
    for (Path file : files()) {
      long length = Files.size(file);
      // Every part of the file: header, directory, sections, gaps, tail.
      for (long at = 0; at < length; at += 1 + length / 199) {
        flip(file, at);
        assertThatThrownBy(() -> segment.verifyFiles(ReadPace.UNLIMITED))
            .as("%s, byte %d", file, at)
            .isInstanceOf(CorruptSegmentException.class)
            .hasMessageContaining(file.toString());
        flip(file, at);
      }
    }
    assertThat(segment.verifyFiles(ReadPace.UNLIMITED)).isEqualTo(FileState.SAME);
  }

  @Test
  void aFileThatWasWrittenToIsNoticedUntilItIsVerified() throws IOException {
    Path file = files().getFirst();
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    assertThat(segment.compareFiles()).isEqualTo(FileState.WRITTEN);
    assertThat(segment.verifyFiles(ReadPace.UNLIMITED)).isEqualTo(FileState.SAME);
    assertThat(segment.compareFiles()).isEqualTo(FileState.SAME);
  }

  @Test
  void anotherLengthIsDamageAtOnce() throws IOException {
    for (Path file : files()) {
      byte[] content = Files.readAllBytes(file);
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        bytes.setLength(content.length - 1);
        assertThatThrownBy(segment::compareFiles)
            .isInstanceOf(CorruptSegmentException.class)
            .hasMessageContaining(file.toString());
        assertThatThrownBy(() -> segment.verifyFiles(ReadPace.UNLIMITED))
            .isInstanceOf(CorruptSegmentException.class);
        bytes.setLength(content.length);
        bytes.seek(0);
        bytes.write(content);
      }
    }
    assertThat(segment.verifyFiles(ReadPace.UNLIMITED)).isEqualTo(FileState.SAME);
  }

  @Test
  void anotherFileOrNoneIsNoDamage() throws IOException {
    Path file = files().getFirst();
    Path other = directory.resolveSibling(directory.getFileName() + "-other");
    Files.copy(file, other);
    Files.move(other, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    assertThat(segment.compareFiles()).isEqualTo(FileState.EXCHANGED);
    assertThat(segment.verifyFiles(ReadPace.UNLIMITED)).isEqualTo(FileState.EXCHANGED);
    Path gone = files().getLast();
    Files.delete(gone);
    assertThat(segment.verifyFiles(ReadPace.UNLIMITED)).isEqualTo(FileState.EXCHANGED);
    assertThat(segment.documents().externalId(0)).as("the mapping stays").isNotEmpty();
  }
}
