package io.siskin.server.collection;

import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ImpactOrderedOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.Weighting;
import io.siskin.index.quantize.Quantization;

/**
 * How the documents of a collection are stored. Every segment of the collection is built with it,
 * so that a score depends on the document alone, and not on the segment that the document is in.
 *
 * @param quantization how the weights of a document become impacts
 * @param structures what segments carry; always a forward index, which merges read
 * @param reordering the order of documents in large segments
 */
public record StorageOptions(
    Quantization.Pinned quantization, BuildOptions.Structures structures, Reordering reordering) {
  /** What a collection gets that asks for nothing else. */
  public static final StorageOptions DEFAULTS =
      new StorageOptions(
          new Quantization.Auto(),
          new BuildOptions.Structures(
              true, false, BlockMaxOptions.DEFAULTS, ImpactOrderedOptions.DEFAULTS, null, true),
          Reordering.GraphBisection.DEFAULTS);

  /**
   * Returns the options of a segment's build.
   *
   * @param weighting what the weights of documents mean
   * @param threads how many threads build, 1 to 1,024
   */
  public BuildOptions buildOptions(Weighting weighting, int threads) {
    return new BuildOptions(weighting, quantization, reordering, structures, threads);
  }
}
