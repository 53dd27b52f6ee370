package io.siskin.server.ingest;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.ModelStore;
import io.siskin.server.encode.factory.DenseEncoders;
import io.siskin.server.encode.factory.EncoderFactory;
import io.siskin.server.encode.factory.EncoderResources;
import io.siskin.server.encode.factory.Encoders;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.factory.ModelSource;
import io.siskin.server.encode.factory.TermStatistics;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.ResourceRef;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The files that the encoder of a new collection needs. They are opened where their owner keeps
 * them, so that messages name those, and stored once the collection is built, so that a job which
 * fails leaves none of them behind.
 */
final class EncoderFiles {
  private final IndexRequest request;
  private final DataDirectory data;
  private final ModelStore store;

  EncoderFiles(IndexRequest request, DataDirectory data) {
    this.request = request;
    this.data = data;
    this.store = ModelStore.of(data);
  }

  /**
   * Opens the encoders.
   *
   * @param spec how the collection encodes
   * @param models opens models
   * @throws InvalidInputException when a file is not what the spec takes it for
   * @throws IOException when a file is missing, damaged or cannot be read
   */
  Encoders open(EncoderSpec spec, TextModels models) throws IOException {
    for (ModelFiles model : request.models()) {
      store.verify(model);
    }
    EncoderResources resources =
        resources(data.root().resolve(request.collection())).readFrom(request.encoderFiles());
    EncoderFactory.checkTables(spec, resources);
    return EncoderFactory.open(spec, resources, source(models), TermStatistics.EMPTY);
  }

  /**
   * Opens the models that encode texts for dense fields.
   *
   * @param models opens models
   * @throws InvalidInputException when a model does not fit its field
   * @throws IOException when a file is missing, damaged or cannot be read
   */
  DenseEncoders openDense(TextModels models) throws IOException {
    return DenseEncoders.open(request.dense().encoders(), request.schema().dense(), source(models));
  }

  private ModelSource source(TextModels models) {
    ModelSource stored = store.opened(models);
    return ref -> {
      for (ModelFiles model : request.models()) {
        if (model.ref().equals(ref)) {
          return models.open(model.directory(), ref);
        }
      }
      return stored.open(ref);
    };
  }

  /**
   * Copies the files into the data directory.
   *
   * @param spec how the collection encodes
   * @param collectionDirectory the collection's folder
   * @throws InvalidInputException when a file has changed since it was opened
   * @throws IOException when writing fails, or a model has changed since it was opened
   */
  void store(EncoderSpec spec, Path collectionDirectory) throws IOException {
    EncoderResources resources = resources(collectionDirectory);
    for (ResourceRef ref : spec.resources()) {
      Path source = request.encoderFiles().get(ref.name());
      if (source != null) {
        resources.add(ref, source);
      }
    }
    for (ModelFiles model : request.models()) {
      store.add(model);
    }
  }

  private static EncoderResources resources(Path collectionDirectory) {
    return EncoderResources.in(DataDirectory.encoderDirectory(collectionDirectory));
  }
}
