package io.siskin.index.segment;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.SegmentId;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Mapping;
import io.siskin.index.store.Section;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import io.siskin.index.store.Verification;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import org.roaringbitmap.IntIterator;
import org.roaringbitmap.InvalidRoaringFormat;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/**
 * The deleted documents of one segment, in a file beside the segment. The file has the header and
 * the checksums of every file, and the id of its segment.
 *
 * <p>It stores the deleted documents. Writing takes and reading returns the others, which are
 * alive, because a search needs these.
 */
public final class DeletesFile {
  private DeletesFile() {}

  /**
   * Writes a file whole or not at all, and so that it survives a power loss.
   *
   * @param file the file; it is replaced if it exists. Its directory exists
   * @param segmentId the segment
   * @param live the documents of the segment that are alive
   */
  public static void write(Path file, SegmentId segmentId, DocumentSet live) throws IOException {
    Path partial = AtomicFile.partial(file);
    try (SegmentFileWriter writer =
        new SegmentFileWriter(partial, FileKind.DELETES, FormatV2.VERSION)) {
      byte[] bitmap = serialize(deleted(live));
      SectionWriter section =
          writer.section(SectionKind.DELETED_DOCUMENTS, FormatV1.ENCODING_PLAIN);
      section.putBytes(bitmap, 0, bitmap.length);
      section.setCount(live.documentCount() - live.size());
      writer.join();
      writer.stamp(segmentId);
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
    AtomicFile.forceDirectory(file.resolveSibling("."));
  }

  private static RoaringBitmap deleted(DocumentSet live) {
    RoaringBitmap deleted = new RoaringBitmap();
    for (int word = 0; word < live.wordCount(); word++) {
      long dead = ~live.word(word);
      while (dead != 0) {
        int document = (word << 6) + Long.numberOfTrailingZeros(dead);
        if (document >= live.documentCount()) {
          break;
        }
        deleted.add(document);
        dead &= dead - 1;
      }
    }
    deleted.runOptimize();
    return deleted;
  }

  private static byte[] serialize(RoaringBitmap bitmap) {
    ByteBuffer bytes =
        ByteBuffer.allocate(bitmap.serializedSizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
    bitmap.serialize(bytes);
    return bytes.array();
  }

  /**
   * Reads a file and verifies all of it.
   *
   * @param file the file
   * @param segmentId the segment that it must belong to
   * @param documentCount the documents of this segment
   * @return the documents that are alive
   * @throws CorruptSegmentException if the file is missing or damaged, or belongs to another
   *     segment
   * @throws io.siskin.index.error.UnsupportedFormatException if the file is of another kind or of
   *     another version
   */
  public static DocumentSet read(Path file, SegmentId segmentId, int documentCount)
      throws IOException {
    try (Mapping mapping = new Mapping()) {
      MappedFile mapped =
          MappedFile.open(
              file, FileKind.DELETES, Set.of(FormatV2.VERSION), mapping, Verification.FULL);
      if (!mapped.segmentId().equals(segmentId)) {
        throw new CorruptSegmentException(
            mapped.name(),
            FileLayout.SEGMENT_ID_OFFSET,
            "segment " + segmentId,
            mapped.segmentId());
      }
      Section section = mapped.section(SectionKind.DELETED_DOCUMENTS);
      section.requireEncoding(FormatV1.ENCODING_PLAIN);
      try {
        return live(section, documentCount);
      } catch (InvalidRoaringFormat
          | BufferUnderflowException
          | IllegalArgumentException
          | IndexOutOfBoundsException
          | NegativeArraySizeException broken) {
        // The library has many ways to say that bytes are no bitmap.
        CorruptSegmentException corrupt =
            new CorruptSegmentException(
                section.file(), section.offset(), "a Roaring bitmap", String.valueOf(broken));
        corrupt.initCause(broken);
        throw corrupt;
      }
    }
  }

  private static DocumentSet live(Section section, int documentCount)
      throws CorruptSegmentException {
    // This class reads the bytes in place, so a wrong length in them reserves no memory.
    ImmutableRoaringBitmap deleted =
        new ImmutableRoaringBitmap(
            ByteBuffer.wrap(section.bytes().toArray(FileLayout.U8)).order(ByteOrder.LITTLE_ENDIAN));
    section.requireLength(deleted.serializedSizeInBytes());
    DocumentSet.Builder live = DocumentSet.all(documentCount).toBuilder();
    int last = -1;
    int found = 0;
    for (IntIterator documents = deleted.getIntIterator(); documents.hasNext(); ) {
      int document = documents.next();
      section.require(
          document > last && document < documentCount,
          "document numbers from " + (last + 1) + " to " + (documentCount - 1),
          Integer.toUnsignedString(document));
      live.remove(document);
      last = document;
      found++;
    }
    section.requireCount(found);
    return live.build();
  }
}
