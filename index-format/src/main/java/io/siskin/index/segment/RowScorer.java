package io.siskin.index.segment;

import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.RowBlock;
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
  private final int lines;

  /** Never read: keeps the touching loads from being optimised away. */
  @SuppressWarnings("UnusedVariable")
  private byte touched;

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
    this.lines = RowBlock.linesToTouch(field.type());
  }

  /**
   * Scores rows.
   *
   * @param numbers the numbers of the rows, each 0 to the number of rows − 1
   * @param count how many of them
   * @param scores receives as many scores
   */
  public void scores(int[] numbers, int count, float[] scores) {
    if (lines > 0) {
      touch(numbers, count);
    }
    query.scores(
        rows, field.rowOffset(0), field.scales(), field.scaleOffset(0), numbers, count, scores);
  }

  private void touch(int[] numbers, int count) {
    byte mixed = 0;
    for (int i = 0; i < count; i++) {
      mixed ^= RowBlock.touch(rows, field.rowOffset(numbers[i]), lines);
    }
    touched = mixed;
  }
}
