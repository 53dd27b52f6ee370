package io.siskin.index.kernel;

import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.BlockMaxLayout;
import java.lang.foreign.MemorySegment;

/**
 * The scalar twin of the SIMD kernels. It follows the loops in the documentation of {@link
 * BlockMaxKernels}.
 */
final class ScalarBlockMaxKernels implements BlockMaxKernels {
  @Override
  public void addSuperblockMaxima(
      MemorySegment maxima, long offset, int count, int weight, int[] bounds, int from) {
    for (int i = 0; i < count; i++) {
      bounds[from + i] += weight * u8(maxima, offset + i);
    }
  }

  @Override
  public void addBlockMaxima(
      MemorySegment entries, long row, int[] superblocks, int count, int weight, int[] bounds) {
    int entryLength = BlockMaxLayout.entryLength(Byte.SIZE);
    for (int i = 0; i < count; i++) {
      for (int block = 0; block < BLOCKS; block++) {
        bounds[BLOCKS * i + block] +=
            weight * u8(entries, row + (long) entryLength * superblocks[i] + block);
      }
    }
  }

  @Override
  public void addPackedBlockMaxima(
      MemorySegment entries, long row, int[] superblocks, int count, int weight, int[] bounds) {
    int entryLength = BlockMaxLayout.entryLength(4);
    int maximumOffset = BlockMaxLayout.maximaLength(4) + BlockMaxLayout.ENTRY_MAXIMUM_OFFSET;
    for (int i = 0; i < count; i++) {
      long entry = row + (long) entryLength * superblocks[i];
      int scaled = weight * u8(entries, entry + maximumOffset);
      long packed = entries.get(FileLayout.U64, entry);
      for (int block = 0; block < BLOCKS; block++) {
        bounds[BLOCKS * i + block] +=
            scaled * (int) (packed >>> BlockMaxLayout.packedShift(block) & 15);
      }
    }
  }

  @Override
  public int atLeast(int[] bounds, int from, int threshold) {
    int mask = 0;
    for (int block = 0; block < BLOCKS; block++) {
      if (bounds[from + block] >= threshold) {
        mask |= 1 << block;
      }
    }
    return mask;
  }

  @Override
  public void largest(int[] bounds, int count, int[] out) {
    for (int i = 0; i < count; i++) {
      int largest = bounds[BLOCKS * i];
      for (int block = 1; block < BLOCKS; block++) {
        largest = Math.max(largest, bounds[BLOCKS * i + block]);
      }
      out[i] = largest;
    }
  }

  @Override
  public int select(int[] values, int count, int least, int below, int[] out) {
    int selected = 0;
    for (int i = 0; i < count; i++) {
      if (values[i] >= least && values[i] < below) {
        out[selected++] = i;
      }
    }
    return selected;
  }

  @Override
  public int addPostings(
      MemorySegment entries,
      int maximumBits,
      MemorySegment postings,
      DenseLists lists,
      ScoreRows rows) {
    int entryLength = BlockMaxLayout.entryLength(maximumBits);
    int added = 0;
    for (int list = 0; list < lists.count; list++) {
      for (int row = 0; row < rows.count; row++) {
        long entry = lists.entries[list] + (long) entryLength * rows.superblocks[row];
        if (((entries.get(FileLayout.U64, entry) & rows.masks[row])
                | (entries.get(FileLayout.U64, entry + Long.BYTES) & rows.secondMasks[row]))
            == 0) {
          continue;
        }
        long tail = entry + BlockMaxLayout.maximaLength(maximumBits);
        int start = entries.get(FileLayout.U32, tail + BlockMaxLayout.ENTRY_START_OFFSET);
        int count = entries.get(FileLayout.U16, tail + BlockMaxLayout.ENTRY_COUNT_OFFSET) & 0xFFFF;
        long at = lists.postings[list] + 2L * start;
        int first = 0;
        while (first < count && u8(postings, at + first) < rows.firsts[row]) {
          first++;
        }
        int end = first;
        while (end < count && u8(postings, at + end) <= rows.lasts[row]) {
          end++;
        }
        int sums = row * rows.rowLength;
        addRun(
            postings,
            at + first,
            at + count + first,
            end - first,
            lists.weights[list],
            rows.sums,
            sums);
        added += end - first;
      }
    }
    return added;
  }

  private static void addRun(
      MemorySegment postings,
      long locals,
      long impacts,
      int count,
      int weight,
      int[] sums,
      int from) {
    for (int i = 0; i < count; i++) {
      sums[from + u8(postings, locals + i)] += weight * u8(postings, impacts + i);
    }
  }

  @Override
  public int candidates(
      int[] sums,
      int from,
      MemorySegment scales,
      long document,
      int count,
      float threshold,
      int[] out) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      if (sums[from + i] * scales.get(FileLayout.F32, Float.BYTES * (document + i)) >= threshold) {
        out[found++] = i;
      }
    }
    return found;
  }

  private static int u8(MemorySegment memory, long offset) {
    return memory.get(FileLayout.U8, offset) & 0xFF;
  }
}
