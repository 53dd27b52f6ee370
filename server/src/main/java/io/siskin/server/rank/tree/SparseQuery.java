package io.siskin.server.rank.tree;

import io.siskin.index.vector.SparseVector;
import java.util.List;

/** What a sparse stage searches for. */
public sealed interface SparseQuery {
  /** The query of the request. */
  record OfRequest() implements SparseQuery {}

  /**
   * Text, to be encoded by the collection's query encoder.
   *
   * @param text at most 65,536 characters; may be empty, which finds nothing
   */
  record Text(String text) implements SparseQuery {}

  /**
   * The turns of a conversation, see {@code TurnMix}.
   *
   * @param turns the turns, 1 to {@link Turn#COUNT_MAX}
   */
  record Turns(List<Turn> turns) implements SparseQuery {
    /** Copies the list. */
    public Turns {
      turns = List.copyOf(turns);
    }
  }

  /**
   * A vector, searched as it is.
   *
   * @param vector keyed as the collection's vocabulary is
   */
  record Vector(SparseVector vector) implements SparseQuery {}
}
