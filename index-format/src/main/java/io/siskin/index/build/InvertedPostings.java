package io.siskin.index.build;

import io.siskin.index.format.FileLayout;
import io.siskin.index.store.ScratchMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * All posting lists of the segment under construction, by term number. Each list is in ascending
 * order of documents. The lists are off-heap.
 *
 * <p>The stored weight of a posting is {@code documentScale × impact}. Several threads may read at
 * once.
 */
public final class InvertedPostings implements AutoCloseable {
  private final ScratchMemory scratch;
  private final MemorySegment documents;
  private final MemorySegment impacts;
  private final long[] starts;
  private final float[] documentScales;

  InvertedPostings(ScratchMemory scratch, long[] starts, float[] documentScales) {
    long postings = starts[starts.length - 1];
    this.scratch = scratch;
    this.documents = scratch.bytes().asSlice(0, postings * Integer.BYTES);
    this.impacts = scratch.bytes().asSlice(postings * Integer.BYTES, postings);
    this.starts = starts;
    this.documentScales = documentScales;
  }

  /** Returns the number of terms. */
  public int termCount() {
    return starts.length - 1;
  }

  /** Returns the number of documents. */
  public int documentCount() {
    return documentScales.length;
  }

  /** Returns the number of all postings. */
  public long postingCount() {
    return starts[starts.length - 1];
  }

  /**
   * Returns the number of postings in the lists of the first terms. Stages report it as their
   * progress.
   *
   * @param termNumber the number of lists to count, 0 to {@link #termCount}
   */
  public long postingsBefore(int termNumber) {
    return starts[termNumber];
  }

  /**
   * Returns how many documents have a term.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   */
  public int documentFrequency(int termNumber) {
    return (int) (starts[termNumber + 1] - starts[termNumber]);
  }

  /**
   * Cuts the terms into runs with about the same number of postings, so that threads can share the
   * work.
   *
   * @param postingsPerPiece the number of postings at which a run ends
   * @return the first term of each run, and the number of terms after the last
   */
  int[] pieceStarts(long postingsPerPiece) {
    int[] pieces = new int[termCount() + 1];
    int count = 0;
    long postings = postingsPerPiece;
    for (int term = 0; term < termCount(); term++) {
      if (postings >= postingsPerPiece) {
        pieces[count++] = term;
        postings = 0;
      }
      postings += documentFrequency(term);
    }
    pieces[count++] = termCount();
    return Arrays.copyOf(pieces, count);
  }

  /**
   * Copies a posting list.
   *
   * @param termNumber 0 to {@link #termCount} − 1
   * @param documentNumbers receives the document numbers, ascending; at least as long as the list
   * @param impactsOut receives the impacts, each 1 to 255 as an unsigned byte; at least as long as
   *     the list
   * @return the list's length
   */
  public int read(int termNumber, int[] documentNumbers, byte[] impactsOut) {
    int length = documentFrequency(termNumber);
    long start = starts[termNumber];
    MemorySegment.copy(
        documents, FileLayout.U32, start * Integer.BYTES, documentNumbers, 0, length);
    MemorySegment.copy(impacts, ValueLayout.JAVA_BYTE, start, impactsOut, 0, length);
    return length;
  }

  /**
   * Returns a document's scale.
   *
   * @param documentNumber 0 to {@link #documentCount} − 1
   */
  public float documentScale(int documentNumber) {
    return documentScales[documentNumber];
  }

  /** Releases the memory. */
  @Override
  public void close() {
    scratch.close();
  }
}
