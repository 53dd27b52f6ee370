package io.siskin.server.rank.tree;

import java.util.List;

/** What a stage with a dense field looks for. */
public sealed interface DenseTarget {
  /**
   * What the request has for the field: a vector ({@link RequestVectors}) or, without one, its
   * text, to be encoded by the query encoder of the field.
   */
  record OfRequest() implements DenseTarget {}

  /**
   * Text, to be encoded by the query encoder of the field.
   *
   * @param text at most 65,536 characters; may be empty
   */
  record Text(String text) implements DenseTarget {}

  /**
   * The turns of a conversation, see {@code TurnMix}.
   *
   * @param turns the turns, 1 to {@link Turn#COUNT_MAX}
   */
  record Turns(List<Turn> turns) implements DenseTarget {
    /** Copies the list. */
    public Turns {
      turns = List.copyOf(turns);
    }
  }

  /**
   * A vector, used as it is.
   *
   * @param vector as many numbers as the field has dimensions
   */
  record Vector(DenseVector vector) implements DenseTarget {}
}
