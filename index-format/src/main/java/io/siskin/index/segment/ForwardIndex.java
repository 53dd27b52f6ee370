package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.ForwardLayout;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import java.lang.foreign.MemorySegment;

/**
 * The forward index. It leads from a document number to the vector of the document. {@link
 * ForwardLayout} describes the bytes.
 *
 * <p>Evaluators pass {@link #records} and {@link #recordOffset} to a kernel. A {@link Cursor} is
 * the simple and slow way to read a document. It is a view of mapped memory and is safe for
 * concurrent use.
 */
public final class ForwardIndex {
  private final int documentCount;
  private final int alignmentShift;
  private final Section offsetSection;
  private final Section recordSection;
  private final MemorySegment offsets;
  private final MemorySegment records;
  private final long lengthBytes;

  /**
   * Opens the view.
   *
   * @param file the verified {@code forward.dat}
   * @param documentCount the number of documents of the segment
   * @throws CorruptSegmentException if sections contradict each other
   */
  public ForwardIndex(MappedFile file, int documentCount) throws CorruptSegmentException {
    Section offsetSection = file.section(SectionKind.FORWARD_OFFSETS);
    offsetSection.require(
        offsetSection.encoding() >= ForwardLayout.ALIGNMENT_SHIFT_MIN
            && offsetSection.encoding() <= ForwardLayout.ALIGNMENT_SHIFT_MAX,
        "an alignment shift of "
            + ForwardLayout.ALIGNMENT_SHIFT_MIN
            + " to "
            + ForwardLayout.ALIGNMENT_SHIFT_MAX,
        offsetSection.encoding());
    offsetSection.requireCount(documentCount);
    offsetSection.requireLength((long) documentCount * Integer.BYTES);
    this.documentCount = documentCount;
    this.alignmentShift = offsetSection.encoding();
    this.offsetSection = offsetSection;
    this.offsets = offsetSection.bytes();
    this.recordSection = file.section(SectionKind.FORWARD_RECORDS);
    recordSection.requireEncoding(FormatV1.ENCODING_PLAIN);
    recordSection.requireCount(documentCount);
    this.records = recordSection.paddedBytes();
    this.lengthBytes = file.lengthBytes();
  }

