package io.siskin.server.encode;

import io.siskin.index.vector.SparseVector;
import java.util.List;

/** What a {@link TextModel} makes of one text. */
public sealed interface TextEncoding {
  /**
   * A sparse vector.
   *
   * @param vector what the model gave, before any option of a collection
   * @param originalTerms the terms that the text itself has: its distinct tokens, without special
   *     ones, in the order of their first occurrence. Options that treat expansion differently go
   *     by them
   */
  record Sparse(SparseVector vector, List<String> originalTerms) implements TextEncoding {
    /** Copies the list. */
    public Sparse {
      originalTerms = List.copyOf(originalTerms);
    }
  }

  /**
   * Dense vectors of one dimension.
   *
   * @param vectors one, or one per chunk; not to be changed
   */
  record Dense(List<float[]> vectors) implements TextEncoding {
    /** Copies the list. */
    public Dense {
      vectors = List.copyOf(vectors);
    }
  }
}
