package io.siskin.server.rank.tree;

/**
 * One turn of a conversation as a part of a query.
 *
 * @param text what was said, at most 65,536 characters; may be empty
 * @param weight how much it counts, 0 to {@link #WEIGHT_MAX}
 */
public record Turn(String text, double weight) {
  /** The most turns of a query. */
  public static final int COUNT_MAX = 16;

  /** The largest weight. */
  public static final double WEIGHT_MAX = 1_000;
}
