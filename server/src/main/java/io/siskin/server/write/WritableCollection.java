package io.siskin.server.write;

import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.encode.factory.Encoders;
import io.siskin.server.encode.spec.EncoderSpec;
import java.util.function.Function;

/**
 * What must be known of a collection to make documents ready for it.
 *
 * @param snapshot the collection, retained while this is used
 * @param quantizer quantises vectors as all of its documents are
 */
record WritableCollection(
    CollectionSnapshot snapshot, Function<SparseVector, QuantizedVector> quantizer) {
  /** Returns the declared fields. */
  Schema schema() {
    return snapshot.manifest().settings().schema();
  }

  /** Returns how text becomes vectors. */
  EncoderSpec encoderSpec() {
    return snapshot.encoderSpec();
  }

  /** Returns the encoders. */
  Encoders encoders() {
    return snapshot.encoders();
  }

  /** Returns whether texts and undeclared fields are kept. */
  boolean storesFields() {
    return snapshot.manifest().settings().storage().structures().storeFields();
  }

  /**
   * Quantises a vector.
   *
   * @param vector the vector
   */
  QuantizedVector quantize(SparseVector vector) {
    return quantizer.apply(vector);
  }

  /**
   * Checks that a vector names its terms as the collection does.
   *
   * @param vector the vector
   * @throws InvalidInputException when it does not
   */
  void checkVocabulary(SparseVector vector) {
    if (vector.size() > 0) {
      checkVocabulary(snapshot.vocabulary(), vector instanceof TokenVector);
    }
  }

  /**
   * Checks that terms are named as a collection names them.
   *
   * @param vocabulary how the collection names terms; none yet accepts both
   * @param byToken whether the terms are tokens
   * @throws InvalidInputException when they are not
   */
  static void checkVocabulary(Vocabulary vocabulary, boolean byToken) {
    Vocabulary wanted = byToken ? Vocabulary.TOKEN : Vocabulary.TERM_ID;
    if (vocabulary != Vocabulary.NONE && vocabulary != wanted) {
      throw new InvalidInputException(
          "vector",
          byToken ? "keyed by token" : "keyed by term id",
          byToken ? "term ids, as in the collection" : "tokens, as in the collection");
    }
  }
}
