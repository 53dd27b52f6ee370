package io.siskin.index.segment;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.util.ZstdVersion;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.Repository;
import io.siskin.index.testing.SegmentText;
import io.siskin.index.testing.SmallSegments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks segments of every version of the format. They are in {@code src/test/resources/golden/vN},
 * each beside a text of its content. The current code must read all of them. The current writer
 * must write exactly the bytes of the newest version. {@code v1-idf} has a segment of the same
 * version as {@code v1}, from when the weights of BM25 still had the idf. Nothing writes it now.
 *
 * <p>{@code -Dsiskin.golden.update=true} writes the newest version again. Then read {@code git
 * diff}, because the text shows what changed. Another zstd library may write other bytes for a zstd
 * frame. The file {@code zstd-version} tells which library wrote them, and the message of a
 * mismatch names both.
 */
final class GoldenFileTest {
  private static final Path GOLDEN = Repository.module("index-format/src/test/resources/golden");
  private static final Path NEWEST = GOLDEN.resolve("v" + FormatV2.VERSION);
  private static final Path ZSTD_VERSION = NEWEST.resolve("zstd-version");
  private static final String CONTENT = "content.txt";
  private static final boolean UPDATE = Boolean.getBoolean("siskin.golden.update");

  @TempDir Path temporary;

  static Stream<SmallSegments> newest() {
    return SmallSegments.all().stream();
  }

  static Stream<Path> allVersions() throws IOException {
    try (Stream<Path> files = Files.walk(GOLDEN)) {
      return files
          .filter(file -> file.endsWith(CONTENT))
          .map(Path::getParent)
          .sorted()
          .toList()
          .stream();
    }
  }

  @BeforeAll
  static void update() throws IOException {
    if (UPDATE) {
      for (SmallSegments small : SmallSegments.all()) {
        update(small, NEWEST.resolve(small.name()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("newest")
  void todaysWriterWritesTheNewest(SmallSegments small) throws IOException {
    Path golden = NEWEST.resolve(small.name());
    Path today = temporary.resolve(small.name());
    small.build(today);
    List<String> names = names(today);
    assertThat(names(golden)).containsExactlyElementsOf(names);
    String written = Files.readString(ZSTD_VERSION).strip();
    for (String name : names) {
      assertThat(today.resolve(name))
          .as(
              "%s of '%s', written with zstd %s and now with %s",
              name, small, written, ZstdVersion.VERSION)
          .hasSameBinaryContentAs(golden.resolve(name));
    }
  }

  @ParameterizedTest
  @MethodSource("allVersions")
  void todaysReaderReadsThemAll(Path golden) throws IOException {
    assertThat(text(golden)).isEqualTo(Files.readString(golden.resolve(CONTENT)));
  }

  @Test
  void theNewestVersionHasThemAll() throws IOException {
    assertThat(allVersions().filter(golden -> golden.startsWith(NEWEST)).map(Path::getFileName))
        .map(Path::toString)
        .containsExactlyInAnyOrderElementsOf(newest().map(SmallSegments::name).toList());
  }

  private static void update(SmallSegments small, Path golden) throws IOException {
    if (Files.exists(golden)) {
      for (String name : names(golden)) {
        Files.delete(golden.resolve(name));
      }
    }
    small.build(golden);
    Files.writeString(golden.resolve(CONTENT), text(golden));
    Files.writeString(ZSTD_VERSION, ZstdVersion.VERSION + "\n");
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(CONTENT))
          .sorted()
          .toList();
    }
  }

  private static String text(Path directory) throws IOException {
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      return SegmentText.of(segment);
    } finally {
      segment.release();
    }
  }
}
