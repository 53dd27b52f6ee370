package io.siskin.index.build;

import io.siskin.index.format.FileLayout;
import io.siskin.index.parallel.OrderedExecutor;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.store.ScratchMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Turns the forward index into posting lists, off-heap. The length of each list is known in
 * advance, so each posting goes directly to its final place. The threads share the terms, not the
 * documents. So no two threads write to the same place, and the result does not depend on the
 * number of threads.
 */
final class Inversion {
  private Inversion() {}

  static InvertedPostings run(
      Path directory,
      ForwardIndex forward,
      int[] documentFrequencies,
      float[] documentScales,
      OrderedExecutor parallel,
      BuildProgress progress)
      throws IOException {
    long[] starts = new long[documentFrequencies.length + 1];
    for (int term = 0; term < documentFrequencies.length; term++) {
      starts[term + 1] = starts[term] + documentFrequencies[term];
    }
    long postings = starts[documentFrequencies.length];
    ScratchMemory scratch = new ScratchMemory(directory, postings * (Integer.BYTES + Byte.BYTES));
    int pieces = parallel.threads();
    progress.begin("inversion", pieces);
    parallel.run(
        pieces,
        piece -> {
          int from = firstTermAt(starts, postings * piece / pieces);
          int to = firstTermAt(starts, postings * (piece + 1) / pieces);
          invert(forward, starts, from, to, scratch.bytes());
          return piece;
        },
        (piece, done) -> progress.advance(piece + 1));
    progress.end();
    return new InvertedPostings(scratch, starts, documentScales);
  }

  /** Writes the lists of the terms {@code from} to {@code to − 1}. */
  private static void invert(
      ForwardIndex forward, long[] starts, int from, int to, MemorySegment bytes) {
    if (from == to) {
      return;
    }
    long postings = starts[starts.length - 1];
    long[] next = new long[to - from];
    System.arraycopy(starts, from, next, 0, next.length);
    ForwardIndex.Cursor cursor = forward.cursor();
    for (int document = 0; document < forward.documentCount(); document++) {
      cursor.moveTo(document);
      while (cursor.next() && cursor.termNumber() < to) {
        int term = cursor.termNumber();
        if (term >= from) {
          long place = next[term - from]++;
          bytes.set(FileLayout.U32, place * Integer.BYTES, document);
          bytes.set(FileLayout.U8, postings * Integer.BYTES + place, (byte) cursor.impact());
        }
      }
    }
  }

  /**
   * Returns the first term whose list starts at or after a posting. Returns the number of terms if
   * no list does.
   */
  private static int firstTermAt(long[] starts, long posting) {
    int low = 0;
    int high = starts.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (starts[middle] < posting) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
