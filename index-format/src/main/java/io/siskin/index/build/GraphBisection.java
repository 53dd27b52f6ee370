package io.siskin.index.build;

import io.siskin.index.format.FileLayout;
import io.siskin.index.store.ScratchMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RecursiveAction;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Orders documents by recursive graph bisection (Dhulipala, Kabiljo, Karrer, Ottaviano, Pupyrev,
 * Shalita: Compressing Graphs and Indexes with Recursive Graph Bisection, KDD 2016).
 *
 * <p>A range of documents is split into two halves. Documents are swapped between the halves as
 * long as this lowers the estimated cost {@code Σ degree · log2(size / (degree + 1))} of the gaps
 * between document numbers in both halves. Then each half is split in the same way. The gain of
 * moving a document is the sum of the gains of its terms, so the gain of each term is computed once
 * per round.
 *
 * <p>There are two differences from the paper. Gains are refreshed only between rounds, and the
 * gains of a large range are computed in parallel. The result does not depend on the number of
 * threads.
 */
final class GraphBisection {
  private static final int PARALLEL_MIN = 1 << 15;

  private final Reordering.GraphBisection options;
  private final int termCount;
  private final long[] starts;
  private final MemorySegment terms;
  private final int[] order;
  private final BuildProgress progress;
  private final AtomicLong settled = new AtomicLong();
  private final ThreadLocal<Workspace> workspaces;

  private GraphBisection(
      Reordering.GraphBisection options,
      int termCount,
      long[] starts,
      MemorySegment terms,
      BuildProgress progress) {
    this.options = options;
    this.termCount = termCount;
    this.starts = starts;
    this.terms = terms;
    this.order = DocumentOrder.identity(starts.length - 1);
    this.progress = progress;
    this.workspaces = ThreadLocal.withInitial(() -> new Workspace(this.termCount));
  }

  /** Returns the number of each document in the spool, indexed by final document number. */
  static int[] order(
      Reordering.GraphBisection options,
      Path directory,
      DocumentSpool spool,
      int threads,
      BuildProgress progress)
      throws IOException {
    TermCollector collector = spool.terms();
    int documents = spool.documentCount();
    // A term that is in only one document, or in all, does not tell which documents are similar.
    boolean[] kept = new boolean[collector.size()];
    for (int term = 0; term < kept.length; term++) {
      int frequency = collector.documentFrequency(term);
      kept[term] = frequency >= options.documentFrequencyMin() && frequency < documents;
    }
    try (ScratchMemory scratch =
            new ScratchMemory(directory, spool.postingCount() * Integer.BYTES);
        ForkJoinPool pool = new ForkJoinPool(threads)) {
      long[] starts = copyTerms(spool, kept, scratch.bytes());
      GraphBisection bisection =
          new GraphBisection(options, kept.length, starts, scratch.bytes(), progress);
      progress.begin("reordering", documents);
      pool.invoke(bisection.new Split(0, documents));
      progress.end();
      return bisection.order;
    }
  }

  private static long[] copyTerms(DocumentSpool spool, boolean[] kept, MemorySegment target)
      throws IOException {
    MemorySegment vectors = spool.mapVectors();
    long[] starts = new long[spool.documentCount() + 1];
    long at = 0;
    for (int document = 0; document < spool.documentCount(); document++) {
      long record = spool.vectorOffset(document);
      int count = vectors.get(FileLayout.U32, record + DocumentSpool.COUNT_OFFSET);
      long from = record + DocumentSpool.TERMS_OFFSET;
      for (int i = 0; i < count; i++) {
        int term = vectors.get(FileLayout.U32, from + (long) i * DocumentSpool.TERM_LENGTH);
        if (kept[term]) {
          target.set(FileLayout.U32, at++ * Integer.BYTES, term);
        }
      }
      starts[document + 1] = at;
    }
    return starts;
  }

  private int term(long index) {
    return terms.get(FileLayout.U32, index * Integer.BYTES);
  }

  /** Splits a range of {@link #order} and both halves of it. */
  private final class Split extends RecursiveAction {
    private static final long serialVersionUID = 1L;
    private final int from;
    private final int to;

    Split(int from, int to) {
      this.from = from;
      this.to = to;
    }

    @Override
    protected void compute() {
      if (to - from <= options.partitionMin()) {
        // Documents of a leaf keep the order of the input, because neighbours in the input are
        // often similar.
        Arrays.sort(order, from, to);
        long done = settled.addAndGet(to - from);
        synchronized (progress) {
          progress.advance(done);
        }
        return;
      }
      int middle = (from + to) >>> 1;
      workspaces.get().bisect(from, middle, to);
      invokeAll(new Split(from, middle), new Split(middle, to));
    }
  }

