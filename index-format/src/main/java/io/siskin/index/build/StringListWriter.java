package io.siskin.index.build;

import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StringListLayout;
import io.siskin.index.store.ScratchMemory;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;
import java.nio.file.Path;

/** Writes string lists and hash slots. {@link StringListLayout} describes both. */
final class StringListWriter {
  private StringListWriter() {}

  /**
   * Gives the strings of a list by number. Each is asked for once, in ascending order of numbers.
   */
  @FunctionalInterface
  interface Strings {
    byte[] utf8(int number) throws IOException;
  }

  /**
   * Writes the offsets, then the bytes, then the slots of a list.
   *
   * @param totalBytes an upper bound of the length of all strings in bytes. It decides the width of
   *     the offsets
   * @param slots where the hash slots go, or null for none
   */
  static void write(
      SegmentFileWriter file,
      SectionKind offsetsKind,
      SectionKind bytesKind,
      SlotTarget slots,
      int count,
      long totalBytes,
      Strings strings)
      throws IOException {
    boolean wide = totalBytes > 0xFFFF_FFFFL;
    SectionWriter offsets =
        file.section(
            offsetsKind, wide ? StringListLayout.ENCODING_U64 : StringListLayout.ENCODING_U32);
    SectionWriter bytes = file.section(bytesKind, FormatV1.ENCODING_PLAIN);
    offsets.setCount(count);
    bytes.setCount(count);
    try (SlotFiller filler = slots.open(file, count)) {
      for (int number = 0; number < count; number++) {
        putOffset(offsets, wide, bytes.position());
        byte[] utf8 = strings.utf8(number);
        bytes.putBytes(utf8, 0, utf8.length);
        filler.add(StringListLayout.hash(utf8, 0, utf8.length));
      }
      putOffset(offsets, wide, bytes.position());
      filler.write();
    }
  }

  private static void putOffset(SectionWriter offsets, boolean wide, long position)
      throws IOException {
    if (wide) {
      offsets.putU64(position);
    } else {
      offsets.putU32((int) position);
    }
  }

  /**
   * The place where slots are written.
   *
   * @param kind the section, or null for no slots
   * @param scratchDirectory the directory for the scratch file of the table
   */
  record SlotTarget(@org.jspecify.annotations.Nullable SectionKind kind, Path scratchDirectory) {
    SlotFiller open(SegmentFileWriter file, int count) throws IOException {
      if (kind == null) {
        return new SlotFiller(new ScratchMemory(scratchDirectory, 0), null, 0);
      }
      long slotCount = StringListLayout.slotCount(count);
      SectionWriter section = file.section(kind, FormatV1.ENCODING_PLAIN);
      section.setCount(slotCount);
      return new SlotFiller(
          new ScratchMemory(scratchDirectory, slotCount * Integer.BYTES), section, slotCount);
    }
  }

  /** Fills an off-heap table with open addressing, in ascending order of numbers. */
  static final class SlotFiller implements AutoCloseable {
    private final ScratchMemory table;
    private final @org.jspecify.annotations.Nullable SectionWriter section;
    private final long mask;
    private int number;

    private SlotFiller(
        ScratchMemory table,
        @org.jspecify.annotations.Nullable SectionWriter section,
        long slotCount) {
      this.table = table;
      this.section = section;
      this.mask = slotCount - 1;
    }

    /** Adds the next number under the hash of its key. */
    void add(long hash) {
      number++;
      if (section == null) {
        return;
      }
      long slot = hash & mask;
      while (table.bytes().get(FileLayout.U32, slot * Integer.BYTES) != 0) {
        slot = (slot + 1) & mask;
      }
      table.bytes().set(FileLayout.U32, slot * Integer.BYTES, number);
    }

    void write() throws IOException {
      if (section != null) {
        section.putMemory(table.bytes());
      }
    }

    @Override
    public void close() {
      table.close();
    }
  }
}
