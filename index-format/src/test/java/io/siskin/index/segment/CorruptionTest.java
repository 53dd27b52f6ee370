package io.siskin.index.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.store.Mapping;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.testing.SegmentText;
import io.siskin.index.testing.SmallSegments;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests damage with wrong checksums, which may happen to a file on a disk or in a transfer. The
 * segment must be refused with an error that names the file, the place, the expected value and the
 * found value. {@link HostileSegmentTest} tests damage with right checksums.
 */
final class CorruptionTest {
  private static final int SMALL_FILE = 1024;
  private static final int SAMPLES = 32;

  @TempDir Path temporary;
  private Path directory;
  private Random random;
  private long openMappings;

  @BeforeEach
  void countMappings() {
    random = new Random(Seeds.next());
    openMappings = Mapping.openCount();
  }

  @AfterEach
  void allMappingsAreClosed() {
    assertThat(Mapping.openCount()).isEqualTo(openMappings);
  }

  static Stream<SmallSegments> segments() {
    return SmallSegments.all().stream();
  }

  @ParameterizedTest
  @MethodSource("segments")
  void aFileCutOffAnywhereIsRefused(SmallSegments small) throws IOException {
    build(small);
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      TreeSet<Integer> lengths = new TreeSet<>(List.of(0, 1, whole.length - 1));
      for (int border : borders(whole)) {
        lengths.addAll(List.of(border - 1, border, border + 1));
      }
      for (int i = 0; i < 20; i++) {
        lengths.add(random.nextInt(whole.length));
      }
      for (int length : lengths.headSet(whole.length)) {
        byte[] cut = new byte[length];
        System.arraycopy(whole, 0, cut, 0, length);
        Files.write(file, cut);
        assertRefused(file, "cut off after " + length + " of " + whole.length + " bytes");
      }
      Files.write(file, whole);
    }
    assertOpens();
  }

  @ParameterizedTest
  @MethodSource("segments")
  void aFileWithMoreBytesIsRefused(SmallSegments small) throws IOException {
    build(small);
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      for (int more : new int[] {1, 64, 4096}) {
        byte[] longer = new byte[whole.length + more];
        System.arraycopy(whole, 0, longer, 0, whole.length);
        Files.write(file, longer);
        assertRefused(file, more + " more bytes");
      }
      Files.write(file, whole);
    }
    assertOpens();
  }

  @ParameterizedTest
  @MethodSource("segments")
  void aFlippedBitIsRefused(SmallSegments small) throws IOException {
    build(small);
    for (Path file : files()) {
      byte[] bytes = Files.readAllBytes(file);
      for (int at : places(bytes)) {
        byte before = bytes[at];
        bytes[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        Files.write(file, bytes);
        assertRefused(file, "byte " + at + " is " + bytes[at] + " and was " + before);
        bytes[at] = before;
      }
      Files.write(file, bytes);
    }
    assertOpens();
  }

  @Test
  void aFileOfAnotherSegmentIsRefused() throws IOException {
    build(SmallSegments.tokens());
    Path other = temporary.resolve("other");
    SmallSegments changed =
        new SmallSegments(
            "changed",
            SmallSegments.tokens().options(),
            SmallSegments.tokens().documents().subList(1, 30));
    changed.build(other);
    for (Path file : files()) {
      byte[] own = Files.readAllBytes(file);
      Files.copy(other.resolve(file.getFileName()), file, StandardCopyOption.REPLACE_EXISTING);
      // If the file table belongs to another segment, the first file of the table does not fit.
      assertRefused(isMeta(file) ? null : file, "of another segment");
      Files.write(file, own);
    }
    assertOpens();
  }

  @Test
  void aMissingFileIsRefused() throws IOException {
    build(SmallSegments.bm25WithFields());
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      Files.delete(file);
      assertRefused(file, "missing");
      Files.write(file, whole);
    }
    assertOpens();
  }

  @Test
  void anotherFileIsNamedAsSuch() throws IOException {
    build(SmallSegments.bm25WithFields());
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      Files.write(file, "not a segment file\n".repeat(200).getBytes(StandardCharsets.UTF_8));
      assertUnsupported(file, "0xa0d4e494b534953");
      Path kin = temporary.resolve("segment").resolve(isMeta(file) ? "terms.dat" : "segment.meta");
      Files.copy(kin, file, StandardCopyOption.REPLACE_EXISTING);
      assertUnsupported(file, file.getFileName().toString());
      Files.write(file, whole);
    }
    assertOpens();
  }

  @Test
  void anotherVersionIsNamedAsSuch() throws IOException {
    build(SmallSegments.bm25WithFields());
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      for (int version : new int[] {0, 3, 77, -1}) {
        byte[] other = whole.clone();
        little(other).putInt(FileLayout.VERSION_OFFSET, version);
        SegmentEditor.sealHead(other);
        Files.write(file, other);
        assertUnsupported(file, "version " + Integer.toUnsignedString(version));
      }
      Files.write(file, whole);
    }
    assertOpens();
  }

  /** A section of an unknown kind is ignored, whatever it contains. */
  @Test
  void anUnknownSectionIsIgnored() throws IOException {
    build(SmallSegments.bm25WithFields());
    SegmentEditor editor = SegmentEditor.open(directory);
    editor
        .files()
        .values()
        .forEach(
            file ->
                file.sections.add(
                    0, new SegmentEditor.EditedSection(987, 4711, -1, new byte[] {1, 2, 3})));
    Path extended = temporary.resolve("extended");
    editor.write(extended);
    assertThat(text(extended)).isEqualTo(text(directory));
  }

  /** The editor is a second writer of the envelope. Both writers must give the same bytes. */
  @ParameterizedTest
  @MethodSource("segments")
  void theEditorWritesWhatTheWriterWrites(SmallSegments small) throws IOException {
    build(small);
    Path again = temporary.resolve("again");
    SegmentEditor.open(directory).write(again);
    for (Path file : files()) {
      assertThat(again.resolve(file.getFileName())).hasSameBinaryContentAs(file);
    }
  }

  private void build(SmallSegments small) throws IOException {
    directory = temporary.resolve("segment");
    small.build(directory);
    assertOpens();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private static boolean isMeta(Path file) {
    return file.endsWith(FileKind.META.fileName());
  }

  /** Returns the offsets at which header, directory entries, sections and padding begin and end. */
  private static List<Integer> borders(byte[] bytes) {
    List<Integer> borders = new ArrayList<>();
    borders.add(FileLayout.HEADER_LENGTH);
    ByteBuffer file = little(bytes);
    for (int i = 0; i < file.getInt(FileLayout.SECTION_COUNT_OFFSET); i++) {
      int entry = FileLayout.HEADER_LENGTH + i * FileLayout.ENTRY_LENGTH;
      int offset = (int) file.getLong(entry + FileLayout.ENTRY_SECTION_OFFSET_OFFSET);
      int length = (int) file.getLong(entry + FileLayout.ENTRY_SECTION_LENGTH_OFFSET);
      borders.addAll(List.of(entry + FileLayout.ENTRY_LENGTH, offset, offset + length));
    }
    borders.add(bytes.length - FileLayout.TAIL_PADDING);
    return borders;
  }

  /**
   * Returns the offsets of the bytes to flip. These are all bytes of a small file, of every header
   * and of every directory, and samples of each section and of the padding.
   */
  private Set<Integer> places(byte[] bytes) {
    Set<Integer> places = new TreeSet<>();
    ByteBuffer file = little(bytes);
    int head =
        FileLayout.HEADER_LENGTH
            + file.getInt(FileLayout.SECTION_COUNT_OFFSET) * FileLayout.ENTRY_LENGTH;
    int all = bytes.length <= SMALL_FILE ? bytes.length : head;
    for (int at = 0; at < all; at++) {
      places.add(at);
    }
    int from = head;
    for (int border : borders(bytes)) {
      if (border > from) {
        for (int i = 0; i < SAMPLES; i++) {
          places.add(from + random.nextInt(border - from));
        }
        from = border;
      }
    }
    for (int at = from; at < bytes.length; at++) {
      places.add(at);
    }
    return places;
  }

  private void assertRefused(Path file, String what) throws IOException {
    try {
      Segment segment = Segment.open(directory, Verification.FULL);
      segment.release();
    } catch (CorruptSegmentException | UnsupportedFormatException refused) {
      assertThat(refused)
          .as(what)
          .hasMessageMatching("(?s).+: (corrupt|unsupported) at byte \\d+: .+, found .+");
      if (file != null) {
        assertThat(refused).as(what).hasMessageStartingWith(file + ": ");
      }
      return;
    }
    fail("opened although " + file + " was damaged: " + what);
  }

  private void assertUnsupported(Path file, String named) throws IOException {
    try {
      Segment.open(directory, Verification.FULL).release();
    } catch (UnsupportedFormatException refused) {
      assertThat(refused).hasMessageStartingWith(file + ": ").hasMessageContaining(named);
      assertThat(refused.file()).isEqualTo(file.toString());
      return;
    }
    fail(file + " passed for a file of this version and kind");
  }

  private void assertOpens() throws IOException {
    Segment.open(directory, Verification.FULL).release();
  }

  private static String text(Path directory) throws IOException {
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      return SegmentText.of(segment);
    } finally {
      segment.release();
    }
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
