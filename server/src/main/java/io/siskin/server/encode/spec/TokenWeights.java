package io.siskin.server.encode.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.siskin.index.vector.SparseVector;

/** Where an inference-free query takes the weight of a token from. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = TokenWeights.FromFile.class, name = "file"),
  @JsonSubTypes.Type(value = TokenWeights.FromCollection.class, name = "collection"),
  @JsonSubTypes.Type(value = TokenWeights.Equal.class, name = "equal")
})
public sealed interface TokenWeights {
  /**
   * A table that came with the model: one JSON object of token to weight, the {@code idf.json} of
   * the published inference-free models.
   *
   * @param file the table
   * @param unlistedWeight the weight of a token that the table lacks, 0 (it is left out) to 1e30
   */
  record FromFile(ResourceRef file, float unlistedWeight) implements TokenWeights {
    /** Checks the range. */
    public FromFile {
      SparseVector.checkWeight("unlistedWeight", unlistedWeight);
    }
  }

  /**
   * The idf of the token in the collection as it is when the query comes, {@link
   * io.siskin.index.build.Bm25Formula#idf(long, long)}. Nothing is stored, so the weights follow a
   * collection that grows.
   */
  record FromCollection() implements TokenWeights {}

  /**
   * Each token weighs 1: for documents whose model puts all that is to be known into their own
   * weights, such as DeepImpact's.
   */
  record Equal() implements TokenWeights {}
}
