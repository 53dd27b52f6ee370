package io.siskin.index.build;

import io.siskin.index.quantize.DocumentQuantizer;
import io.siskin.index.quantize.Quantization;

/**
 * The rules that turn the given weights of a build into impacts. What the options leave to the
 * input is settled.
 *
 * @param weighting how a given weight becomes a stored one
 * @param quantization how stored weights become impacts
 * @param sharedScale the scale that all documents have, or 0 if their scales may differ
 */
record PinnedRules(
    Weighting.Pinned weighting, Quantization.Pinned quantization, float sharedScale) {
  /**
   * Settles the rules.
   *
   * @param options what the user wants
   * @param spool all documents
   */
  static PinnedRules of(BuildOptions options, DocumentSpool spool) {
    Weighting.Pinned weighting =
        switch (options.weighting()) {
          case Weighting.Pinned pinned -> pinned;
          case Weighting.Bm25OfInput(double k1, double b) ->
              new Weighting.Bm25(k1, b, averageLength(spool));
        };
    Quantization.Pinned quantization =
        switch (weighting) {
          case Weighting.AsGiven() -> asGiven(options.quantization(), spool);
          case Weighting.Bm25 bm25 -> bm25(options.quantization(), bm25.k1());
        };
    return new PinnedRules(weighting, quantization, sharedScale(quantization, weighting, spool));
  }

  /**
   * Returns the rule by which the documents of a collection are quantised.
   *
   * @param weighting how a given weight becomes a stored one
   * @param wanted the rule that the collection has
   */
  static Quantization.Pinned pinned(Weighting.Pinned weighting, Quantization.Pinned wanted) {
    return switch (weighting) {
      case Weighting.AsGiven() -> wanted;
      case Weighting.Bm25 bm25 -> bm25(wanted, bm25.k1());
    };
  }

  private static double averageLength(DocumentSpool spool) {
    return spool.totalLength() == 0
        ? Bm25Formula.AVERAGE_LENGTH_DEFAULT
        : spool.totalLength() / spool.documentCount();
  }

  private static Quantization.Pinned asGiven(Quantization wanted, DocumentSpool spool) {
    return switch (wanted) {
      case Quantization.Pinned pinned -> pinned;
      case Quantization.GlobalOfInput() -> {
        if (spool.weightMax() == 0) {
          // There is no weight to choose a scale by.
          yield new Quantization.PerDocument();
        }
        yield new Quantization.Global(
            spool.allWhole() ? 1 : DocumentQuantizer.ownScale(spool.weightMax()));
      }
    };
  }

  private static Quantization.Pinned bm25(Quantization wanted, double k1) {
    return switch (wanted) {
      case Quantization.Auto() -> Bm25Formula.quantization(k1);
      case Quantization.GlobalOfInput() -> Bm25Formula.oneScale();
      case Quantization.Pinned pinned -> pinned;
    };
  }

  private static float sharedScale(
      Quantization.Pinned quantization, Weighting.Pinned weighting, DocumentSpool spool) {
    if (spool.weightMax() == 0) {
      return 0;
    }
    if (spool.isQuantized()) {
      return sharedScale(quantization, spool.quantizedScale());
    }
    float max = weighting instanceof Weighting.AsGiven ? spool.weightMax() : 1;
    return switch (quantization) {
      case Quantization.Auto() ->
          weighting instanceof Weighting.AsGiven && spool.allWhole() ? 1 : 0;
      case Quantization.PerDocument() -> 0;
      case Quantization.Global(float scale) -> DocumentQuantizer.fits(max, scale) ? scale : 0;
    };
  }

  /**
   * Returns the scale that all documents have which were quantised by the same rule before.
   *
   * @param scale the scale of all of them, or 0 if their scales differ
   */
  private static float sharedScale(Quantization.Pinned quantization, float scale) {
    return switch (quantization) {
      case Quantization.Auto() -> scale == 1 ? 1 : 0;
      case Quantization.PerDocument() -> 0;
      case Quantization.Global(float global) -> scale == global ? scale : 0;
    };
  }
}
