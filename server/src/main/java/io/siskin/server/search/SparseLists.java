package io.siskin.server.search;

import static io.siskin.index.kernel.BlockMaxKernels.BLOCKS;

import io.siskin.index.format.FileLayout;
import io.siskin.index.kernel.ScoreRows;
import io.siskin.index.segment.BlockMaxIndex;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The sparse posting lists of a query's terms, and what {@link BlockMaxEvaluator} does with them.
 *
 * <p>They have no rows: each posting carries its own maximum and is scattered to where it belongs.
 * Where that is, for the superblocks at hand, a slot a superblock says. A list is scanned when it
 * is short and searched superblock by superblock when it is long compared with the number of
 * superblocks at hand.
 *
 * <p>Scratch memory of one query; used by one thread.
 */
final class SparseLists {
  /**
   * A list with more postings than so many for each superblock at hand is searched: about the cost
   * of one search.
   */
  private static final int SCANNED_PER_SUPERBLOCK = 16;

  private final MemorySegment memory;
  private final int superblockShift;
  private final int blockShift;

  /**
   * By superblock: its slot while it is at hand, else {@link #noSlot}, whose bounds and sums nobody
   * reads.
   */
  private final int[] slots;

  private final int noSlot;

  private long[] offsets;
  private int[] lengths;
  private int[] weights;
  private int[] superblockWeights;
  private int[] blockWeights;
  private int count;
  private long postingsRead;

  /**
   * @param noSlot a slot beyond all that are used, for which bounds and sums have room all the same
   */
  SparseLists(BlockMaxIndex index, int noSlot, int capacity) {
    this.memory = index.sparseLists();
    this.superblockShift = Integer.numberOfTrailingZeros(index.superblockSize());
    this.blockShift = Integer.numberOfTrailingZeros(index.blockSize());
    this.noSlot = noSlot;
    this.slots = new int[index.superblockCount()];
    Arrays.fill(slots, noSlot);
    this.offsets = new long[capacity];
    this.lengths = new int[capacity];
    this.weights = new int[capacity];
    this.superblockWeights = new int[capacity];
    this.blockWeights = new int[capacity];
  }

  /** Returns the number of slots, of 4 bytes each. */
  int slotCount() {
    return slots.length;
  }

  /** Forgets all lists and makes room for others. */
  void reset(int capacity) {
    count = 0;
    if (capacity > offsets.length) {
      offsets = new long[capacity];
      lengths = new int[capacity];
      weights = new int[capacity];
      superblockWeights = new int[capacity];
      blockWeights = new int[capacity];
    }
  }

  /**
   * Adds a list.
   *
   * @param weight what impacts are multiplied with
   * @param superblockWeight what maxima are multiplied with to bound superblocks
   * @param blockWeight what maxima are multiplied with to bound document blocks
   */
  void add(long offset, int length, int weight, int superblockWeight, int blockWeight) {
    offsets[count] = offset;
    lengths[count] = length;
    weights[count] = weight;
    superblockWeights[count] = superblockWeight;
    blockWeights[count] = blockWeight;
    count++;
  }

  /** Returns how many postings were read since the last call, each time they were. */
  long takePostingsRead() {
    long taken = postingsRead;
    postingsRead = 0;
    return taken;
  }

  /** Adds the largest maximum of each list and superblock, scaled, to the superblock's bound. */
  void addSuperblockMaxima(int[] bounds, Cancellation cancellation) {
    for (int list = 0; list < count; list++) {
      long documents = offsets[list];
      int length = lengths[list];
      long maxima = documents + (long) Integer.BYTES * length;
      int weight = superblockWeights[list];
      postingsRead += length;
      int last = -1;
      int largest = 0;
      for (int i = 0; i < length; i++) {
        int superblock = document(documents, i) >> superblockShift;
        // Documents ascend, so postings of one superblock are neighbours: add what exceeds those
        // before.
        int before = superblock == last ? largest : 0;
        largest = Math.max(before, u8(maxima + i));
        bounds[superblock] += weight * (largest - before);
        last = superblock;
      }
      cancellation.check();
    }
  }

