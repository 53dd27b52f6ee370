package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import org.jspecify.annotations.Nullable;

/**
 * What a segment carries and how it is made.
 *
 * @param weighting what the given weights mean
 * @param quantization how weights become impacts
 * @param reordering the order of document numbers
 * @param forward whether the segment carries the forward index; approximate search and explanations
 *     need it
 * @param residuals whether a byte a posting refines the impacts to 16 bits, by which the last
 *     candidates of a search are scored again; needs the forward index. Not written where impacts
 *     are exact
 * @param blockMax the block-max posting lists, which exact search wants; null for none
 * @param impacts the impact-ordered posting lists, which score-at-a-time search needs; null for
 *     none
 * @param clusters the clustered posting lists, which clustered search needs; null for none
 * @param storeFields whether titles, texts and other fields are kept to be returned with hits
 * @param threads how many threads build, 1 or more
 */
public record BuildOptions(
    Weighting weighting,
    Quantization quantization,
    Reordering reordering,
    boolean forward,
    boolean residuals,
    @Nullable BlockMaxOptions blockMax,
    @Nullable ImpactOrderedOptions impacts,
    @Nullable ClusterOptions clusters,
    boolean storeFields,
    int threads) {
  /**
   * Everything but clustered posting lists, with default parameters, in the order of the input, on
   * all cores.
   */
  public static final BuildOptions DEFAULTS =
      new BuildOptions(
          new Weighting.AsGiven(),
          Quantization.AUTO,
          new Reordering.None(),
          true,
          BlockMaxOptions.DEFAULTS,
          ImpactOrderedOptions.DEFAULTS,
          null,
          true,
          Runtime.getRuntime().availableProcessors());

  /**
   * Returns options without residuals.
   *
   * @param weighting what the given weights mean
   * @param quantization how weights become impacts
   * @param reordering the order of document numbers
   * @param forward whether the segment carries the forward index
   * @param blockMax the block-max posting lists; null for none
   * @param impacts the impact-ordered posting lists; null for none
   * @param clusters the clustered posting lists; null for none
   * @param storeFields whether fields are kept to be returned with hits
   * @param threads how many threads build, 1 or more
   */
  public BuildOptions(
      Weighting weighting,
      Quantization quantization,
      Reordering reordering,
      boolean forward,
      @Nullable BlockMaxOptions blockMax,
      @Nullable ImpactOrderedOptions impacts,
      @Nullable ClusterOptions clusters,
      boolean storeFields,
      int threads) {
    this(
        weighting,
        quantization,
        reordering,
        forward,
        false,
        blockMax,
        impacts,
        clusters,
        storeFields,
        threads);
  }

  /** Checks that the parts fit together. */
  public BuildOptions {
    Ranges.check("threads", threads, 1, 1024);
    if (!forward && blockMax == null) {
      throw new InvalidInputException(
          "structures", "none", "at least one of forward index and block-max posting lists");
    }
    if (impacts != null && !forward) {
      throw new InvalidInputException(
          "structures",
          "impacts without forward",
          "impact-ordered posting lists need the forward index");
    }
    if (residuals && !forward) {
      throw new InvalidInputException(
          "structures", "residuals without forward", "residuals need the forward index");
    }
    if (clusters != null && !forward) {
      throw new InvalidInputException(
          "structures",
          "clusters without forward",
          "clustered posting lists need the forward index");
    }
  }

  /**
   * Returns the same with another weighting.
   *
   * @param other what the given weights mean
   */
  public BuildOptions withWeighting(Weighting other) {
    return new BuildOptions(
        other,
        quantization,
        reordering,
        forward,
        residuals,
        blockMax,
        impacts,
        clusters,
        storeFields,
        threads);
  }

  /**
   * Returns the same with another order of documents.
   *
   * @param other the order
   */
  public BuildOptions withReordering(Reordering other) {
    return new BuildOptions(
        weighting,
        quantization,
        other,
        forward,
        residuals,
        blockMax,
        impacts,
        clusters,
        storeFields,
        threads);
  }

  /**
   * Returns the same with or without residuals.
   *
   * @param other whether the segment carries them
   */
  public BuildOptions withResiduals(boolean other) {
    return new BuildOptions(
        weighting,
        quantization,
        reordering,
        forward,
        other,
        blockMax,
        impacts,
        clusters,
        storeFields,
        threads);
  }

  /**
   * Returns the same with another number of threads.
   *
   * @param other 1 or more
   */
  public BuildOptions withThreads(int other) {
    return new BuildOptions(
        weighting,
        quantization,
        reordering,
        forward,
        residuals,
        blockMax,
        impacts,
        clusters,
        storeFields,
        other);
  }
}
