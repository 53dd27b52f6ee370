package io.siskin.server.collection;

import io.siskin.index.lifecycle.ReferenceCount;
import io.siskin.server.encode.factory.DenseEncoders;
import io.siskin.server.encode.factory.EncoderFactory;
import io.siskin.server.encode.factory.EncoderResources;
import io.siskin.server.encode.factory.Encoders;
import io.siskin.server.encode.factory.ModelSource;
import io.siskin.server.encode.factory.SharedStatistics;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.EncoderSpec;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The encoders of a collection, which its snapshots share as long as it is not replaced. Counts
 * references; the opener holds the first.
 *
 * <p>Safe for concurrent use.
 */
public final class CollectionEncoders {
  private final EncoderSpec spec;
  private final SharedStatistics statistics;
  private final Encoders encoders;
  private final DenseEncoders dense;
  private final ReferenceCount references;

  private CollectionEncoders(
      String collection,
      EncoderSpec spec,
      SharedStatistics statistics,
      Encoders encoders,
      DenseEncoders dense) {
    this.spec = spec;
    this.statistics = statistics;
    this.encoders = encoders;
    this.dense = dense;
    this.references = new ReferenceCount("encoders of collection " + collection, this::end);
  }

  private void end() {
    dense.close();
    encoders.close();
  }

  /**
   * Opens the encoders of a collection.
   *
   * @param directory the collection's folder
   * @param manifest its manifest
   * @param models opens the models that they need
   */
  static CollectionEncoders open(Path directory, CollectionManifest manifest, TextModels models)
      throws IOException {
    EncoderSpec spec = manifest.encoderSpec(directory);
    SharedStatistics statistics = new SharedStatistics();
    ModelSource stored = ModelStore.beside(directory).opened(models);
    // Before the others, which may hold a tokenizer: these close what they opened when they fail.
    DenseEncoders dense =
        DenseEncoders.open(
            manifest.settings().denseEncoders(), manifest.settings().schema().dense(), stored);
    boolean opened = false;
    try {
      Encoders encoders =
          EncoderFactory.open(
              spec,
              EncoderResources.in(DataDirectory.encoderDirectory(directory)),
              stored,
              statistics);
      opened = true;
      return new CollectionEncoders(manifest.name(), spec, statistics, encoders, dense);
    } finally {
      if (!opened) {
        dense.close();
      }
    }
  }

  /**
   * Tells whether queries are encoded by the document frequencies of the collection.
   *
   * @param spec how text becomes vectors
   */
  public static boolean countsFrequencies(EncoderSpec spec) {
    return spec.usesStatistics();
  }

  /** Returns how text becomes vectors. */
  public EncoderSpec spec() {
    return spec;
  }

  /** Returns the encoders. */
  public Encoders encoders() {
    return encoders;
  }

  /** Returns the encoders of the dense fields. */
  public DenseEncoders dense() {
    return dense;
  }

  /** Returns the statistics that they ask. */
  SharedStatistics statistics() {
    return statistics;
  }

  /** Takes another reference; returns false when the last one was given back already. */
  boolean tryRetain() {
    return references.tryRetain();
  }

  /** Gives a reference back; the last one closes the encoders. */
  void release() {
    references.release();
  }
}
