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

  /**
   * A dense vector for each token of a text, special tokens left out.
   *
   * @param vectors the vectors in the order of the tokens, none for a text without tokens; not to
   *     be changed
   * @param keys for each of them, the id of its token in the model's vocabulary; not to be changed
   */
  record DenseTokens(List<float[]> vectors, int[] keys) implements TextEncoding {
    /** Copies the list. */
    public DenseTokens {
      vectors = List.copyOf(vectors);
      assert vectors.size() == keys.length : keys.length;
    }
  }

  /**
   * A sparse vector for each token of a text that counts when a model pools its numbers; see {@link
   * EncoderInput#ofTokens}.
   *
   * @param vectors one or more, in the order of the tokens
   */
  record SparseTokens(List<SparseVector> vectors) implements TextEncoding {
    /** Copies the list. */
    public SparseTokens {
      vectors = List.copyOf(vectors);
    }
  }

  /**
   * What a model says of two texts that it read in one input.
   *
   * @param score how well the second text answers the first one
   * @param keeps for each token of the second text, how likely it is needed; empty for a model that
   *     does not say it. Not to be changed
   * @param starts where each of these tokens begins in the second text, in UTF-16 code units
   * @param ends where each ends
   */
  record Pair(float score, float[] keeps, int[] starts, int[] ends) implements TextEncoding {}
}
