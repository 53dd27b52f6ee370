package io.siskin.index.testing;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FileTableLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Takes the files of a segment apart, lets a test change anything in them, and puts them together
 * again with right checksums. The result is what a faulty or malicious writer would write. This is
 * a second writer of the envelope, which was made only from {@code docs/format.md}.
 */
public final class SegmentEditor {
  /** A file that was taken apart. Tests may change all fields. */
  public static final class EditedFile {
    /** The kind in the header. */
    public int kind;

    /** The version in the header. */
    public int version;

    /** The segment id in the header. */
    public byte[] segmentId = new byte[16];

    /** The sections in order. */
    public final List<EditedSection> sections = new ArrayList<>();

    /** Returns a section. */
    public EditedSection section(SectionKind wanted) {
      return sections.stream()
          .filter(section -> section.kind == wanted.code())
          .findFirst()
          .orElseThrow(() -> new AssertionError("no section " + wanted));
    }
  }

  /** A section. Tests may change all fields. */
  public static final class EditedSection {
    /** The section kind in the directory. */
    public int kind;

    /** The encoding in the directory. */
    public int encoding;

    /** The count in the directory. */
    public long count;

    /** The bytes, little-endian. */
    public ByteBuffer bytes = ByteBuffer.allocate(0);

    /** Makes a section. */
    public EditedSection(int kind, int encoding, long count, byte[] content) {
      this.kind = kind;
      this.encoding = encoding;
      this.count = count;
      set(content);
    }

    /** Returns a copy of the bytes. */
    public byte[] content() {
      byte[] content = new byte[bytes.limit()];
      bytes.get(0, content);
      return content;
    }

    /** Replaces the bytes. */
    public void set(byte[] content) {
      bytes = ByteBuffer.wrap(content.clone()).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private final Map<FileKind, EditedFile> files = new EnumMap<>(FileKind.class);

  private SegmentEditor() {}

  /** Takes the segment of a directory apart. */
  public static SegmentEditor open(Path directory) throws IOException {
    SegmentEditor editor = new SegmentEditor();
    for (FileKind kind : FileKind.values()) {
      Path path = directory.resolve(kind.fileName());
      if (Files.exists(path)) {
        editor.files.put(kind, takeApart(Files.readAllBytes(path)));
      }
    }
    return editor;
  }

  /** Returns the files. */
  public Map<FileKind, EditedFile> files() {
    return files;
  }

  /** Returns a file. */
  public EditedFile file(FileKind kind) {
    EditedFile file = files.get(kind);
    if (file == null) {
      throw new AssertionError("no file " + kind);
    }
    return file;
  }

  /** Returns the bytes of a section. */
  public ByteBuffer bytes(FileKind kind, SectionKind section) {
    return file(kind).section(section).bytes;
  }

  /** Puts all files together, makes a fitting file table, and writes the files. */
  public void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    // A test may have removed the table.
    ByteBuffer table =
        file(FileKind.META).sections.stream()
            .filter(section -> section.kind == SectionKind.FILE_TABLE.code())
            .map(section -> section.bytes)
            .findFirst()
            .orElse(ByteBuffer.allocate(0));
    for (Map.Entry<FileKind, EditedFile> file : files.entrySet()) {
      if (file.getKey() != FileKind.META) {
        byte[] bytes = putTogether(file.getValue());
        enter(table, file.getKey(), bytes);
        Files.write(directory.resolve(file.getKey().fileName()), bytes);
      }
    }
    Files.write(directory.resolve(FileKind.META.fileName()), putTogether(file(FileKind.META)));
  }

  private static void enter(ByteBuffer table, FileKind kind, byte[] bytes) {
    for (int at = 0; at + FileTableLayout.LENGTH <= table.limit(); at += FileTableLayout.LENGTH) {
      if (table.getInt(at + FileTableLayout.KIND_OFFSET) == kind.code()) {
        table.putInt(
            at + FileTableLayout.HEADER_CHECKSUM_OFFSET,
            buffer(bytes).getInt(FileLayout.HEADER_CHECKSUM_OFFSET));
        table.putLong(at + FileTableLayout.FILE_LENGTH_OFFSET, bytes.length);
      }
    }
  }

