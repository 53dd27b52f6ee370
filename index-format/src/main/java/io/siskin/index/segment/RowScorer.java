package io.siskin.index.segment;

import io.siskin.index.dense.DenseQuery;
import java.lang.foreign.MemorySegment;

/**
 * The scores of rows of a dense field, in any order, for one query. Each has the bits that a scan
 * gives it.
 *
 * <p>Used by one thread at a time. The caller keeps the segment retained.
 */
public final class RowScorer {
  private final MappedDenseField field;
  private final DenseQuery query;
  private final MemorySegment rows;

  /**
   * Makes a scorer.
   *
   * @param field the field
   * @param query a query of it
   */
  public RowScorer(MappedDenseField field, DenseQuery query) {
    assert query.type().equals(field.type()) : query.type();
    this.field = field;
    this.query = query;
    this.rows = field.values();
  }

  /**
   * Scores rows.
   *
   * @param numbers the numbers of the rows, each 0 to the number of rows − 1
   * @param count how many of them
   * @param scores receives as many scores
   */
  public void scores(int[] numbers, int count, float[] scores) {
    for (int i = 0; i < count; i++) {
      int row = numbers[i];
      scores[i] = query.score(rows, field.rowOffset(row), field.scale(row));
    }
  }
}
