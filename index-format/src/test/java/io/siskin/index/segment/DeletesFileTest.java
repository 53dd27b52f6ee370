package io.siskin.index.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.SegmentId;
import io.siskin.index.store.Mapping;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.testing.SegmentEditor.EditedFile;
import io.siskin.index.testing.SegmentEditor.EditedSection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DeletesFileTest {
  private static final SegmentId SEGMENT = new SegmentId(0x1234, 0x5678);

  private static final int ROUNDS = 1_000;

  @TempDir Path temporary;
  private Path file;
  private long openMappings;

  @BeforeEach
  void countMappings() {
    file = temporary.resolve("3-7.del");
    openMappings = Mapping.openCount();
  }

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    assertThat(Mapping.openCount()).isEqualTo(openMappings);
    try (Stream<Path> files = Files.list(temporary)) {
      assertThat(files).allMatch(file::equals);
    }
  }

  @RepeatedTest(10)
  void whatIsWrittenIsRead() throws IOException {
    Random random = new Random(Seeds.next());
    int documents = random.nextInt(200_000);
    DocumentSet.Builder builder = DocumentSet.all(documents).toBuilder();
    for (int deletes = documents == 0 ? 0 : random.nextInt(3_000); deletes > 0; deletes--) {
      int first = random.nextInt(documents);
      int last = Math.min(documents - 1, first + (random.nextInt(9) == 0 ? 500 : 0));
      for (int document = first; document <= last; document++) {
        builder.remove(document);
      }
    }
    DocumentSet live = builder.build();
    DeletesFile.write(file, SEGMENT, live);
    assertSame(DeletesFile.read(file, SEGMENT, documents), live);
  }

  @Test
  void aFileIsReplaced() throws IOException {
    DeletesFile.write(file, SEGMENT, DocumentSet.all(100));
    assertSame(DeletesFile.read(file, SEGMENT, 100), DocumentSet.all(100));
    DeletesFile.write(file, SEGMENT, DocumentSet.none(100));
    assertSame(DeletesFile.read(file, SEGMENT, 100), DocumentSet.none(100));
  }

  private static void assertSame(DocumentSet found, DocumentSet expected) {
    assertThat(found.documentCount()).isEqualTo(expected.documentCount());
    assertThat(found.size()).isEqualTo(expected.size());
    for (int word = 0; word < expected.wordCount(); word++) {
      assertThat(found.word(word)).isEqualTo(expected.word(word));
    }
  }

  @Test
  void everyFlippedBitIsRefused() throws IOException {
    Random random = new Random(Seeds.next());
    DeletesFile.write(file, SEGMENT, DocumentSet.all(1000).without(3, 4, 5, 900));
    byte[] bytes = Files.readAllBytes(file);
    for (int at = 0; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      Files.write(file, damaged);
      assertThatThrownBy(() -> DeletesFile.read(file, SEGMENT, 1000))
          .as("byte %s", at)
          .isInstanceOfAny(CorruptSegmentException.class, UnsupportedFormatException.class)
          .hasMessageStartingWith(file + ": ");
    }
  }

  @Test
  void aFileThatIsCutOffOrMissingIsRefused() throws IOException {
    DeletesFile.write(file, SEGMENT, DocumentSet.all(1000).without(3));
    byte[] bytes = Files.readAllBytes(file);
    for (int length = 0; length < bytes.length; length += 7) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> DeletesFile.read(file, SEGMENT, 1000))
          .isInstanceOf(CorruptSegmentException.class);
    }
    Files.delete(file);
    assertThatThrownBy(() -> DeletesFile.read(file, SEGMENT, 1000))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining("no file");
  }

  @Test
  void anotherSegmentsFileAndAnotherVersionAreNamed() throws IOException {
    DeletesFile.write(file, SEGMENT, DocumentSet.all(1000).without(3));
    assertThatThrownBy(() -> DeletesFile.read(file, new SegmentId(1, 2), 1000))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining(SEGMENT.toString());
    assertThatThrownBy(() -> DeletesFile.read(file, SEGMENT, 3))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining("document numbers from 0 to 2");
    byte[] bytes = Files.readAllBytes(file);
    for (int version : new int[] {1, 3}) {
      ByteBuffer.wrap(bytes)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(FileLayout.VERSION_OFFSET, version);
      SegmentEditor.sealHead(bytes);
      Files.write(file, bytes);
      assertThatThrownBy(() -> DeletesFile.read(file, SEGMENT, 1000))
          .isInstanceOf(UnsupportedFormatException.class)
          .hasMessageContaining("version " + version);
    }
  }

  /** Files with right checksums and wrong contents. */
  @Test
  void liesAreRefused() throws IOException {
    byte[] bitmap = bitmap(5, 7);
    assertSame(read(1, 2, bitmap), DocumentSet.all(1000).without(5, 7));
    assertRefused(2, 2, bitmap);
    assertRefused(1, 1, bitmap);
    assertRefused(1, -1, bitmap);
    assertRefused(1, 2, Arrays.copyOf(bitmap, bitmap.length + 4));
    assertRefused(1, 2, Arrays.copyOf(bitmap, bitmap.length - 1));
    assertRefused(1, 2, new byte[0]);
    assertRefused(1, 2, bitmap(7, 5));
    assertRefused(1, 2, bitmap(5, 1000));
    Random random = new Random(Seeds.next());
    for (int round = 0; round < ROUNDS; round++) {
      byte[] changed = bitmap.clone();
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      try {
        read(1, 2, changed);
      } catch (CorruptSegmentException refused) {
        // Other documents are allowed, and so is this.
      }
    }
  }

  private void assertRefused(int encoding, long count, byte[] bitmap) {
    assertThatThrownBy(() -> read(encoding, count, bitmap))
        .isInstanceOf(CorruptSegmentException.class);
  }

  private DocumentSet read(int encoding, long count, byte[] bitmap) throws IOException {
    EditedFile edited = new EditedFile();
    edited.kind = FileKind.DELETES.code();
    edited.version = 2;
    ByteBuffer.wrap(edited.segmentId)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(SEGMENT.high())
        .putLong(SEGMENT.low());
    edited.sections.add(
        new EditedSection(SectionKind.DELETED_DOCUMENTS.code(), encoding, count, bitmap));
    Files.write(file, SegmentEditor.putTogether(edited));
    return DeletesFile.read(file, SEGMENT, 1000);
  }

  /** Returns a Roaring bitmap, made from its published format: one array of two numbers. */
  private static byte[] bitmap(int first, int second) {
    ByteBuffer bytes = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(12346).putInt(1);
    bytes.putShort((short) 0).putShort((short) 1);
    bytes.putInt(16);
    return bytes.putShort((short) first).putShort((short) second).array();
  }

  @Test
  void theBitmapHasThePublishedFormat() throws IOException {
    DeletesFile.write(file, SEGMENT, DocumentSet.all(1000).without(5, 7));
    byte[] content = Files.readAllBytes(file);
    assertThat(content).isEqualTo(written(bitmap(5, 7)));
  }

  private byte[] written(byte[] bitmap) throws IOException {
    assertThat(List.of(read(1, 2, bitmap))).hasSize(1);
    return Files.readAllBytes(file);
  }
}
