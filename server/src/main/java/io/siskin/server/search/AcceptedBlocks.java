package io.siskin.server.search;

import static io.siskin.index.kernel.BlockMaxKernels.BLOCKS;

import io.siskin.index.document.DocumentSet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which superblocks and document blocks have an accepted document: takes the bounds of the others
 * away, so that they are never opened.
 *
 * <p>The superblocks are counted out once for each set and kept for the queries after, since live
 * bits change more rarely than queries come. Scratch memory of one evaluator; used by one thread.
 */
final class AcceptedBlocks {
  private final int superblockCount;
  private final int superblockWords;
  private final int blockSize;

  /** By superblock: a bit, set if it has an accepted document. */
  private final long[] occupied;

  /** What {@link #occupied} was made of. */
  private @Nullable DocumentSet counted;

  /**
   * Makes room.
   *
   * @param superblockCount the number of superblocks
   * @param superblockSize documents of a superblock, a multiple of 64
   */
  AcceptedBlocks(int superblockCount, int superblockSize) {
    this.superblockCount = superblockCount;
    this.superblockWords = superblockSize / Long.SIZE;
    this.blockSize = superblockSize / BLOCKS;
    this.occupied = new long[(superblockCount + Long.SIZE - 1) / Long.SIZE];
  }

  /**
   * Sets the bounds of superblocks without an accepted document to 0.
   *
   * @param accepted the accepted documents of the segment
   * @param bounds by superblock
   */
  void clearSuperblocks(DocumentSet accepted, int[] bounds) {
    if (accepted != counted) {
      count(accepted);
    }
    for (int superblock = 0; superblock < superblockCount; superblock++) {
      bounds[superblock] &= -(int) (occupied[superblock >>> 6] >>> superblock & 1);
    }
  }

  private void count(DocumentSet accepted) {
    counted = null;
    Arrays.fill(occupied, 0);
    int words = accepted.wordCount();
    for (int word = 0; word < words; word++) {
      if (accepted.word(word) != 0) {
        int superblock = word / superblockWords;
        occupied[superblock >>> 6] |= 1L << superblock;
      }
    }
    counted = accepted;
  }

  /**
   * Sets the bounds of document blocks without an accepted document to 0.
   *
   * @param accepted the accepted documents of the segment
   * @param superblocks numbers of superblocks
   * @param count how many of them
   * @param bounds 16 for each of them, in the same order
   */
  void clearBlocks(DocumentSet accepted, int[] superblocks, int count, int[] bounds) {
    int words = accepted.wordCount();
    for (int i = 0; i < count; i++) {
      int first = superblocks[i] * superblockWords;
      for (int at = 0; at < superblockWords; at++) {
        long word = first + at < words ? accepted.word(first + at) : 0;
        if (word != -1) {
          clearBlocks(word, BLOCKS * i + at * (Long.SIZE / blockSize), bounds);
        }
      }
    }
  }

  /** Clears the bounds of the blocks that one word stands for. */
  private void clearBlocks(long word, int firstBound, int[] bounds) {
    long blockMask = (1L << blockSize) - 1;
    for (int block = 0; block < Long.SIZE / blockSize; block++) {
      if ((word >>> (block * blockSize) & blockMask) == 0) {
        bounds[firstBound + block] = 0;
      }
    }
  }
}
