package io.siskin.server.collection;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.encode.spec.VectorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every bit of the small files of a data directory is flipped. None may change what is read. */
final class JsonChecksumTest {
  @TempDir private Path folder;

  @FunctionalInterface
  private interface Reading {
    Object read() throws IOException;
  }

  @Test
  void noFlippedBitOfAManifestIsBelieved() throws IOException {
    CollectionManifest.of(
            "birds",
            7,
            new VectorSpec(),
            CollectionSettings.DEFAULTS,
            new LogState(5, 1_234, 98_765),
            List.of(new SegmentEntry("0123456789abcdef0123456789abcdef", 64, 4_096, 6, 3)))
        .write(folder);
    flipAll(CollectionManifest.FILE_NAME, () -> CollectionManifest.read(folder));
  }

  @Test
  void noFlippedBitOfTheAliasesIsBelieved() throws IOException {
    Aliases.NONE.with("current", "birds").with("old", "bards").write(folder);
    flipAll(Aliases.FILE_NAME, () -> Aliases.read(folder));
  }

  private void flipAll(String name, Reading reading) throws IOException {
    Path file = folder.resolve(name);
    Object whole = reading.read();
    byte[] content = Files.readAllBytes(file);
    for (int i = 0; i < content.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = content.clone();
        damaged[i] ^= (byte) (1 << bit);
        Files.write(file, damaged);
        try {
          assertThat(reading.read()).as("byte %d, bit %d", i, bit).isEqualTo(whole);
        } catch (CorruptSegmentException | UnsupportedFormatException refused) {
          assertThat(refused).hasMessageContaining(name);
        }
      }
    }
  }
}
