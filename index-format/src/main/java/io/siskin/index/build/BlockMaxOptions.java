package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.BlockMaxLayout;

/**
 * The granularity of the block-max posting lists. It changes the size of the index and the time of
 * searches, but never their answers.
 *
 * @param blockSize the number of documents of a document block: 4, 8 or 16. A superblock has 16
 *     document blocks. A smaller value makes the bounds tighter, so that fewer documents are
 *     scored. It enlarges the maxima in inverse proportion
 * @param maximumBits the number of bits of a document-block maximum: 4 or 8. With 8 bits, the
 *     bounds are a little tighter and the maxima need twice the bytes
 */
public record BlockMaxOptions(int blockSize, int maximumBits) {
  /** The values that were fastest on real SPLADE vectors (ADR 0005). */
  public static final BlockMaxOptions DEFAULTS = new BlockMaxOptions(16, 4);

  /** Checks the ranges. */
  public BlockMaxOptions {
    if (Integer.bitCount(blockSize) != 1
        || blockSize < BlockMaxLayout.BLOCK_SIZE_MIN
        || blockSize > BlockMaxLayout.BLOCK_SIZE_MAX) {
      throw new InvalidInputException("document block size", blockSize, "4, 8 or 16");
    }
    if (maximumBits != 4 && maximumBits != 8) {
      throw new InvalidInputException("bits of a document-block maximum", maximumBits, "4 or 8");
    }
  }

  /** Returns the number of documents of a superblock: 64, 128 or 256. */
  public int superblockSize() {
    return BlockMaxLayout.BLOCKS_PER_SUPERBLOCK * blockSize;
  }
}
