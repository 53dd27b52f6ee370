package io.siskin.index.store;

import static io.siskin.index.format.FileLayout.DIRECTORY_CHECKSUM_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_CHECKSUM_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_COUNT_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_ENCODING_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_KIND_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_LENGTH;
import static io.siskin.index.format.FileLayout.ENTRY_RESERVED_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_SECTION_LENGTH_OFFSET;
import static io.siskin.index.format.FileLayout.ENTRY_SECTION_OFFSET_OFFSET;
import static io.siskin.index.format.FileLayout.FILE_LENGTH_OFFSET;
import static io.siskin.index.format.FileLayout.HEADER_CHECKSUM_OFFSET;
import static io.siskin.index.format.FileLayout.HEADER_LENGTH;
import static io.siskin.index.format.FileLayout.KIND_OFFSET;
import static io.siskin.index.format.FileLayout.MAGIC;
import static io.siskin.index.format.FileLayout.MAGIC_OFFSET;
import static io.siskin.index.format.FileLayout.RESERVED_OFFSET;
import static io.siskin.index.format.FileLayout.SECTION_COUNT_MAX;
import static io.siskin.index.format.FileLayout.SECTION_COUNT_OFFSET;
import static io.siskin.index.format.FileLayout.SEGMENT_ID_OFFSET;
import static io.siskin.index.format.FileLayout.TAIL_PADDING;
import static io.siskin.index.format.FileLayout.U32;
import static io.siskin.index.format.FileLayout.U64;
import static io.siskin.index.format.FileLayout.U8;
import static io.siskin.index.format.FileLayout.VERSION_OFFSET;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.SegmentId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of a segment, mapped read-only and verified. The verification covers magic, header,
 * version, length, directory and gaps. It also covers the checksum of every section, unless the
 * caller asks for less. Sections are available only after the verification.
 *
 * <p>The views live as long as the {@link Mapping} given at opening.
 */
public final class MappedFile {
  // A page at a time would be 64 times as many system calls for a file that is not in memory.
  private static final long RESIDENT_PIECE_BYTES = 256 << 10;

  private final Path path;
  private final String name;
  // Device and inode; null where the file system has no such thing.
  private final @Nullable Object fileKey;
  private final MemorySegment memory;
  private final SegmentId segmentId;
  private final int headerChecksum;
  // Of the header and the directory together.
  private final int envelopeChecksum;
  private final List<Entry> entries;

  // When the content was last written that was mapped or verified.
  private volatile FileTime writtenTime;

  private MappedFile(
      Path path, BasicFileAttributes attributes, MemorySegment memory, List<Entry> entries) {
    this.path = path;
    this.name = path.toString();
    this.fileKey = attributes.fileKey();
    this.writtenTime = attributes.lastModifiedTime();
    this.memory = memory;
    this.segmentId =
        new SegmentId(
            memory.get(U64, SEGMENT_ID_OFFSET), memory.get(U64, SEGMENT_ID_OFFSET + Long.BYTES));
    this.headerChecksum = memory.get(U32, HEADER_CHECKSUM_OFFSET);
    this.entries = entries;
    this.envelopeChecksum = checksum(memory, 0, envelopeLength());
  }

  private long envelopeLength() {
    return HEADER_LENGTH + (long) entries.size() * ENTRY_LENGTH;
  }

  private record Entry(
      int kind, int encoding, long offset, long length, long count, int checksum, long place) {}

