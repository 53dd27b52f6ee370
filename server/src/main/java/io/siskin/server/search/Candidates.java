package io.siskin.server.search;

import io.siskin.index.kernel.ImpactKernel;
import java.util.Arrays;

/**
 * The documents with the best partial sums: the floor that they must reach rises with the k-th best
 * partial sum found so far.
 *
 * <p>Partial sums are 0 to 255, so a histogram says which is the k-th best, and sorting is
 * counting. Scratch memory of one query; used by one thread; grows to the most candidates that a
 * query had.
 */
final class Candidates {
  private static final int SUMS = ImpactOrderedPlan.SUM_MAX + 1;

  private final int[] histogram = new int[SUMS];
  private final int[] starts = new int[SUMS + 1];
  private int[] documents = new int[1 << 10];
  private byte[] partialSums = new byte[1 << 10];
  private int[] ordered = new int[1 << 10];
  private int count;
  private int k;
  private float floorShare;
  private int floor;

  /** A partial sum that at least k documents reach. */
  private int ranked;

  /** How many candidates are above {@link #ranked}: always fewer than k. */
  private int above;

  /**
   * Begins a query.
   *
   * @param newK the number of hits
   * @param newFloorShare the share of the k-th best partial sum that a candidate reaches, 0 to 1
   * @param rankedAtLeast a partial sum that at least k documents are known to reach, 0 or more
   */
  void reset(int newK, float newFloorShare, int rankedAtLeast) {
    Arrays.fill(histogram, 0);
    count = 0;
    k = newK;
    floorShare = newFloorShare;
    ranked = rankedAtLeast;
    above = 0;
    raiseFloor();
  }

  /** Returns about how many bytes of heap it takes. */
  long heapBytes() {
    return Integer.BYTES * ((long) documents.length + ordered.length) + partialSums.length;
  }

  /** Returns the partial sum that a document must reach, 1 to 255. */
  int floor() {
    return floor;
  }

  /** Returns how many documents were added, those below the present floor included. */
  int count() {
    return count;
  }

  /**
   * Returns the partial sum that a document must reach once all were added.
   *
   * @param share the share of the k-th best partial sum that is asked for, 0 to 1
   * @return 1 to 255
   */
  int floor(float share) {
    return Math.max(1, (int) (share * ranked));
  }

  /**
   * Returns how many documents were added whose partial sums reach a floor.
   *
   * @param sumFloor the floor, at least the present one
   */
  int countAtLeast(int sumFloor) {
    int reaching = 0;
    for (int sum = SUMS - 1; sum >= sumFloor; sum--) {
      reaching += histogram[sum];
    }
    return reaching;
  }

  /**
   * Returns a document's partial sum. Documents come in ascending order, so it is searched for.
   *
   * @param document its number
   * @return 0 when it was not added
   */
  int partialSum(int document) {
    int at = Arrays.binarySearch(documents, 0, count, document);
    return at < 0 ? 0 : partialSums[at] & 0xFF;
  }

  /**
   * Adds documents, whose numbers are above those that were added before.
   *
   * @param firstDocument what their positions are relative to
   * @param found positions and partial sums, see {@link ImpactKernel#collect}
   * @param foundCount how many of them
   */
  void add(int firstDocument, int[] found, int foundCount) {
    if (count + foundCount > documents.length) {
      int capacity = Math.max(count + foundCount, 2 * documents.length);
      documents = Arrays.copyOf(documents, capacity);
      partialSums = Arrays.copyOf(partialSums, capacity);
    }
    for (int i = 0; i < foundCount; i++) {
      int sum = found[i] & (SUMS - 1);
      if (sum >= floor) {
        documents[count] = firstDocument + (found[i] >>> ImpactKernel.SUM_BITS);
        partialSums[count++] = (byte) sum;
        histogram[sum]++;
        if (sum > ranked && ++above >= k) {
          raiseRanked();
        }
      }
    }
  }

  /**
   * Orders the candidates that reach the final floor: the best partial sums first, equal ones by
   * document.
   *
   * @param max the most that are wanted; 0 for no limit
   * @return how many there are
   */
  int order(int max) {
    int kept = 0;
    for (int sum = SUMS - 1; sum >= floor; sum--) {
      starts[sum] = kept;
      kept += histogram[sum];
    }
    if (ordered.length < kept) {
      ordered = new int[Math.max(kept, 2 * ordered.length)];
    }
    for (int i = 0; i < count; i++) {
      int sum = partialSums[i] & 0xFF;
      if (sum >= floor) {
        ordered[starts[sum]++] = documents[i];
      }
    }
    return max == 0 ? kept : Math.min(max, kept);
  }

  /**
   * Copies some of the ordered candidates.
   *
   * @param from the first
   * @param length how many
   * @param out receives their document numbers
   */
  void copy(int from, int length, int[] out) {
    System.arraycopy(ordered, from, out, 0, length);
  }

  private void raiseRanked() {
    while (above >= k) {
      ranked++;
      above -= histogram[ranked];
    }
    raiseFloor();
  }

  private void raiseFloor() {
    floor = floor(floorShare);
  }
}