  private static EditedFile takeApart(byte[] bytes) {
    ByteBuffer file = buffer(bytes);
    EditedFile edited = new EditedFile();
    edited.kind = file.getInt(FileLayout.KIND_OFFSET);
    edited.version = file.getInt(FileLayout.VERSION_OFFSET);
    file.get(FileLayout.SEGMENT_ID_OFFSET, edited.segmentId);
    for (int i = 0; i < file.getInt(FileLayout.SECTION_COUNT_OFFSET); i++) {
      int entry = FileLayout.HEADER_LENGTH + i * FileLayout.ENTRY_LENGTH;
      byte[] content = new byte[(int) file.getLong(entry + FileLayout.ENTRY_SECTION_LENGTH_OFFSET)];
      file.get((int) file.getLong(entry + FileLayout.ENTRY_SECTION_OFFSET_OFFSET), content);
      edited.sections.add(
          new EditedSection(
              file.getInt(entry + FileLayout.ENTRY_KIND_OFFSET),
              file.getInt(entry + FileLayout.ENTRY_ENCODING_OFFSET),
              file.getLong(entry + FileLayout.ENTRY_COUNT_OFFSET),
              content));
    }
    return edited;
  }

  /** Returns the bytes of a file. */
  public static byte[] putTogether(EditedFile edited) {
    int directoryEnd = FileLayout.HEADER_LENGTH + edited.sections.size() * FileLayout.ENTRY_LENGTH;
    int length = (int) FileLayout.align(directoryEnd);
    for (EditedSection section : edited.sections) {
      length = (int) FileLayout.align(length + section.bytes.limit());
    }
    length += FileLayout.TAIL_PADDING;
    byte[] bytes = new byte[length];
    ByteBuffer file = buffer(bytes);
    int at = (int) FileLayout.align(directoryEnd);
    for (int i = 0; i < edited.sections.size(); i++) {
      EditedSection section = edited.sections.get(i);
      int entry = FileLayout.HEADER_LENGTH + i * FileLayout.ENTRY_LENGTH;
      file.putInt(entry + FileLayout.ENTRY_KIND_OFFSET, section.kind);
      file.putInt(entry + FileLayout.ENTRY_ENCODING_OFFSET, section.encoding);
      file.putLong(entry + FileLayout.ENTRY_SECTION_OFFSET_OFFSET, at);
      file.putLong(entry + FileLayout.ENTRY_SECTION_LENGTH_OFFSET, section.bytes.limit());
      file.putLong(entry + FileLayout.ENTRY_COUNT_OFFSET, section.count);
      file.putInt(
          entry + FileLayout.ENTRY_CHECKSUM_OFFSET,
          checksum(section.content(), 0, section.bytes.limit()));
      file.put(at, section.content());
      at = (int) FileLayout.align(at + section.bytes.limit());
    }
    file.putLong(FileLayout.MAGIC_OFFSET, FileLayout.MAGIC);
    file.putInt(FileLayout.KIND_OFFSET, edited.kind);
    file.putInt(FileLayout.VERSION_OFFSET, edited.version);
    file.put(FileLayout.SEGMENT_ID_OFFSET, edited.segmentId);
    file.putLong(FileLayout.FILE_LENGTH_OFFSET, length);
    file.putInt(FileLayout.SECTION_COUNT_OFFSET, edited.sections.size());
    sealHead(bytes);
    return bytes;
  }

  /** Computes the checksums of the directory and the header of a file again. */
  public static void sealHead(byte[] bytes) {
    ByteBuffer file = buffer(bytes);
    int directoryLength = file.getInt(FileLayout.SECTION_COUNT_OFFSET) * FileLayout.ENTRY_LENGTH;
    file.putInt(
        FileLayout.DIRECTORY_CHECKSUM_OFFSET,
        checksum(bytes, FileLayout.HEADER_LENGTH, directoryLength));
    file.putInt(
        FileLayout.HEADER_CHECKSUM_OFFSET, checksum(bytes, 0, FileLayout.HEADER_CHECKSUM_OFFSET));
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int checksum(byte[] bytes, int offset, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, offset, length);
    return (int) checksum.getValue();
  }
}
