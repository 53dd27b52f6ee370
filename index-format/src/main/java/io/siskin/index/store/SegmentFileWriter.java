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
 * Writes one file of a segment in three steps. First, each section is written to its own temporary
 * file. Then all sections are joined in the final file. At last, the file gets the segment id,
 * which depends on the content of all files.
 *
 * <p>Only one thread may use a writer at a time, but each section may be filled by another thread.
 * Closing it without {@link #stamp} removes all that was written.
 */
public final class SegmentFileWriter implements AutoCloseable {
  private static final SegmentId NO_ID = new SegmentId(0, 0);

  private final Path path;
  private final FileKind kind;
  private final int version;
  private final List<SectionWriter> sections = new ArrayList<>();
  private boolean finished;

  /**
   * Begins a file.
   *
   * @param path the file, which does not exist. Its directory exists
   * @param kind which kind of file
   * @param version the format version of its sections
   */
  public SegmentFileWriter(Path path, FileKind kind, int version) {
    this.path = path;
    this.kind = kind;
    this.version = version;
  }

  /**
   * Begins a section. The sections of the file are in the order of these calls.
   *
   * @param sectionKind the kind of the section. A file has at most one section of each kind
   * @param encoding the variant of its encoding, as the section kind defines
   */
  public SectionWriter section(SectionKind sectionKind, int encoding) throws IOException {
    assert sectionKind.code() / 100 == kind.code() : sectionKind + " does not belong into " + kind;
    Path temporary = path.resolveSibling(path.getFileName() + "." + sectionKind.code() + ".part");
    SectionWriter section = new SectionWriter(sectionKind, encoding, temporary);
    sections.add(section);
    return section;
  }

  /**
   * Ends all sections and writes the file under its name. Only the segment id is missing then, and
   * the file may be mapped.
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
      // Writing the last byte of the file fills the gaps and the tail padding with zeros.
      file.write(ByteBuffer.allocate(1), fileLength - 1);
    }
    return path;
  }

  /**
   * Adds the content of a joined file to the digest from which the segment id is made.
   *
   * @param segmentDigest receives the kind, the encoding, the length and the content of each
   *     section
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
   * Gives a joined file its segment id and forces it to the disk. After this the file is finished.
   *
   * @param segmentId the id of the segment that the file belongs to
   * @return the entry of the file for the file table of the segment
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

  /** Removes all that was written. It does nothing after {@link #stamp}. */
  @Override
  public void close() throws IOException {
    if (!finished) {
      remove();
    }
  }

  /** Removes all that was written, even if the file is finished. */
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
   * A finished file, as an entry of the file table of the segment.
   *
   * @param kind the kind of the file
   * @param lengthBytes its length in bytes
   * @param headerChecksum the CRC-32C in its header. It covers the directory, and the checksums in
   *     the directory cover the sections
   */
  public record WrittenFile(FileKind kind, long lengthBytes, int headerChecksum) {}
}