  /**
   * Adds the largest maximum of each list and document block, scaled, to the document block's
   * bound.
   *
   * @param superblocks the superblocks at hand, ascending; the position of each is its slot
   * @param bounds 16 a slot
   */
  void addBlockMaxima(int[] superblocks, int superblockCount, int[] bounds) {
    if (count == 0) {
      return;
    }
    setSlots(superblocks, superblockCount);
    for (int list = 0; list < count; list++) {
      if (lengths[list] <= (long) SCANNED_PER_SUPERBLOCK * superblockCount) {
        addBlockMaxima(list, 0, lengths[list], bounds);
      } else {
        for (int slot = 0; slot < superblockCount; slot++) {
          int from = search(list, superblocks[slot] << superblockShift);
          addBlockMaxima(
              list, from, search(list, (superblocks[slot] + 1) << superblockShift), bounds);
        }
      }
    }
    clearSlots(superblocks, superblockCount);
  }

  private void addBlockMaxima(int list, int from, int to, int[] bounds) {
    long documents = offsets[list];
    long maxima = documents + (long) Integer.BYTES * lengths[list];
    int weight = blockWeights[list];
    postingsRead += to - from;
    int last = -1;
    int largest = 0;
    for (int i = from; i < to; i++) {
      int block = document(documents, i) >> blockShift;
      int before = block == last ? largest : 0;
      largest = Math.max(before, u8(maxima + i));
      // No branch on whether the superblock is at hand: about half of them are, which no predictor
      // learns.
      bounds[BLOCKS * slots[block / BLOCKS] + block % BLOCKS] += weight * (largest - before);
      last = block;
    }
  }

  /** Adds the postings of the rows' superblocks to the sums; returns how many there were. */
  int addPostings(ScoreRows rows) {
    if (count == 0) {
      return 0;
    }
    setSlots(rows.superblocks, rows.count);
    int first = Integer.MAX_VALUE;
    int last = 0;
    for (int row = 0; row < rows.count; row++) {
      first = Math.min(first, rows.superblocks[row]);
      last = Math.max(last, rows.superblocks[row]);
    }
    int added = 0;
    for (int list = 0; list < count; list++) {
      int from = search(list, first << superblockShift);
      int to = search(list, (last + 1) << superblockShift);
      if (to - from <= (long) SCANNED_PER_SUPERBLOCK * rows.count) {
        added += addPostings(list, from, to, rows);
      } else {
        for (int row = 0; row < rows.count; row++) {
          from = search(list, rows.superblocks[row] << superblockShift);
          to = search(list, (rows.superblocks[row] + 1) << superblockShift);
          added += addPostings(list, from, to, rows);
        }
      }
    }
    clearSlots(rows.superblocks, rows.count);
    return added;
  }

  private int addPostings(int list, int from, int to, ScoreRows rows) {
    long documents = offsets[list];
    long impacts = documents + (Integer.BYTES + 1L) * lengths[list];
    int weight = weights[list];
    postingsRead += to - from;
    int added = 0;
    for (int i = from; i < to; i++) {
      int document = document(documents, i);
      int row = slots[document >> superblockShift];
      if (row != noSlot) {
        int local = document & (rows.rowLength - 1);
        rows.sums[row * rows.rowLength + local] += weight * u8(impacts + i);
        added++;
      }
    }
    return added;
  }

  /** Returns the position of the first posting of a list whose document is not below a number. */
  private int search(int list, int documentNumber) {
    int low = 0;
    int high = lengths[list];
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (document(offsets[list], middle) < documentNumber) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void setSlots(int[] superblocks, int superblockCount) {
    for (int slot = 0; slot < superblockCount; slot++) {
      slots[superblocks[slot]] = slot;
    }
  }

  private void clearSlots(int[] superblocks, int superblockCount) {
    for (int slot = 0; slot < superblockCount; slot++) {
      slots[superblocks[slot]] = noSlot;
    }
  }

  private int document(long documents, int position) {
    return memory.get(FileLayout.U32, documents + (long) Integer.BYTES * position);
  }

  private int u8(long offset) {
    return memory.get(FileLayout.U8, offset) & 0xFF;
  }
}