  /**
   * Maps and verifies a file.
   *
   * @param path the file
   * @param kind the kind that it must have
   * @param versions the format versions that the caller can read
   * @param mapping owns the mapping from now on
   * @param verification how much of the file is read to verify it
   * @throws CorruptSegmentException if the file is missing, truncated or damaged
   * @throws UnsupportedFormatException if the file belongs to another program, is another kind of
   *     file, or has another version
   */
  public static MappedFile open(
      Path path, FileKind kind, Set<Integer> versions, Mapping mapping, Verification verification)
      throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      String name = path.toString();
      // Before it is read: what is written to it from now on is noticed later.
      BasicFileAttributes attributes = attributes(path);
      MemorySegment memory = map(name, channel, mapping.arena());
      checkHeader(name, memory, kind, versions);
      List<Entry> entries = readDirectory(name, memory);
      MappedFile file = new MappedFile(path, attributes, memory, entries);
      if (verification == Verification.FULL) {
        file.verifySections(new SectionChecksums(name, channel, ReadPace.UNLIMITED));
      }
      return file;
    } catch (NoSuchFileException missing) {
      CorruptSegmentException corrupt =
          new CorruptSegmentException(path.toString(), 0, "a file of the segment", "no file");
      corrupt.initCause(missing);
      throw corrupt;
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class);
  }

  /**
   * Compares what stands under the file's name with what was mapped. Reads nothing of the content.
   *
   * @throws CorruptSegmentException when the mapped file has another length now: reading what is
   *     missing is an error of the memory
   * @throws IOException when the name cannot be looked up
   */
  public FileState compare() throws IOException {
    try {
      return compare(attributes(path));
    } catch (NoSuchFileException removed) {
      return FileState.GONE;
    }
  }

  private FileState compare(BasicFileAttributes found) throws CorruptSegmentException {
    if (fileKey != null && !fileKey.equals(found.fileKey())) {
      return FileState.EXCHANGED;
    }
    require(
        found.size() == lengthBytes(),
        name,
        FILE_LENGTH_OFFSET,
        "a file of " + lengthBytes() + " bytes",
        found.size() + " bytes");
    return found.lastModifiedTime().equals(writtenTime) ? FileState.SAME : FileState.WRITTEN;
  }

  /**
   * Verifies a file again that is in use: reads it as a whole and compares every checksum with what
   * was mapped. It reads the file and not the mapping, which is safe even where the file was cut.
   *
   * @param pace told of each chunk that was read; may wait
   * @return {@link FileState#SAME} when it is whole; otherwise another file or none stands there,
   *     and nothing was verified
   * @throws CorruptSegmentException when it is damaged or cannot be read
   * @throws IOException when it cannot be opened
   */
  public FileState verify(ReadPace pace) throws IOException {
    BasicFileAttributes found;
    try {
      found = attributes(path);
    } catch (NoSuchFileException removed) {
      return FileState.GONE;
    }
    FileState state = compare(found);
    if (state == FileState.EXCHANGED) {
      return state;
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      verifyAll(new SectionChecksums(name, channel, pace));
    } catch (NoSuchFileException removed) {
      return FileState.GONE;
    }
    writtenTime = found.lastModifiedTime();
    return FileState.SAME;
  }

  private void verifyAll(SectionChecksums checksums) throws IOException {
    long end = envelopeLength();
    int envelope = checksums.checksum(0, end);
    require(
        envelope == envelopeChecksum,
        name,
        0,
        "header and directory with checksum " + hex(envelopeChecksum),
        hex(envelope));
    for (Entry entry : entries) {
      checksums.requireZero(end, entry.offset);
      if (checksums.checksum(entry.offset, entry.length) != entry.checksum) {
        throw damaged(entry);
      }
      end = entry.offset + entry.length;
    }
    checksums.requireZero(end, lengthBytes());
  }

  /** Returns the format version of the file. */
  public int version() {
    return memory.get(U32, VERSION_OFFSET);
  }

  /** Returns the id of the segment that the file belongs to. */
  public SegmentId segmentId() {
    return segmentId;
  }

  /** Returns the file's name, for messages. */
  public String name() {
    return name;
  }

  /** Returns the file's length in bytes. */
  public long lengthBytes() {
    return memory.byteSize();
  }

  /**
   * Brings the whole file into memory and into the page tables of this process, so that no later
   * read has to wait for it. Takes as long as the disk needs for what is not in memory yet.
   *
   * @throws InternalError when a mapped byte cannot be read, because the file was shortened
   */
  public void load() {
    memory.load();
  }

  /**
   * Returns how many bytes of the file are in memory now: those of all pieces of {@value
   * #RESIDENT_PIECE_BYTES} bytes that are there as a whole. So it is never too much. The system is
   * asked, and nothing of the file is read. 0 where the system does not tell, as on Windows. Linux
   * tells the truth only to those who may write the file, and calls the whole file resident
   * otherwise.
   */
  public long residentBytes() {
    long resident = 0;
    for (long at = 0; at < memory.byteSize(); at += RESIDENT_PIECE_BYTES) {
      long length = Math.min(RESIDENT_PIECE_BYTES, memory.byteSize() - at);
      if (memory.asSlice(at, length).isLoaded()) {
        resident += length;
      }
    }
    return resident;
  }

  /** Returns the checksum in the header. The file table of the segment has the same value. */
  public int headerChecksum() {
    return headerChecksum;
  }

  /**
   * Returns a section that the file must have.
   *
   * @param kind the kind of the section
   * @throws CorruptSegmentException if the file does not have it
   */
  public Section section(SectionKind kind) throws CorruptSegmentException {
    Section section = sectionOrNull(kind);
    if (section == null) {
      throw new CorruptSegmentException(
          name, HEADER_LENGTH, "a section of kind " + kind.code(), "none");
    }
    return section;
  }

  /**
   * Returns a section, or null if the file does not have it.
   *
   * @param kind the kind of the section
   */
  public @Nullable Section sectionOrNull(SectionKind kind) {
    for (Entry entry : entries) {
      if (entry.kind == kind.code()) {
        return new Section(
            name,
            entry.offset,
            entry.encoding,
            entry.count,
            memory.asSlice(entry.offset, entry.length),
            memory.asSlice(entry.offset, entry.length + TAIL_PADDING));
      }
    }
    return null;
  }

  /**
   * Returns the sizes of all sections in the order of the file, including sections of unknown
   * kinds.
   */
  public List<SectionSize> sectionSizes() {
    return entries.stream()
        .map(
            entry -> new SectionSize(nameOf(entry.kind), entry.encoding, entry.count, entry.length))
        .toList();
  }

  private static String nameOf(int code) {
    SectionKind kind = SectionKind.ofCode(code);
    return kind == null ? Integer.toString(code) : kind.name();
  }

  private static MemorySegment map(String name, FileChannel channel, Arena arena)
      throws IOException {
    long length = channel.size();
    require(
        length >= HEADER_LENGTH + TAIL_PADDING,
        name,
        length,
        "at least " + (HEADER_LENGTH + TAIL_PADDING) + " bytes",
        length + " bytes");
    return channel.map(FileChannel.MapMode.READ_ONLY, 0, length, arena);
  }

  private static void checkHeader(
      String name, MemorySegment memory, FileKind kind, Set<Integer> versions) throws IOException {
    long magic = memory.get(U64, MAGIC_OFFSET);
    if (magic != MAGIC) {
      throw new UnsupportedFormatException(name, MAGIC_OFFSET, hex(MAGIC), hex(magic));
    }
    int headerChecksum = checksum(memory, 0, HEADER_CHECKSUM_OFFSET);
    require(
        headerChecksum == memory.get(U32, HEADER_CHECKSUM_OFFSET),
        name,
        HEADER_CHECKSUM_OFFSET,
        "header checksum " + hex(headerChecksum),
        hex(memory.get(U32, HEADER_CHECKSUM_OFFSET)));
    int foundKind = memory.get(U32, KIND_OFFSET);
    if (foundKind != kind.code()) {
      throw new UnsupportedFormatException(
          name,
          KIND_OFFSET,
          "kind " + kind.code() + " (" + kind.fileName() + ")",
          "kind " + foundKind);
    }
    int foundVersion = memory.get(U32, VERSION_OFFSET);
    if (!versions.contains(foundVersion)) {
      throw new UnsupportedFormatException(
          name,
          VERSION_OFFSET,
          versions.stream()
              .sorted()
              .map(String::valueOf)
              .collect(Collectors.joining(" or ", "version ", "")),
          "version " + Integer.toUnsignedString(foundVersion));
    }
    long length = memory.get(U64, FILE_LENGTH_OFFSET);
    require(
        length == memory.byteSize(),
        name,
        FILE_LENGTH_OFFSET,
        "a file of " + Long.toUnsignedString(length) + " bytes",
        memory.byteSize() + " bytes");
    for (int at = RESERVED_OFFSET; at < HEADER_CHECKSUM_OFFSET; at++) {
      require(memory.get(U8, at) == 0, name, at, "a reserved byte of zero", memory.get(U8, at));
    }
  }

  private static List<Entry> readDirectory(String name, MemorySegment memory)
      throws CorruptSegmentException {
    int count = memory.get(U32, SECTION_COUNT_OFFSET);
    long end = HEADER_LENGTH + (long) count * ENTRY_LENGTH;
    require(
        count >= 0 && count <= SECTION_COUNT_MAX && end + TAIL_PADDING <= memory.byteSize(),
        name,
        SECTION_COUNT_OFFSET,
        "0 to " + SECTION_COUNT_MAX + " sections",
        count);
    int checksum = checksum(memory, HEADER_LENGTH, end - HEADER_LENGTH);
    require(
        checksum == memory.get(U32, DIRECTORY_CHECKSUM_OFFSET),
        name,
        DIRECTORY_CHECKSUM_OFFSET,
        "directory checksum " + hex(memory.get(U32, DIRECTORY_CHECKSUM_OFFSET)),
        hex(checksum));
    List<Entry> entries = new ArrayList<>(count);
    Set<Integer> kinds = new HashSet<>();
    for (int i = 0; i < count; i++) {
      long at = HEADER_LENGTH + (long) i * ENTRY_LENGTH;
      Entry entry =
          new Entry(
              memory.get(U32, at + ENTRY_KIND_OFFSET),
              memory.get(U32, at + ENTRY_ENCODING_OFFSET),
              memory.get(U64, at + ENTRY_SECTION_OFFSET_OFFSET),
              memory.get(U64, at + ENTRY_SECTION_LENGTH_OFFSET),
              memory.get(U64, at + ENTRY_COUNT_OFFSET),
              memory.get(U32, at + ENTRY_CHECKSUM_OFFSET),
              at);
      require(
          kinds.add(entry.kind),
          name,
          at + ENTRY_KIND_OFFSET,
          "at most one section of each kind",
          "a second section of kind " + entry.kind);
      int reserved = memory.get(U32, at + ENTRY_RESERVED_OFFSET);
      require(reserved == 0, name, at + ENTRY_RESERVED_OFFSET, "reserved bytes of zero", reserved);
      long earliest = FileLayout.align(end);
      require(
          entry.offset == earliest,
          name,
          at + ENTRY_SECTION_OFFSET_OFFSET,
          "section offset " + earliest,
          entry.offset);
      require(
          entry.length >= 0 && entry.length <= memory.byteSize() - TAIL_PADDING - entry.offset,
          name,
          at + ENTRY_SECTION_LENGTH_OFFSET,
          "a section that ends before the tail padding",
          entry.length);
      requireZero(name, memory, end, entry.offset);
      end = entry.offset + entry.length;
      entries.add(entry);
    }
    long fileEnd = FileLayout.align(end) + TAIL_PADDING;
    require(
        fileEnd == memory.byteSize(),
        name,
        FILE_LENGTH_OFFSET,
        fileEnd + " bytes",
        memory.byteSize());
    requireZero(name, memory, end, fileEnd);
    return List.copyOf(entries);
  }

  private void verifySections(SectionChecksums checksums) throws IOException {
    try {
      // In parallel: verification is bound by reading, and a cold file reads faster with several
      // readers.
      Entry damaged =
          entries.parallelStream()
              .filter(entry -> !checksums.has(entry.offset, entry.length, entry.checksum))
              .min((a, b) -> Long.compare(a.offset, b.offset))
              .orElse(null);
      if (damaged != null) {
        throw damaged(damaged);
      }
    } catch (UncheckedIOException unreadable) {
      throw unreadable.getCause();
    }
  }

  private CorruptSegmentException damaged(Entry entry) {
    return new CorruptSegmentException(
        name,
        entry.offset,
        "section " + nameOf(entry.kind) + " with checksum " + hex(entry.checksum),
        "another checksum");
  }

  /** Of a few bytes of the mapping, which are copied before: see {@link SectionChecksums}. */
  private static int checksum(MemorySegment memory, long offset, long length) {
    CRC32C checksum = new CRC32C();
    checksum.update(memory.asSlice(offset, length).toArray(U8));
    return (int) checksum.getValue();
  }

  private static void requireZero(String name, MemorySegment memory, long from, long to)
      throws CorruptSegmentException {
    for (long at = from; at < to; at++) {
      require(memory.get(U8, at) == 0, name, at, "a zero byte of padding", memory.get(U8, at));
    }
  }

  private static void require(
      boolean holds, String name, long offset, Object expected, Object found)
      throws CorruptSegmentException {
    if (!holds) {
      throw new CorruptSegmentException(name, offset, expected, found);
    }
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  private static String hex(int value) {
    return "0x" + Integer.toHexString(value);
  }
}
