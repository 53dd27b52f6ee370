package io.siskin.index.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir private Path directory;

  private List<String> names() throws IOException {
    try (Stream<Path> inside = Files.list(directory)) {
      return inside.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFileIsMadeAndReplacedAndNothingElseIsLeft() throws IOException {
    Path target = directory.resolve("a.json");
    AtomicFile.write(target, new byte[] {1, 2, 3});
    AtomicFile.write(target, new byte[] {4});
    assertThat(Files.readAllBytes(target)).containsExactly(4);
    assertThat(names()).containsExactly("a.json");
  }

  @Test
  void aCopyHasAllBytes() throws IOException {
    byte[] content = new byte[(3 << 20) + 17];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31 + (i >> 11));
    }
    Path source = Files.write(directory.resolve("source"), content);
    AtomicFile.copy(source, directory.resolve("target"));
    assertThat(Files.mismatch(source, directory.resolve("target"))).isEqualTo(-1);
    assertThat(names()).containsExactly("source", "target");
  }

  @Test
  void whatFailsLeavesTheOldContentAndNothingElse() throws IOException {
    Path target = Files.write(directory.resolve("target"), new byte[] {7});
    assertThatThrownBy(() -> AtomicFile.copy(directory.resolve("missing"), target))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(Files.readAllBytes(target)).containsExactly(7);
    assertThat(names()).containsExactly("target");
  }

  @Test
  void onlyLeftoversCountAsPartial() {
    assertThat(AtomicFile.isPartial(Path.of("x/.a.json.17-3.partial"))).isTrue();
    assertThat(AtomicFile.isPartial(Path.of("x/a.json.partial"))).isFalse();
    assertThat(AtomicFile.isPartial(Path.of("x/.a.json"))).isFalse();
  }
}
