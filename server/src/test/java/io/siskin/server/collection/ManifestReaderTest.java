package io.siskin.server.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A manifest is data like any other: nothing in it is believed before it is checked. */
class ManifestReaderTest {
  private static final String ID = "00112233445566778899aabbccddeeff";
  private static final String OTHER_ID = "ff112233445566778899aabbccddeeff";

  @TempDir private Path data;
  private Path collection;

  @BeforeEach
  void makeFolder() throws IOException {
    collection = Files.createDirectories(data.resolve("birds"));
  }

  private static CollectionManifest manifest(SegmentEntry... segments) {
    return CollectionManifest.of(
        "birds", 3, new Bm25Spec(new AnalyzerSpec.English()), List.of(segments));
  }

  private String good() throws IOException {
    manifest(new SegmentEntry(ID, 5, 100), new SegmentEntry(OTHER_ID, 7, 200)).write(collection);
    return Files.readString(collection.resolve("collection.json"));
  }

  private void assertRefused(String content, String... parts) throws IOException {
    Files.writeString(collection.resolve("collection.json"), content);
    assertThatThrownBy(() -> CollectionManifest.read(collection))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining("collection.json")
        .hasMessageContainingAll(parts)
        .message()
        .doesNotContainIgnoringCase("jackson")
        .doesNotContain("fasterxml")
        .doesNotContain("Unrecognized")
        .doesNotContain("\n")
        .hasSizeLessThan(500);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    String written = good();
    CollectionManifest read = CollectionManifest.read(collection);
    assertThat(read)
        .isEqualTo(manifest(new SegmentEntry(ID, 5, 100), new SegmentEntry(OTHER_ID, 7, 200)));
    assertThat(written).contains("\"generation\" : 3");
  }

  @Test
  void aCollectionIsCalledWhatItsFolderIs() throws IOException {
    good();
    Files.move(collection, data.resolve("finches"));
    assertThat(CollectionManifest.read(data.resolve("finches")).name()).isEqualTo("finches");
  }

  @ParameterizedTest
  @CsvSource({
    "../../../../etc/passwd1234567890a",
    "'../112233445566778899aabbccddeef'",
    "00112233445566778899AABBCCDDEEFF",
    "00112233445566778899aabbccddee",
    "''"
  })
  void segmentIdsThatAreNoIdsAreRefused(String id) throws IOException {
    assertRefused(good().replace(ID, id), "segments[0].id", "32 lower-case hexadecimal digits");
  }

  @Test
  void oneSegmentTwiceIsRefused() throws IOException {
    assertRefused(good().replace(OTHER_ID, ID), "segments[1].id", "each segment once");
  }

  @ParameterizedTest
  @CsvSource({"a\\nb", "../birds", ".birds", "''", "x\\u001b[31m"})
  void namesThatAreNoNamesAreRefused(String name) throws IOException {
    assertRefused(good().replace("\"birds\"", "\"" + name + "\""), "name");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"generation\" : 3|\"generation\" : 0|generation",
        "\"generation\" : 3|\"generation\" : \"3\"|generation",
        "\"generation\" : 3|\"generation\" : 3.5|generation",
        "\"generation\" : 3|\"generation\" : 99999999999999999999|generation",
        "\"documentCount\" : 5|\"documentCount\" : -5|segments[0].documentCount",
        "\"documentCount\" : 5|\"documentCount\" : 3000000000|segments[0].documentCount",
        "\"lengthBytes\" : 200|\"lengthBytes\" : null|segments[1].lengthBytes",
        "\"lengthBytes\" : 200|\"length\" : 200|segments[1].lengthBytes",
        "\"generation\" : 3|\"generation\" : 3, \"more\" : 1|more",
        "\"generation\" : 3|\"generation\" : 3, \"generation\" : 4|JSON",
        "\"version\" : 2,||version"
      })
  void membersAreChecked(String from, String to, String named) throws IOException {
    String good = good();
    assertThat(good).contains(from);
    assertRefused(good.replace(from, to == null ? "" : to), named);
  }

  @Test
  void whatIsNotJsonIsRefused() throws IOException {
    String good = good();
    assertRefused("", "one object");
    assertRefused("[]", "one object");
    assertRefused("null", "one object");
    assertRefused(good.substring(0, good.length() / 2), "JSON");
    assertRefused(good + "{}", "JSON");
    assertRefused("\0".repeat(300), "JSON");
    assertRefused("[".repeat(100_000), "JSON");
  }

  @Test
  void anotherVersionIsNoDamage() throws IOException {
    Files.writeString(
        collection.resolve("collection.json"),
        good().replace("\"version\" : 2,", "\"version\" : 3,"));
    assertThatThrownBy(() -> CollectionManifest.read(collection))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("version 3");
  }

  @Test
  void longOnesAreRefusedUnread() throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(collection.resolve("collection.json").toFile(), "rw")) {
      file.write("{".getBytes(StandardCharsets.UTF_8));
      file.setLength(1L << 40);
    }
    assertThatThrownBy(() -> CollectionManifest.read(collection))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining(Long.toString(1L << 40));
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "needs Linux")
  void aLinkToAnEndlessFileIsRefused() throws IOException {
    Path link =
        Files.createSymbolicLink(collection.resolve("collection.json"), Path.of("/dev/zero"));
    assertThatThrownBy(() -> CollectionManifest.read(collection))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining("device");
    Files.delete(link);
  }
}