  /**
   * The counters of one thread. The arrays have one element per term. After each bisection, the
   * elements that were used are cleared.
   */
  private final class Workspace {
    private final int[] leftDegrees;
    private final int[] rightDegrees;
    private final float[] leftGains;
    private final float[] rightGains;
    private final boolean[] seen;
    private final int[] touched;
    private int touchedCount;

    Workspace(int termCount) {
      leftDegrees = new int[termCount];
      rightDegrees = new int[termCount];
      leftGains = new float[termCount];
      rightGains = new float[termCount];
      seen = new boolean[termCount];
      touched = new int[termCount];
    }

    void bisect(int from, int middle, int to) {
      count(from, middle, leftDegrees);
      count(middle, to, rightDegrees);
      long[] keys = new long[to - from];
      for (int round = 0; round < options.iterationsMax(); round++) {
        computeTermGains(middle - from, to - middle);
        sortByGain(from, middle, leftGains, keys, 0);
        sortByGain(middle, to, rightGains, keys, middle - from);
        if (swap(from, middle, to, keys) == 0) {
          break;
        }
      }
      for (int i = 0; i < touchedCount; i++) {
        leftDegrees[touched[i]] = 0;
        rightDegrees[touched[i]] = 0;
        seen[touched[i]] = false;
      }
      touchedCount = 0;
    }

    private void count(int from, int to, int[] degrees) {
      for (int i = from; i < to; i++) {
        long end = starts[order[i] + 1];
        for (long at = starts[order[i]]; at < end; at++) {
          int term = term(at);
          if (!seen[term]) {
            seen[term] = true;
            touched[touchedCount++] = term;
          }
          degrees[term]++;
        }
      }
    }

    private void computeTermGains(int leftSize, int rightSize) {
      for (int i = 0; i < touchedCount; i++) {
        int term = touched[i];
        int left = leftDegrees[term];
        int right = rightDegrees[term];
        double now = cost(left, leftSize) + cost(right, rightSize);
        leftGains[term] =
            left == 0 ? 0 : (float) (now - cost(left - 1, leftSize) - cost(right + 1, rightSize));
        rightGains[term] =
            right == 0 ? 0 : (float) (now - cost(left + 1, leftSize) - cost(right - 1, rightSize));
      }
    }

    /**
     * Sorts a half by the gain of moving each document to the other half, the largest gain first.
     * Ties are ordered by document.
     */
    private void sortByGain(int from, int to, float[] termGains, long[] keys, int keyFrom) {
      IntStream range = IntStream.range(from, to);
      IntStream work = to - from >= PARALLEL_MIN ? range.parallel() : range;
      work.forEach(i -> keys[keyFrom + i - from] = key(gain(order[i], termGains), order[i]));
      Arrays.sort(keys, keyFrom, keyFrom + to - from);
      for (int i = from; i < to; i++) {
        order[i] = (int) keys[keyFrom + i - from];
      }
    }

    private float gain(int document, float[] termGains) {
      float gain = 0;
      long end = starts[document + 1];
      for (long at = starts[document]; at < end; at++) {
        gain += termGains[term(at)];
      }
      return gain;
    }

    /**
     * Swaps pairs from the top of both halves as long as a pair has a gain above 0. Returns the
     * number of swapped pairs.
     */
    private int swap(int from, int middle, int to, long[] keys) {
      int pairs = Math.min(middle - from, to - middle);
      int swapped = 0;
      while (swapped < pairs && gainOf(keys[swapped]) + gainOf(keys[middle - from + swapped]) > 0) {
        int left = order[from + swapped];
        int right = order[middle + swapped];
        move(left, leftDegrees, rightDegrees);
        move(right, rightDegrees, leftDegrees);
        order[from + swapped] = right;
        order[middle + swapped] = left;
        swapped++;
      }
      return swapped;
    }

    private void move(int document, int[] source, int[] target) {
      long end = starts[document + 1];
      for (long at = starts[document]; at < end; at++) {
        int term = term(at);
        source[term]--;
        target[term]++;
      }
    }

    private static double cost(int degree, int size) {
      return degree * (Math.log(size) - Math.log(degree + 1.0));
    }

    /**
     * Returns a key such that ascending keys are descending gains. For this, the sign of the gain
     * is inverted before its bits are made sortable.
     */
    private static long key(float gain, int document) {
      int bits = Float.floatToIntBits(-gain + 0f);
      int sortable = bits < 0 ? ~bits : bits | Integer.MIN_VALUE;
      return ((long) (sortable ^ Integer.MIN_VALUE) << 32) | document;
    }

    private static float gainOf(long key) {
      int sortable = (int) (key >> 32) ^ Integer.MIN_VALUE;
      int bits = sortable < 0 ? sortable & Integer.MAX_VALUE : ~sortable;
      return -Float.intBitsToFloat(bits);
    }
  }
}