  /**
   * Checks that the records follow each other without a gap and fill the section. It reads the
   * offset, the header and the further runs of every record. After this check, no kernel can be led
   * outside the record of a document. The deep verification checks the terms and impacts inside the
   * records.
   */
  void check() throws CorruptSegmentException {
    long end = 0;
    long length = recordSection.lengthBytes();
    for (int document = 0; document < documentCount; document++) {
      long start = recordOffset(document);
      if (start != end) {
        throw new CorruptSegmentException(
            offsetSection.file(),
            offsetSection.offset() + (long) document * Integer.BYTES,
            "a record at " + end,
            start);
      }
      long recordLength = recordLength(start, length);
      end = start + ForwardLayout.padded(recordLength, alignmentShift);
      if (end > length) {
        throw new CorruptSegmentException(
            recordSection.file(),
            recordSection.offset() + start,
            "a record that ends at or before " + length,
            end);
      }
      float scale = records.get(FileLayout.F32, start + ForwardLayout.SCALE_OFFSET);
      if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
        throw new CorruptSegmentException(
            recordSection.file(), recordSection.offset() + start, "a finite scale above 0", scale);
      }
      for (long at = start + recordLength; at < end; at++) {
        if (records.get(FileLayout.U8, at) != 0) {
          throw new CorruptSegmentException(
              recordSection.file(),
              recordSection.offset() + at,
              "a zero byte of padding",
              records.get(FileLayout.U8, at));
        }
      }
    }
    recordSection.require(end == length, end + " bytes of records", length);
  }

  /**
   * Returns the length that the header of a record gives. If the record is cut off, the result is
   * larger than the rest of the section.
   */
  private long recordLength(long start, long end) {
    long runsAt = start + ForwardLayout.RUNS_OFFSET;
    if (runsAt > end) {
      return ForwardLayout.RUNS_OFFSET;
    }
    int furtherRuns =
        records.get(FileLayout.U16, start + ForwardLayout.FURTHER_RUN_COUNT_OFFSET) & 0xFFFF;
    long postings =
        records.get(FileLayout.U16, start + ForwardLayout.FIRST_RUN_COUNT_OFFSET) & 0xFFFF;
    if (runsAt + (long) furtherRuns * ForwardLayout.RUN_LENGTH > end) {
      return ForwardLayout.recordLength(0, furtherRuns);
    }
    for (int run = 0; run < furtherRuns; run++) {
      long at = runsAt + (long) run * ForwardLayout.RUN_LENGTH;
      postings += records.get(FileLayout.U16, at + ForwardLayout.RUN_COUNT_OFFSET) & 0xFFFF;
    }
    return ForwardLayout.recordLength(postings, furtherRuns);
  }

  /** Returns the number of documents. */
  public int documentCount() {
    return documentCount;
  }

  /**
   * Returns the bytes of all records, followed by 64 bytes that may be read but have no meaning.
   */
  public MemorySegment records() {
    return records;
  }

  /**
   * Returns the offset in bytes in {@link #records} at which the record of a document starts.
   *
   * @param documentNumber 0 to {@link #documentCount} − 1
   */
  public long recordOffset(int documentNumber) {
    return Integer.toUnsignedLong(
            offsets.get(FileLayout.U32, (long) documentNumber * Integer.BYTES))
        << alignmentShift;
  }

  /** Returns the length of all records in bytes. */
  public long recordsLengthBytes() {
    return recordSection.lengthBytes();
  }

  /** Returns the length of the file in bytes. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /** Returns a new cursor. */
  public Cursor cursor() {
    return new Cursor();
  }

  /** Reads the postings of one document after another. Only one thread may use it. */
  public final class Cursor {
    private float scale;
    private int runsLeft;
    private long runAt;
    private int runLeft;
    private int page;
    private long termAt;
    private long impactAt;
    private int left;
    private int size;
    private int termNumber;
    private int impact;

    private Cursor() {}

    /**
     * Goes before the first posting of a document.
     *
     * @param documentNumber 0 to {@link ForwardIndex#documentCount} − 1
     */
    public void moveTo(int documentNumber) {
      long record = recordOffset(documentNumber);
      scale = records.get(FileLayout.F32, record + ForwardLayout.SCALE_OFFSET);
      runLeft = u16(record + ForwardLayout.FIRST_RUN_COUNT_OFFSET);
      runsLeft = u16(record + ForwardLayout.FURTHER_RUN_COUNT_OFFSET);
      runAt = record + ForwardLayout.RUNS_OFFSET;
      page = 0;
      int count = runLeft;
      for (int run = 0; run < runsLeft; run++) {
        count +=
            u16(runAt + (long) run * ForwardLayout.RUN_LENGTH + ForwardLayout.RUN_COUNT_OFFSET);
      }
      size = count;
      left = count;
      termAt = runAt + (long) runsLeft * ForwardLayout.RUN_LENGTH;
      impactAt = termAt + (long) count * Short.BYTES;
    }

    /**
     * Goes to the next posting, in ascending order of term numbers. Returns false after the last
     * one.
     */
    public boolean next() {
      if (left == 0) {
        return false;
      }
      while (runLeft == 0) {
        page = u16(runAt + ForwardLayout.RUN_PAGE_OFFSET);
        runLeft = u16(runAt + ForwardLayout.RUN_COUNT_OFFSET);
        runAt += ForwardLayout.RUN_LENGTH;
      }
      termNumber = (page << ForwardLayout.PAGE_SHIFT) | u16(termAt);
      impact = records.get(FileLayout.U8, impactAt) & 0xFF;
      termAt += Short.BYTES;
      impactAt++;
      runLeft--;
      left--;
      return true;
    }

    /** Returns the number of postings of the document. */
    public int size() {
      return size;
    }

    /** Returns the scale of the document. A stored weight is scale × impact. */
    public float scale() {
      return scale;
    }

    /** Returns the term number of the posting. */
    public int termNumber() {
      return termNumber;
    }

    /** Returns the impact of the posting, 1 to 255. */
    public int impact() {
      return impact;
    }

    private int u16(long offset) {
      return records.get(FileLayout.U16, offset) & 0xFFFF;
    }
  }
}
