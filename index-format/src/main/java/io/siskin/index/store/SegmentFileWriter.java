package io.siskin.index.store;

import static io.siskin.index.format.FileLayout.DIRECTORY_CHECKSUM_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_CHECKSUM_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_COUNT_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_ENCODING_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_KIND_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_LENGTH;
import static io.siskin.index.format.FileLayout.ENTRY_SECTION_LENGTH_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_SECTION_OFFSET_OFFSET;
import static io.siskin.index.format.FileLayout.FILE_LENGTH_OFFSET;
import static io.siskin.index.format.FileLayout.HEADER_CHECKSUM_OFFSET;
import static io.siskin.index.format.FileLayout.HEADER_LENGTH;
import static io.siskin.index.format.FileLayout.KIND_OFFSET;
import static io.siskin.index.format.FileLayout.MAGIC;
import static io.siskin.index.format.FileLayout.MAGIC_OFFSET;
import static io.siskin.index.format.FileLayout.SECTION_COUNT_OFFSET;
import static io.siskin.index.format.FileLayout.SEGMENT_ID_OFFSET;
import static io.siskin.index.format.FileLayout.TAIL_PADDING;
import static io.siskin.index.format.FileLayout.VERSION_OFFSET;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.SegmentId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes one file of a segment in three steps: sections, each into a temporary file of its own;
 * then all of them joined under the file's name; last the segment id, which depends on the content
 * of all files.
 *
 * <p>Used by one thread at a time, though each section may be filled by another thread. Closing
 * without {@link #stamp} removes what was written.
 */
public final class SegmentFileWriter implements AutoCloseable {
  private static final SegmentId NO_ID = new SegmentId(0, 0);

  private final Path directory;
  private final Path path;
  private final FileKind kind;
  private final int version;
  private final List<SectionWriter> sections = new ArrayList<>();
  private boolean finished;

  /**
   * Begins a file.
   *
   * @param directory the segment's directory, which exists
   * @param kind which file of the segment
   * @param version the format version of its sections
   */
  public SegmentFileWriter(Path directory, FileKind kind, int version) {
    this.directory = directory;
    this.path = directory.resolve(kind.fileName());
    this.kind = kind;
    this.version = version;
  }

  /**
   * Begins a section. Sections stand in the file in the order of these calls.
   *
   * @param sectionKind what the section holds; at most once a file
   * @param encoding the variant of its encoding, as the section kind defines
   */
  public SectionWriter section(SectionKind sectionKind, int encoding) throws IOException {
    assert sectionKind.code() / 100 == kind.code() : sectionKind + " does not belong into " + kind;
    Path temporary = directory.resolve(kind.fileName() + "." + sectionKind.code() + ".part");
    SectionWriter section = new SectionWriter(sectionKind, encoding, temporary);
    sections.add(section);
    return section;
  }

  /**
   * Ends all sections and writes the file under its name, complete but for the segment id: it may
   * be mapped from now on.
   *
   * @return the file
   */
  public Path join() throws IOException {
    for (SectionWriter section : sections) {
      section.seal();
    }
    ByteBuffer head = head(NO_ID);
    long fileLength = head.getLong(FILE_LENGTH_OFFSET);
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (head.hasRemaining()) {
        file.write(head);
      }
      for (int i = 0; i < sections.size(); i++) {
        long offset = head.getLong(HEADER_LENGTH + i * ENTRY_LENGTH + ENTRY_SECTION_OFFSET_OFFSET);
        sections.get(i).moveTo(file, offset);
      }
      // The gaps and the tail padding become zeros by writing the last byte beyond them.
      file.write(ByteBuffer.allocate(1), fileLength - 1);
    }
    return path;
  }

  /**
   * Adds the content of a joined file to the digest from which the segment id is made.
   *
   * @param segmentDigest receives kind, encoding, length and content of each section
   */
  public void addTo(MessageDigest segmentDigest) {
    for (SectionWriter section : sections) {
      ByteBuffer identity = ByteBuffer.allocate(4 + 4 + 8 + 8).order(ByteOrder.LITTLE_ENDIAN);
      identity.putInt(section.kind().code()).putInt(section.encoding());
      identity.putLong(section.position()).putLong(section.count());
      segmentDigest.update(identity.array());
      segmentDigest.update(section.contentDigest());
    }
  }

  /**
   * Gives a joined file its segment id and forces it to the disk: the file is finished.
   *
   * @param segmentId the id of the segment that the file belongs to
   * @return what the segment's file table says of it
   */
  public WrittenFile stamp(SegmentId segmentId) throws IOException {
    ByteBuffer head = head(segmentId);
    WrittenFile written =
        new WrittenFile(
            kind, head.getLong(FILE_LENGTH_OFFSET), head.getInt(HEADER_CHECKSUM_OFFSET));
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      head.limit(HEADER_LENGTH);
      while (head.hasRemaining()) {
        file.write(head, head.position());
      }
      file.force(true);
    }
    finished = true;
    return written;
  }

  /** Removes what was written; does nothing after {@link #stamp}. */
  @Override
  public void close() throws IOException {
    if (!finished) {
      remove();
    }
  }

  /** Removes what was written, finished or not. */
  public void remove() throws IOException {
    finished = true;
    for (SectionWriter section : sections) {
      section.discard();
    }
    Files.deleteIfExists(path);
  }

  private ByteBuffer head(SegmentId segmentId) {
    int directoryLength = sections.size() * ENTRY_LENGTH;
    ByteBuffer head =
        ByteBuffer.allocate(HEADER_LENGTH + directoryLength).order(ByteOrder.LITTLE_ENDIAN);
    long offset = FileLayout.align(head.capacity());
    for (int i = 0; i < sections.size(); i++) {
      SectionWriter section = sections.get(i);
      int entry = HEADER_LENGTH + i * ENTRY_LENGTH;
      head.putInt(entry + ENTRY_KIND_OFFSET, section.kind().code());
      head.putInt(entry + ENTRY_ENCODING_OFFSET, section.encoding());
      head.putLong(entry + ENTRY_SECTION_OFFSET_OFFSET, offset);
      head.putLong(entry + ENTRY_SECTION_LENGTH_OFFSET, section.position());
      head.putLong(entry + ENTRY_COUNT_OFFSET, section.count());
      head.putInt(entry + ENTRY_CHECKSUM_OFFSET, section.checksum());
      offset = FileLayout.align(offset + section.position());
    }
    head.putLong(MAGIC_OFFSET, MAGIC);
    head.putInt(KIND_OFFSET, kind.code());
    head.putInt(VERSION_OFFSET, version);
    head.putLong(SEGMENT_ID_OFFSET, segmentId.high());
    head.putLong(SEGMENT_ID_OFFSET + Long.BYTES, segmentId.low());
    head.putLong(FILE_LENGTH_OFFSET, offset + TAIL_PADDING);
    head.putInt(SECTION_COUNT_OFFSET, sections.size());
    head.putInt(DIRECTORY_CHECKSUM_OFFSET, checksum(head.array(), HEADER_LENGTH, directoryLength));
    head.putInt(HEADER_CHECKSUM_OFFSET, checksum(head.array(), 0, HEADER_CHECKSUM_OFFSET));
    return head;
  }

  private static int checksum(byte[] bytes, int offset, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, offset, length);
    return (int) checksum.getValue();
  }

  /**
   * A finished file, as the segment's file table names it.
   *
   * @param kind which file
   * @param lengthBytes its length
   * @param headerChecksum the CRC-32C in its header, which covers the directory and through it the
   *     sections
   */
  public record WrittenFile(FileKind kind, long lengthBytes, int headerChecksum) {}
}
