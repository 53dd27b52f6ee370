package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.BlockMaxLayout;

/**
 * The granularity of the block-max posting lists. The answers never depend on it, only bytes and
 * time do.
 *
 * @param blockSize documents of a document block: 4, 8 or 16; 16 document blocks make a superblock.
 *     Lowering it tightens the bounds, so that fewer documents are scored, and enlarges the maxima
 *     in inverse proportion
 * @param maximumBits bits of a document-block maximum: 4 or 8. Eight tighten the bounds a little
 *     and double the maxima
 */
public record BlockMaxOptions(int blockSize, int maximumBits) {
  /** What was fastest on real SPLADE vectors, see ADR 0005. */
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

  /** Returns the documents of a superblock: 64, 128 or 256. */
  public int superblockSize() {
    return BlockMaxLayout.BLOCKS_PER_SUPERBLOCK * blockSize;
  }
}
