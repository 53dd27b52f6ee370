package io.siskin.server.rank;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ranking models of a process, as stages use them.
 *
 * <p>Safe for concurrent use.
 */
public interface RankingModels {
  /** No models. */
  RankingModels NONE =
      new RankingModels() {
        @Override
        public List<String> names() {
          return List.of();
        }

        @Override
        public @Nullable RankingModel find(String name) {
          return null;
        }
      };

  /**
   * Returns one model.
   *
   * @param name its name
   * @param model the model
   */
  static RankingModels of(String name, RankingModel model) {
    return new RankingModels() {
      @Override
      public List<String> names() {
        return List.of(name);
      }

      @Override
      public @Nullable RankingModel find(String wanted) {
        return wanted.equals(name) ? model : null;
      }
    };
  }

  /** Returns the names of the models. */
  List<String> names();

  /**
   * Returns a model; null when there is none of the name.
   *
   * @param name its name
   */
  @Nullable RankingModel find(String name);

  /** A model that scores documents. Safe for concurrent use. */
  sealed interface RankingModel permits TreeModel {}

  /** A model that scores rows of features. */
  non-sealed interface TreeModel extends RankingModel {
    /** Returns how many features a row has, 1 or more. */
    int featureCount();

    /** Returns the features that its folder declares, as many as a row has. */
    List<Feature> features();

    /**
     * Scores rows, all in one call of the model.
     *
     * @param rows the features, row after row; not changed
     * @param count how many rows there are, 1 or more
     * @return one score for each row, each a finite number
     * @throws RankingModelException when the model fails, or gives what is no finite number
     */
    float[] score(float[] rows, int count);
  }

  /**
   * One feature of a document.
   *
   * @param name its name, for messages and tables
   * @param formula what it is
   * @param undefined stands where the formula gives no finite number; null makes that an error
   */
  record Feature(String name, Formula formula, @Nullable Double undefined) {}
}
