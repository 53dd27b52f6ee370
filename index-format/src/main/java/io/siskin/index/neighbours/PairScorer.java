package io.siskin.index.neighbours;

import io.siskin.index.segment.RowPairs;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

/** The inner products of stored rows, as Lucene asks for them. Used by one thread. */
final class PairScorer implements UpdateableRandomVectorScorer {
  private final RowPairs pairs;

  PairScorer(RowPairs pairs) {
    this.pairs = pairs;
  }

  @Override
  public void setScoringOrdinal(int row) {
    pairs.setRow(row);
  }

  @Override
  public float score(int row) {
    return pairs.product(row);
  }

  @Override
  public float bulkScore(int[] rows, float[] scores, int count) {
    pairs.products(rows, count, scores);
    float best = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      best = Math.max(best, scores[i]);
    }
    return best;
  }

  @Override
  public int maxOrd() {
    return pairs.rowCount();
  }
}
