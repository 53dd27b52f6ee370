package io.siskin.server.write;

import io.siskin.index.document.Schema;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.encode.factory.DenseEncoders;
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

  /** Returns the encoders of the dense fields. */
  DenseEncoders denseEncoders() {
    return snapshot.denseEncoders();
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
   * @throws io.siskin.index.error.InvalidInputException when it does not
   */
  void checkVocabulary(SparseVector vector) {
    if (vector.size() > 0) {
      snapshot.vocabulary().check(vector instanceof TokenVector);
    }
  }
}
