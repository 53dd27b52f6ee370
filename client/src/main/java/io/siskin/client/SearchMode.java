package io.siskin.client;

import org.jspecify.annotations.Nullable;

/**
 * How a query is evaluated: which guarantee its list of hits carries. Scores are exact in every
 * mode.
 */
public sealed interface SearchMode {
  /** Returns the true best k, ties included. */
  record Exact() implements SearchMode {}

  /**
   * Returns most of the true best k, over clustered posting lists. Null parameters take the
   * collection's defaults; in the mode of a result none is null.
   *
   * @param queryCut how many of the query's heaviest terms have their posting lists visited, 1 to
   *     4,096; raising it raises recall and time
   * @param heapFactor a posting block is skipped when its summary's score is below {@code
   *     heapFactor} times the score of the k-th hit so far; above 0, at most 1; raising it skips
   *     more, which lowers recall and time
   * @param firstSorted whether the blocks of the heaviest term's list are visited best first
   */
  record Clustered(
      @Nullable Integer queryCut, @Nullable Float heapFactor, @Nullable Boolean firstSorted)
      implements SearchMode {}

  /**
   * Returns most of the true best k in a fraction of the time, over impact-ordered posting lists;
   * can keep a time budget. Null parameters take the collection's defaults; in the mode of a result
   * none is null.
   *
   * @param postingFloor postings are added up that contribute at least {@code postingFloor} times
   *     an estimate of the k-th best score, 0 to 1; raising it lowers recall and time
   * @param candidateFloor documents are scored exactly whose partial score is at least {@code
   *     candidateFloor} times the k-th best partial score, 0 to 1; raising it lowers recall and
   *     time
   * @param candidatesMax how many documents are scored exactly at most, 0 for no limit; raising it
   *     raises recall and time
   * @param budgetMicros about how long the evaluation may take, 10 to 1,000,000 microseconds, 0 for
   *     as long as it needs; raising it raises recall and time
   */
  record ScoreAtATime(
      @Nullable Float postingFloor,
      @Nullable Float candidateFloor,
      @Nullable Integer candidatesMax,
      @Nullable Integer budgetMicros)
      implements SearchMode {}

  /** Returns the mode that finds the true best k. */
  static SearchMode exact() {
    return new Exact();
  }

  /** Returns the mode over clustered posting lists with the collection's default parameters. */
  static SearchMode clustered() {
    return new Clustered(null, null, null);
  }

  /**
   * Returns the mode over clustered posting lists with its two main parameters.
   *
   * @param queryCut see {@link Clustered}
   * @param heapFactor see {@link Clustered}
   */
  static SearchMode clustered(int queryCut, float heapFactor) {
    return new Clustered(queryCut, heapFactor, null);
  }

  /** Returns the mode over impact-ordered posting lists with the collection's defaults. */
  static SearchMode scoreAtATime() {
    return new ScoreAtATime(null, null, null, null);
  }

  /**
   * Returns the mode over impact-ordered posting lists with its two main parameters.
   *
   * @param postingFloor see {@link ScoreAtATime}
   * @param candidateFloor see {@link ScoreAtATime}
   */
  static SearchMode scoreAtATime(float postingFloor, float candidateFloor) {
    return new ScoreAtATime(postingFloor, candidateFloor, null, null);
  }
}
