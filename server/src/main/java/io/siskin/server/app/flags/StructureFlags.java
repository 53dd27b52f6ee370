package io.siskin.server.app.flags;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.Weighting;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.Quantization;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what a segment carries and how it is made. */
public final class StructureFlags {
  /** What {@code --reorder} may be. */
  public enum Order {
    /** The order of the input. */
    NONE,
    /** Recursive graph bisection. */
    BP
  }

  /** What {@code --quantization} may be. */
  public enum Scales {
    /** A scale per document, or 1 where that is exact. */
    AUTO,
    /** One scale for all documents. */
    GLOBAL,
    /** A scale per document. */
    PER_DOCUMENT
  }

  @Option(
      names = "--reorder",
      paramLabel = "HOW",
      defaultValue = "none",
      description =
          "The order of the documents in the index: none (that of the input) or bp (recursive graph"
              + " bisection: similar documents side by side, which tightens block maxima and makes"
              + " exact search faster and the build slower). Default: ${DEFAULT-VALUE}.")
  private Order order = Order.NONE;

  @Option(
      names = "--quantization",
      paramLabel = "HOW",
      defaultValue = "auto",
      description =
          "How weights become 8-bit impacts: global (one scale for all), per-document (a scale"
              + " each: more exact), or auto (1 for a document whose weights are whole numbers up"
              + " to 255, which loses nothing, else a scale for the document; under BM25 one scale"
              + " for all). Default: ${DEFAULT-VALUE}.")
  private Scales quantization = Scales.AUTO;

  @Option(
      names = "--precision",
      paramLabel = "BITS",
      defaultValue = "8",
      description =
          "Bits of a stored weight, 8 or 16. With 16 the last candidates of a search are scored"
              + " again by finer weights, which gives nearly the lists of float weights; costs a"
              + " byte per posting (residuals.dat), which is not written where 8 bits are exact."
              + " Default: ${DEFAULT-VALUE}.")
  private int precision;

  @Option(
      names = "--no-forward",
      description =
          "Leaves out the forward index: saves about 3 bytes per posting; all but exact search and"
              + " explanations need it. A server does not write to such a collection.")
  private boolean noForward;

  @Option(
      names = "--no-block-max",
      description = "Leaves out the block-max posting lists: exact search scans everything then.")
  private boolean noBlockMax;

  @Option(
      names = "--no-impacts",
      description =
          "Leaves out the impact-ordered posting lists: there is no score-at-a-time search then.")
  private boolean noImpacts;

  @Option(
      names = "--clusters",
      description =
          "Adds the clustered posting lists (Seismic): clustered search needs them. They take more"
              + " time and space than all others together.")
  private boolean withClusters;

  @Option(
      names = "--no-fields",
      description =
          "Does not store titles, texts and other fields: hits carry ids and scores only.")
  private boolean noFields;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "How many threads encode and build, 1 to 1024. The result does not depend on it. Default:"
              + " one per core.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Mixin private BlockMaxFlags blockMax = new BlockMaxFlags();
  @Mixin private ImpactFlags impacts = new ImpactFlags();
  @Mixin private ClusterFlags clusters = new ClusterFlags();

  /**
   * Returns whether weights finer than impacts are asked for.
   *
   * @throws InvalidInputException when the precision is none that is known
   */
  public boolean residuals() {
    if (precision != 8 && precision != 16) {
      throw new InvalidInputException("--precision", precision, "8 or 16");
    }
    return precision == 16;
  }

  /**
   * Returns the options of the build.
   *
   * @throws InvalidInputException when one is out of range or they contradict each other
   */
  public BuildOptions build() {
    return new BuildOptions(
        new Weighting.AsGiven(),
        switch (quantization) {
          case AUTO -> new Quantization.Auto();
          case GLOBAL -> new Quantization.GlobalOfInput();
          case PER_DOCUMENT -> new Quantization.PerDocument();
        },
        switch (order) {
          case NONE -> new Reordering.None();
          case BP -> Reordering.GraphBisection.DEFAULTS;
        },
        new BuildOptions.Structures(
            !noForward,
            residuals(),
            noBlockMax ? null : blockMax.build(),
            noImpacts ? null : impacts.build(),
            withClusters ? clusters.build() : null,
            !noFields),
        threads);
  }
}
