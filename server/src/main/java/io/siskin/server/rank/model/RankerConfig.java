package io.siskin.server.rank.model;

import io.siskin.server.rank.RankingModels.Feature;
import java.util.List;

/** What a {@code ranker.yaml} says. */
sealed interface RankerConfig {
  /** Returns the path of the graph in the folder. */
  String modelFile();

  /**
   * A model of decision trees.
   *
   * @param modelFile the path of the graph in the folder
   * @param features the features in the order in which the model takes them, at least one
   * @param output the name of the output; empty for the only one of single-precision numbers
   * @param columns how many numbers the output has for a row, for a graph that does not say it; 0
   *     where the graph says it
   * @param column which of them is the score; −1 for the last one
   */
  record Trees(String modelFile, List<Feature> features, String output, int columns, int column)
      implements RankerConfig {
    /** Copies the list. */
    public Trees {
      features = List.copyOf(features);
    }
  }
}
