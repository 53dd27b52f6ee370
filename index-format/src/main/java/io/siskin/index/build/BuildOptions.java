package io.siskin.index.build;

import io.siskin.index.dense.DenseGraph;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.quantize.Quantization;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a segment carries and how it is made.
 *
 * @param weighting what the given weights mean
 * @param quantization how weights become impacts
 * @param reordering the order of document numbers
 * @param structures what the segment carries
 * @param threads how many threads build, 1 to 1,024
 */
public record BuildOptions(
    Weighting weighting,
    Quantization quantization,
    Reordering reordering,
    Structures structures,
    int threads) {
  /**
   * Everything but residuals, frequencies and clustered posting lists, with default parameters, in
   * the order of the input, on all cores.
   */
  public static final BuildOptions DEFAULTS =
      new BuildOptions(
          new Weighting.AsGiven(),
          new Quantization.Auto(),
          new Reordering.None(),
          Structures.DEFAULTS,
          Runtime.getRuntime().availableProcessors());

  /** Checks the range. */
  public BuildOptions {
    Ranges.check("threads", threads, 1, 1024);
  }

  /**
   * What a segment carries.
   *
   * @param forward whether it carries the forward index; approximate search and explanations need
   *     it
   * @param residuals whether one byte per posting refines the impacts to 16 bits, by which the last
   *     candidates of a search are scored again; needs the forward index. Not written where impacts
   *     are exact
   * @param blockMax the block-max posting lists, which exact search wants; null for none
   * @param impacts the impact-ordered posting lists, which score-at-a-time search needs; null for
   *     none
   * @param clusters the clustered posting lists, which clustered search needs; null for none
   * @param storeFields whether titles, texts and other fields are kept to be returned with hits
   * @param frequencies whether one byte per posting keeps how often a document has a term, so that
   *     BM25 weights can be computed again; needs the forward index
   * @param graphs which dense fields get a graph of neighbours, and how, by their names
   */
  public record Structures(
      boolean forward,
      boolean residuals,
      @Nullable BlockMaxOptions blockMax,
      @Nullable ImpactOrderedOptions impacts,
      @Nullable ClusterOptions clusters,
      boolean storeFields,
      boolean frequencies,
      Map<String, DenseGraph> graphs) {
    /**
     * Everything but residuals, frequencies and clustered posting lists, with default parameters.
     */
    public static final Structures DEFAULTS =
        new Structures(
            true, false, BlockMaxOptions.DEFAULTS, ImpactOrderedOptions.DEFAULTS, null, true);

    /**
     * Names what a segment without graphs of neighbours carries.
     *
     * @param forward see above
     * @param residuals see above
     * @param blockMax see above
     * @param impacts see above
     * @param clusters see above
     * @param storeFields see above
     * @param frequencies see above
     */
    public Structures(
        boolean forward,
        boolean residuals,
        @Nullable BlockMaxOptions blockMax,
        @Nullable ImpactOrderedOptions impacts,
        @Nullable ClusterOptions clusters,
        boolean storeFields,
        boolean frequencies) {
      this(forward, residuals, blockMax, impacts, clusters, storeFields, frequencies, Map.of());
    }

    /**
     * Names what a segment without frequencies carries.
     *
     * @param forward see above
     * @param residuals see above
     * @param blockMax see above
     * @param impacts see above
     * @param clusters see above
     * @param storeFields see above
     */
    public Structures(
        boolean forward,
        boolean residuals,
        @Nullable BlockMaxOptions blockMax,
        @Nullable ImpactOrderedOptions impacts,
        @Nullable ClusterOptions clusters,
        boolean storeFields) {
      this(forward, residuals, blockMax, impacts, clusters, storeFields, false);
    }

    /** Checks that the parts fit together. */
    public Structures {
      graphs = Collections.unmodifiableMap(new TreeMap<>(graphs));
      if (!forward && blockMax == null) {
        throw new InvalidInputException(
            "structures", "none", "at least one of forward index and block-max posting lists");
      }
      if (!forward && impacts != null) {
        throw withoutForward("impacts", "impact-ordered posting lists need the forward index");
      }
      if (!forward && residuals) {
        throw withoutForward("residuals", "residuals need the forward index");
      }
      if (!forward && frequencies) {
        throw withoutForward("frequencies", "frequencies need the forward index");
      }
      if (!forward && clusters != null) {
        throw withoutForward("clusters", "clustered posting lists need the forward index");
      }
    }

    private static InvalidInputException withoutForward(String structure, String reason) {
      return new InvalidInputException("structures", structure + " without forward", reason);
    }

    private Structures withResiduals(boolean other) {
      return new Structures(
          forward, other, blockMax, impacts, clusters, storeFields, frequencies, graphs);
    }

    private Structures withFrequencies(boolean other) {
      return new Structures(
          forward, residuals, blockMax, impacts, clusters, storeFields, other, graphs);
    }

    private Structures withGraphs(Map<String, DenseGraph> other) {
      return new Structures(
          forward, residuals, blockMax, impacts, clusters, storeFields, frequencies, other);
    }
  }

  /**
   * Returns the same with another weighting.
   *
   * @param other what the given weights mean
   */
  public BuildOptions withWeighting(Weighting other) {
    return new BuildOptions(other, quantization, reordering, structures, threads);
  }

  /**
   * Returns the same with another order of documents.
   *
   * @param other the order
   */
  public BuildOptions withReordering(Reordering other) {
    return new BuildOptions(weighting, quantization, other, structures, threads);
  }

  /**
   * Returns the same with or without residuals.
   *
   * @param other whether the segment carries them
   */
  public BuildOptions withResiduals(boolean other) {
    return new BuildOptions(
        weighting, quantization, reordering, structures.withResiduals(other), threads);
  }

  /**
   * Returns the same with or without term frequencies.
   *
   * @param other whether the segment carries them
   */
  public BuildOptions withFrequencies(boolean other) {
    return new BuildOptions(
        weighting, quantization, reordering, structures.withFrequencies(other), threads);
  }

  /**
   * Returns the same with other graphs of neighbours.
   *
   * @param other how dense fields get them, by the names of the fields
   */
  public BuildOptions withGraphs(Map<String, DenseGraph> other) {
    return new BuildOptions(
        weighting, quantization, reordering, structures.withGraphs(other), threads);
  }

  /**
   * Returns the same with another number of threads.
   *
   * @param other 1 to 1,024
   */
  public BuildOptions withThreads(int other) {
    return new BuildOptions(weighting, quantization, reordering, structures, other);
  }
}
