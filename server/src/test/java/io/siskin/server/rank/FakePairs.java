package io.siskin.server.rank;

import io.siskin.server.rank.scope.RankingModels;
import io.siskin.server.search.Cancellation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A model of pairs whose scores are of a few letters, in quarters; it may stop to answer. */
final class FakePairs implements RankingModels.PairModel {
  static final String NAME = "pairs";

  /** How many documents it still scores; what comes after is never done. */
  int patience = Integer.MAX_VALUE;

  /** How many scores were given up. */
  int givenUp;

  /** How many documents were handed over. */
  int begun;

  /** Returns the score of a pair. */
  static float score(String query, String document) {
    return (document.hashCode() % 7 + query.length() % 3) / 4f;
  }

  @Override
  public boolean marksTokens() {
    return true;
  }

  @Override
  public List<RankingModels.PendingScore> score(
      String query, List<String> documents, Cancellation cancellation) {
    List<RankingModels.PendingScore> pending = new ArrayList<>();
    for (String document : documents) {
      begun++;
      RankingModels.PairScore score =
          patience-- > 0
              ? new RankingModels.PairScore(
                  score(query, document),
                  new float[] {document.isEmpty() ? 0 : 0.75f},
                  new int[] {0},
                  new int[] {1})
              : null;
      pending.add(new Pending(score));
    }
    return pending;
  }

  private final class Pending implements RankingModels.PendingScore {
    private final RankingModels.@Nullable PairScore score;

    Pending(RankingModels.@Nullable PairScore score) {
      this.score = score;
    }

    @Override
    public RankingModels.@Nullable PairScore await(long nanos) {
      return score;
    }

    @Override
    public void giveUp() {
      givenUp++;
    }
  }
}
