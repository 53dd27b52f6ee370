package io.siskin.server.corpus;

import io.siskin.index.vector.SparseVector;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One query as it was read; it has a text, a vector or both.
 *
 * @param id what qrels and result files call it, unique in its file
 * @param text the text to encode; null when the record has none
 * @param vector the vector to search with, which goes before the text; null when the record has
 *     none
 * @param members the JSON texts of its other members, by their names; empty in files without such
 * @param place where it was read, for error messages: {@code file:line} or {@code file#row}
 */
public record SourceQuery(
    String id,
    @Nullable String text,
    @Nullable SparseVector vector,
    Map<String, String> members,
    String place) {
  /** Copies the map. */
  public SourceQuery {
    members = Map.copyOf(members);
  }

  /**
   * Makes a query without other members.
   *
   * @param id see above
   * @param text see above
   * @param vector see above
   * @param place see above
   */
  public SourceQuery(
      String id, @Nullable String text, @Nullable SparseVector vector, String place) {
    this(id, text, vector, Map.of(), place);
  }
}
