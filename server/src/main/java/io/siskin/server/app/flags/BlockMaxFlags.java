package io.siskin.server.app.flags;

import io.siskin.index.build.BlockMaxOptions;
import picocli.CommandLine.Option;

/** The parameters of the block-max posting lists. */
final class BlockMaxFlags {
  @Option(
      names = "--block-size",
      paramLabel = "N",
      description =
          "Block-max lists: documents of a document block, 4, 8 or 16. Lowering it tightens the"
              + " bounds, so that fewer documents are scored, and enlarges the maxima in inverse"
              + " proportion. Default: ${DEFAULT-VALUE}.")
  private int blockSize = BlockMaxOptions.DEFAULTS.blockSize();

  @Option(
      names = "--maximum-bits",
      paramLabel = "N",
      description =
          "Block-max lists: bits of a document block's maximum, 4 or 8. Eight tighten the bounds"
              + " a little and double the maxima. Default: ${DEFAULT-VALUE}.")
  private int maximumBits = BlockMaxOptions.DEFAULTS.maximumBits();

  /** Returns the options, checked. */
  BlockMaxOptions build() {
    return new BlockMaxOptions(blockSize, maximumBits);
  }
}
