package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.BlockMaxLayout;
import io.siskin.index.segment.BlockMaxIndex;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The part of the deep verification that reads {@code blockmax.dat}. It checks that every list
 * holds exactly the postings of its term, and that every maximum is an upper bound for each posting
 * that it covers.
 *
 * <p>Both sides of this comparison are a float times an integer below 2^12, after multiplication
 * with 15 for packed maxima. A double holds such products exactly, so no rounding is involved.
 */
final class BlockMaxVerifier {
  private static final FileKind FILE = FileKind.BLOCK_MAX;

  private final Segment segment;
  private final BlockMaxIndex index;
  private final @Nullable ForwardPostings forward;
  private final Findings findings;

  BlockMaxVerifier(Segment segment, BlockMaxIndex index, Findings findings) {
    this.segment = segment;
    this.index = index;
    ForwardIndex records = segment.forward();
    this.forward = records == null ? null : new ForwardPostings(records);
    this.findings = findings;
  }

  void verify() {
    scales();
    long postings = 0;
    int rows = 0;
    for (int term = 0; term < index.termCount(); term++) {
      int frequency = index.documentFrequency(term);
      postings += frequency;
      findings.expectEqual(
          FILE,
          about(term, "document frequency"),
          segment.terms().documentFrequency(term),
          frequency);
      boolean dense = BlockMaxLayout.isDense(frequency, index.superblockCount());
      findings.expectEqual(
          FILE, about(term, "row"), dense ? rows : BlockMaxIndex.NO_ROW, index.row(term));
      rows += dense ? 1 : 0;
      float scale = index.maximumScale(term);
      findings.expect(
          scale > 0 && scale < Float.POSITIVE_INFINITY,
          FILE,
          about(term, "maximum scale"),
          "a finite number above 0",
          scale);
      try {
        if (index.row(term) == BlockMaxIndex.NO_ROW) {
          sparse(term, frequency, scale);
        } else {
          dense(term, frequency, scale);
        }
      } catch (IndexOutOfBoundsException broken) {
        findings.broken(FILE, "list of term " + term, broken);
      }
    }
    findings.expectEqual(FILE, () -> "postings", segment.statistics().postingCount(), postings);
  }

  private void scales() {
    ForwardIndex records = segment.forward();
    if (records == null) {
      return;
    }
    ForwardIndex.Cursor cursor = records.cursor();
    for (int number = 0; number < index.documentCount(); number++) {
      int document = number;
      cursor.moveTo(number);
      findings.expect(
          cursor.scale() == index.documentScale(number),
          FILE,
          () -> "document " + document + ", scale",
          cursor.scale(),
          index.documentScale(number));
    }
  }

  private void sparse(int term, int frequency, float scale) {
    MemorySegment lists = index.sparseLists();
    long documents = index.postingsOffset(term);
    long maxima = documents + (long) frequency * Integer.BYTES;
    long impacts = maxima + frequency;
    int last = -1;
    for (int i = 0; i < frequency; i++) {
      int document = lists.get(FileLayout.U32, documents + (long) i * Integer.BYTES);
      int impact = u8(lists, impacts + i);
      posting(term, last, document, impact);
      covers(term, document, impact, scale, u8(lists, maxima + i), 1, "maximum");
      last = document;
    }
  }

  private void dense(int term, int frequency, float scale) {
    int row = index.row(term);
    MemorySegment entries = index.entries();
    int maximaLength = BlockMaxLayout.maximaLength(index.maximumBits());
    int entryLength = BlockMaxLayout.entryLength(index.maximumBits());
    boolean packed = index.maximumBits() < Byte.SIZE;
    int start = 0;
    int last = -1;
    for (int superblock = 0; superblock < index.superblockCount(); superblock++) {
      long entry = index.entriesOffset(row) + (long) superblock * entryLength;
      long tail = entry + maximaLength;
      int maximum = u8(entries, tail + BlockMaxLayout.ENTRY_MAXIMUM_OFFSET);
      int count = entries.get(FileLayout.U16, tail + BlockMaxLayout.ENTRY_COUNT_OFFSET) & 0xFFFF;
      findings.expectEqual(
          FILE,
          about(term, "start of a superblock"),
          start,
          entries.get(FileLayout.U32, tail + BlockMaxLayout.ENTRY_START_OFFSET));
      findings.expectEqual(
          FILE,
          about(term, "superblock maximum of both places"),
          maximum,
          u8(index.superblockMaxima(), index.superblockMaximaOffset(row) + superblock));
      long documents =
          index.postingsOffset(term) + (long) start * BlockMaxLayout.DENSE_POSTING_LENGTH;
      for (int i = 0; i < count; i++) {
        int local = u8(index.postings(), documents + i);
        int document = superblock * index.superblockSize() + local;
        int impact = u8(index.postings(), documents + count + i);
        posting(term, last, document, impact);
        covers(term, document, impact, scale, maximum, 1, "superblock maximum");
        covers(
            term,
            document,
            impact,
            scale,
            blockMaximum(entry, local / index.blockSize(), maximum),
            packed ? BlockMaxLayout.PACKED_MAXIMUM_MAX : 1,
            "document-block maximum");
        last = document;
      }
      start += count;
    }
    findings.expectEqual(FILE, about(term, "postings of its superblocks"), frequency, start);
  }

  /**
   * Returns a document-block maximum. Its unit is the maximum scale, or a fifteenth of it for
   * packed maxima.
   */
  private int blockMaximum(long entry, int block, int superblockMaximum) {
    if (index.maximumBits() == Byte.SIZE) {
      return u8(index.entries(), entry + block);
    }
    long packed = index.entries().get(FileLayout.U64, entry);
    long maximum = packed >>> BlockMaxLayout.packedShift(block) & BlockMaxLayout.PACKED_MAXIMUM_MAX;
    return superblockMaximum * (int) maximum;
  }

  private void posting(int term, int last, int document, int impact) {
    boolean inRange = document > last && document < index.documentCount();
    findings.expect(
        inRange,
        FILE,
        about(term, "document numbers"),
        "ascending from " + (last + 1) + " to " + (index.documentCount() - 1),
        document);
    if (forward != null && inRange) {
      findings.expectEqual(
          FILE,
          about(term, "impact in document " + document),
          forward.impact(document, term),
          impact);
    }
  }

  /** Checks that scale × maximum / divisor is at least the effective weight of the posting. */
  private void covers(
      int term, int document, int impact, float scale, int maximum, int divisor, String what) {
    if (document >= 0 && document < index.documentCount()) {
      double weight = (double) index.documentScale(document) * impact * divisor;
      double bound = (double) scale * maximum;
      findings.expect(
          weight <= bound,
          FILE,
          about(term, what + " over document " + document),
          "at least " + weight / divisor,
          bound / divisor);
    }
  }

  private static Supplier<String> about(int term, String what) {
    return () -> "term " + term + ", " + what;
  }

  private static int u8(MemorySegment memory, long offset) {
    return memory.get(FileLayout.U8, offset) & 0xFF;
  }
}
