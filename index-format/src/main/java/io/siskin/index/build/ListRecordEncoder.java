package io.siskin.index.build;

import static io.siskin.index.format.v1.ClusterLayout.*;

import io.siskin.index.format.FileLayout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Makes the bytes of one list record. {@link io.siskin.index.format.v1.ClusterLayout} describes
 * them. An encoder holds scratch memory, so only one thread may use it.
 */
final class ListRecordEncoder {
  private final int documentBits;
  private byte[] bytes = new byte[1 << 16];
  private MemorySegment memory = MemorySegment.ofArray(bytes);

  ListRecordEncoder(int documentBits) {
    this.documentBits = documentBits;
  }

  /**
   * Encodes a list.
   *
   * @param documents the documents of the list, posting block by posting block
   * @param count the number of documents
   * @param blockStarts the start of each posting block, and then the number of documents
   * @param blockCount the number of posting blocks
   * @param rows the summaries
   * @return the record without padding
   */
  byte[] encode(int[] documents, int count, int[] blockStarts, int blockCount, SummaryRows rows) {
    assert blockCount >= 1 && blockCount <= LIST_BLOCK_COUNT_MAX : blockCount;
    long rowsLength = 0;
    for (int row = 0; row < rows.rowCount(); row++) {
      rowsLength += rowLength(rows.rowStart(row + 1) - rows.rowStart(row), blockCount);
    }
    int lastTerm = rows.rowCount() == 0 ? 0 : rows.rowTerm(rows.rowCount() - 1);
    boolean narrow = lastTerm < NARROW_END && rowsLength <= 0xFFFF;
    int entryLength = narrow ? NARROW_ENTRY_LENGTH : WIDE_ENTRY_LENGTH;
    long length =
        recordLength(count, blockCount, rows.rowCount(), entryLength, rowsLength, documentBits);
    reserve(Math.toIntExact(length + Long.BYTES));
    memory.set(FileLayout.U32, LIST_POSTING_COUNT_OFFSET, count);
    memory.set(FileLayout.U16, LIST_BLOCK_COUNT_OFFSET, (short) blockCount);
    memory.set(FileLayout.U16, LIST_ENTRY_LENGTH_OFFSET, (short) entryLength);
    memory.set(FileLayout.U32, LIST_ROW_COUNT_OFFSET, rows.rowCount());
    memory.set(FileLayout.F32, LIST_SCALE_OFFSET, rows.scale());
    long at = LIST_DIRECTORY_OFFSET + (rows.rowCount() + 1L) * entryLength;
    at = putRows(rows, blockCount, entryLength, at);
    at = putBlockStarts(blockStarts, blockCount, blockStartLength(count), at);
    putDocuments(documents, count, at);
    assert at + documentsLength(count, documentBits) == length;
    return Arrays.copyOf(bytes, (int) length);
  }

  private long putRows(SummaryRows rows, int blockCount, int entryLength, long rowsAt) {
    long at = rowsAt;
    int blockNumberLength = blockNumberLength(blockCount);
    for (int row = 0; row <= rows.rowCount(); row++) {
      boolean isEnd = row == rows.rowCount();
      long start = at - rowsAt;
      long entryAt = LIST_DIRECTORY_OFFSET + (long) row * entryLength;
      if (entryLength == NARROW_ENTRY_LENGTH) {
        int term = isEnd ? NARROW_END : rows.rowTerm(row);
        memory.set(FileLayout.U32, entryAt, term << Short.SIZE | (int) start);
      } else {
        long term = isEnd ? 0xFFFFFFFFL : rows.rowTerm(row);
        memory.set(FileLayout.U64, entryAt, term << Integer.SIZE | start);
      }
      if (isEnd) {
        break;
      }
      int from = rows.rowStart(row);
      int entries = rows.rowStart(row + 1) - from;
      int rowLength = rowLength(entries, blockCount);
      if (rowLength == blockCount) {
        putDense(rows, from, entries, at, blockCount);
      } else {
        putSparse(rows, from, entries, at, blockNumberLength);
      }
      at += rowLength;
    }
    return at;
  }

  private void putDense(SummaryRows rows, int from, int entries, long at, int blockCount) {
    memory.asSlice(at, blockCount).fill((byte) 0);
    for (int i = from; i < from + entries; i++) {
      memory.set(FileLayout.U8, at + rows.block(i), rows.value(i));
    }
  }

  private void putSparse(SummaryRows rows, int from, int entries, long at, int blockNumberLength) {
    for (int i = 0; i < entries; i++) {
      if (blockNumberLength == Byte.BYTES) {
        memory.set(FileLayout.U8, at + i, (byte) rows.block(from + i));
      } else {
        memory.set(FileLayout.U16, at + (long) i * Short.BYTES, (short) rows.block(from + i));
      }
      memory.set(FileLayout.U8, at + (long) entries * blockNumberLength + i, rows.value(from + i));
    }
  }

  private long putBlockStarts(int[] blockStarts, int blockCount, int startLength, long startsAt) {
    for (int i = 0; i <= blockCount; i++) {
      long at = startsAt + (long) i * startLength;
      if (startLength == Short.BYTES) {
        memory.set(FileLayout.U16, at, (short) blockStarts[i]);
      } else {
        memory.set(FileLayout.U32, at, blockStarts[i]);
      }
    }
    return startsAt + (blockCount + 1L) * startLength;
  }

  private void putDocuments(int[] documents, int count, long documentsAt) {
    memory.asSlice(documentsAt, documentsLength(count, documentBits) + Long.BYTES).fill((byte) 0);
    for (int i = 0; i < count; i++) {
      long bit = (long) i * documentBits;
      long at = documentsAt + bit / Byte.SIZE;
      long word = memory.get(FileLayout.U64, at) | (long) documents[i] << bit % Byte.SIZE;
      memory.set(FileLayout.U64, at, word);
    }
  }

  private void reserve(int length) {
    if (bytes.length < length) {
      bytes = new byte[Math.max(length, (int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 8))];
      memory = MemorySegment.ofArray(bytes);
    }
  }
}
