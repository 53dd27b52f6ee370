package io.siskin.server.rank.scope;

import io.siskin.server.rank.formula.Formula;
import io.siskin.server.search.Cancellation;
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
  sealed interface RankingModel permits TreeModel, PairModel {}

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

  /** A model that reads a query and a document together. */
  non-sealed interface PairModel extends RankingModel {
    /** Returns whether it says of each token how likely it is needed. */
    boolean marksTokens();

    /**
     * Begins to score documents, in batches that other searches may share. Takes all of them or
     * none.
     *
     * @param query the text of the query
     * @param documents the texts of the documents
     * @param cancellation the deadline and the cancellation of the request
     * @return the scores to come, in the order of the documents; the caller waits for each of them
     *     or gives it up
     * @throws RuntimeException when the model is too busy for the deadline, or is closed
     */
    List<PendingScore> score(String query, List<String> documents, Cancellation cancellation);
  }

  /** A score that is being computed. Used by one thread. */
  interface PendingScore {
    /**
     * Waits for the score.
     *
     * @param nanos how long, 0 or more
     * @return the score; null when it took longer
     * @throws RankingModelException when the model failed
     * @throws io.siskin.server.search.QueryCancelledException when the deadline of the request has
     *     passed, or it was cancelled
     */
    @Nullable PairScore await(long nanos);

    /** Says that nobody waits for the score any more. */
    void giveUp();
  }

  /**
   * What a model says of a document.
   *
   * @param score how well it answers the query, a finite number
   * @param keeps for each token of the document that was read, how likely it is needed, 0 to 1;
   *     empty for a model that does not say it. Not to be changed
   * @param starts where each token begins in the text, in UTF-16 code units
   * @param ends where each ends
   */
  record PairScore(float score, float[] keeps, int[] starts, int[] ends) {}

  /**
   * One feature of a document.
   *
   * @param name its name, for messages and tables
   * @param formula what it is
   * @param undefined stands where the formula gives no finite number; null makes that an error
   */
  record Feature(String name, Formula formula, @Nullable Double undefined) {}
}
