package io.siskin.server.encode;

import io.siskin.index.vector.SparseVector;
import java.util.List;

/** What a {@link TextModel} makes of one text. */
public sealed interface TextEncoding {
  /**
   * A sparse vector.
   *
   * @param vector what the model gave, before any option of a collection
   * @param literals the distinct tokens of the text itself, without special ones, in the order of
   *     their first occurrence: what an option that treats expansion differently goes by
   */
  record Sparse(SparseVector vector, List<String> literals) implements TextEncoding {
    /** Copies the list. */
    public Sparse {
      literals = List.copyOf(literals);
    }
  }

  /**
   * Dense vectors of one dimension.
   *
   * @param vectors one, or one a chunk; not to be changed
   */
  record Dense(List<float[]> vectors) implements TextEncoding {
    /** Copies the list. */
    public Dense {
      vectors = List.copyOf(vectors);
    }
  }
}
