package io.siskin.server.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RotatingFileTest {
  @TempDir private Path folder;

  private static byte[] line(int number) {
    return "line %06d\n".formatted(number).getBytes(StandardCharsets.US_ASCII);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void linesAreInFilesOfBoundedLengthAndNumber() throws IOException {
    Path path = folder.resolve("access.log");
    try (RotatingFile file = new RotatingFile(path, 100, 3)) {
      for (int i = 0; i < 50; i++) {
        file.write(line(i));
      }
    }
    assertThat(names()).containsExactly("access.log", "access.log.1", "access.log.2");
    List<String> kept = new ArrayList<>();
    for (String name : List.of("access.log.2", "access.log.1", "access.log")) {
      assertThat(Files.size(folder.resolve(name))).isLessThanOrEqualTo(100);
      kept.addAll(Files.readAllLines(folder.resolve(name)));
    }
    // 8 lines of 12 bytes fit into 100: the last file has 2, those before it are full.
    assertThat(kept).isEqualTo(IntStream.range(32, 50).mapToObj("line %06d"::formatted).toList());
  }

  @Test
  void aFileThatExistsIsContinued() throws IOException {
    Path path = folder.resolve("access.log");
    for (int i = 0; i < 3; i++) {
      try (RotatingFile file = new RotatingFile(path, 1_000, 2)) {
        file.write(line(i));
      }
    }
    assertThat(Files.readAllLines(path))
        .containsExactly("line 000000", "line 000001", "line 000002");
  }

  @Test
  void oneFileIsKeptWhenOneIsAskedFor() throws IOException {
    Path path = folder.resolve("access.log");
    try (RotatingFile file = new RotatingFile(path, 20, 1)) {
      for (int i = 0; i < 5; i++) {
        file.write(line(i));
      }
    }
    assertThat(names()).containsExactly("access.log");
    assertThat(Files.readAllLines(path)).containsExactly("line 000004");
  }

  @Test
  void aLineThatIsLongerThanAFileHasOneForItself() throws IOException {
    Path path = folder.resolve("access.log");
    try (RotatingFile file = new RotatingFile(path, 20, 3)) {
      file.write(line(1));
      file.write("x".repeat(50).concat("\n").getBytes(StandardCharsets.US_ASCII));
      file.write(line(2));
    }
    assertThat(Files.size(folder.resolve("access.log.1"))).isEqualTo(51);
    assertThat(Files.readAllLines(path)).containsExactly("line 000002");
  }

  @Test
  void aFailureLosesItsLineAndNoOther() throws IOException {
    Path path = folder.resolve("access.log");
    Path blocker = folder.resolve("access.log.1").resolve("full");
    try (RotatingFile file = new RotatingFile(path, 20, 2)) {
      file.write(line(0));
      // A folder that is not empty cannot be replaced.
      Files.createDirectories(blocker);
      assertThatThrownBy(() -> file.write(line(1)))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("access.log");
      Files.delete(blocker);
      Files.delete(blocker.getParent());
      file.write(line(2));
    }
    assertThat(Files.readAllLines(path)).containsExactly("line 000002");
    assertThat(Files.readAllLines(folder.resolve("access.log.1"))).containsExactly("line 000000");
  }

  @Test
  void aPlaceThatCannotBeWrittenIsRefused() {
    Path path = folder.resolve("missing").resolve("access.log");
    assertThatThrownBy(() -> new RotatingFile(path, 100, 2))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("access_log.path", path.toString());
  }

  @Test
  void optionsAreChecked() {
    assertThatThrownBy(() -> new AccessLogOptions.Destination.File(folder, 100, 2))
        .hasMessageContaining("access_log.file_mib_max");
    assertThatThrownBy(() -> new AccessLogOptions.Destination.File(folder, 1 << 20, 0))
        .hasMessageContaining("access_log.file_count_max");
    assertThatThrownBy(() -> new AccessLogOptions(new AccessLogOptions.Destination.Off(), false, 1))
        .hasMessageContaining("access_log.queue_capacity");
    assertThatThrownBy(() -> new SlowQueryOptions(-1, 1, 1 << 20, true))
        .hasMessageContaining("slow_queries.limit_millis");
  }
}
