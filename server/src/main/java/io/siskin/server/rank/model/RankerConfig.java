package io.siskin.server.rank.model;

import io.siskin.server.rank.scope.RankingModels.Feature;
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

  /**
   * A model that reads a query and a document together.
   *
   * @param modelFile the path of the graph in the folder
   * @param tokenizerFile the path of the tokenizer in the folder
   * @param maxLength how many tokens of a pair are read, special ones counted
   * @param maxQueryLength how many tokens of a query are read
   * @param output the name of the output with the score
   * @param activation what is made of the score
   * @param keepOutput the name of the output with a number for each token; empty for none
   * @param keepActivation what is made of these numbers
   */
  record CrossEncoder(
      String modelFile,
      String tokenizerFile,
      int maxLength,
      int maxQueryLength,
      String output,
      Activation activation,
      String keepOutput,
      Activation keepActivation)
      implements RankerConfig {}

  /** What is made of a number of a model. */
  enum Activation {
    /** It stays as it is. */
    NONE,
    /** The logistic function, which gives 0 to 1. */
    SIGMOID;

    /**
     * Returns what is made of a number.
     *
     * @param number the number
     */
    float of(float number) {
      return this == NONE ? number : (float) (1 / (1 + Math.exp(-number)));
    }
  }
}
