package io.siskin.server.encode.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * How a collection's text becomes vectors, documents and queries alike. Stored with the collection,
 * so that queries are always encoded as the documents were; see {@link EncoderSpecJson} for the
 * stored form.
 *
 * <p>A new encoder family is a new record here, with a kind of its own. What a record's members
 * mean never changes. A member that is added later is left out of the stored form where it says
 * what collections did before it came.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Bm25Spec.class, name = Bm25Spec.KIND),
  @JsonSubTypes.Type(value = IdfSpec.class, name = IdfSpec.KIND),
  @JsonSubTypes.Type(value = LearnedSpec.class, name = LearnedSpec.KIND),
  @JsonSubTypes.Type(value = PhraseSpec.class, name = PhraseSpec.KIND),
  @JsonSubTypes.Type(value = VectorSpec.class, name = VectorSpec.KIND)
})
public sealed interface EncoderSpec permits Bm25Spec, IdfSpec, LearnedSpec, PhraseSpec, VectorSpec {
  /**
   * Returns the encoder's name, as it stands in the stored form and in a collection's description.
   */
  String kind();

  /** Returns the encoder without what others add to it: its own or, beneath phrases, theirs. */
  default EncoderSpec base() {
    return this;
  }

  /**
   * Returns the same with another average length of documents. It is the same spec for an encoder
   * that does not need one.
   *
   * @param averageLength in tokens, a finite number above 0, or {@link Bm25Spec#NOT_PINNED}
   */
  default EncoderSpec withAverageLength(double averageLength) {
    return this;
  }

  /**
   * Returns whether the terms of a query are weighed by how frequent they are in the collection as
   * it is when the query comes.
   */
  default boolean usesStatistics() {
    return false;
  }

  /** Returns whether documents may come as texts, of which it makes vectors. */
  boolean encodesDocuments();

  /** Returns the files that must be stored with the collection for the encoders to open. */
  List<ResourceRef> resources();

  /** Returns the models that must be stored in the data directory for the encoders to open. */
  default List<ModelRef> models() {
    return List.of();
  }
}
