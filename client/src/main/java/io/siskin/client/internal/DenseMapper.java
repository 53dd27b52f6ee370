package io.siskin.client.internal;

import io.siskin.client.DenseField;
import io.siskin.client.KeyedVector;
import io.siskin.client.SparseVector;
import io.siskin.proto.v1.DenseEncoder;
import io.siskin.proto.v1.DenseGraph;
import io.siskin.proto.v1.DenseModel;
import io.siskin.proto.v1.DenseSimilarity;
import io.siskin.proto.v1.DenseStorage;
import io.siskin.proto.v1.DenseVector;
import io.siskin.proto.v1.DenseVectors;
import io.siskin.proto.v1.KeyedVectors;
import io.siskin.proto.v1.TokenVectors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The translation of dense fields and of dense vectors. */
final class DenseMapper {
  private DenseMapper() {}

  /** Translates the vectors of one field of a document. */
  static DenseVectors toProto(List<float[]> vectors) {
    DenseVectors.Builder message = DenseVectors.newBuilder();
    for (float[] values : vectors) {
      DenseVector.Builder vector = DenseVector.newBuilder();
      for (float value : values) {
        vector.addValues(value);
      }
      message.addVectors(vector);
    }
    return message.build();
  }

  /** Translates the token vectors of one field of a document. */
  static TokenVectors toTokenVectors(List<SparseVector> vectors) {
    TokenVectors.Builder message = TokenVectors.newBuilder();
    vectors.forEach(vector -> message.addVectors(ProtoMapper.toProto(vector)));
    return message.build();
  }

  /** Translates vectors with keys. */
  static KeyedVectors toKeyedVectors(List<KeyedVector> vectors) {
    KeyedVectors.Builder message = KeyedVectors.newBuilder();
    for (KeyedVector each : vectors) {
      io.siskin.proto.v1.KeyedVector.Builder vector =
          message.addVectorsBuilder().setKey(each.key());
      for (float value : each.values()) {
        vector.addValues(value);
      }
    }
    return message.build();
  }

  /** Translates the vectors with keys of one field of a document that was read. */
  static List<KeyedVector> toVectors(KeyedVectors message) {
    List<KeyedVector> vectors = new ArrayList<>(message.getVectorsCount());
    for (io.siskin.proto.v1.KeyedVector vector : message.getVectorsList()) {
      float[] values = new float[vector.getValuesCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = vector.getValues(i);
      }
      vectors.add(new KeyedVector(vector.getKey(), values));
    }
    return vectors;
  }

  /** Translates the vectors of one field of a document that was read. */
  static List<float[]> toVectors(DenseVectors message) {
    List<float[]> vectors = new ArrayList<>(message.getVectorsCount());
    for (DenseVector vector : message.getVectorsList()) {
      float[] values = new float[vector.getValuesCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = vector.getValues(i);
      }
      vectors.add(values);
    }
    return vectors;
  }

  /** Translates a field of a new collection. */
  static io.siskin.proto.v1.DenseField toProto(DenseField field) {
    io.siskin.proto.v1.DenseField.Builder message = io.siskin.proto.v1.DenseField.newBuilder();
    DenseField.Encoder encoder = field.encoder();
    if (encoder != null) {
      message.setEncoder(toProto(encoder));
    }
    DenseField.Graph graph = field.graph();
    if (graph != null) {
      message.setGraph(
          DenseGraph.newBuilder()
              .setNeighbours(graph.neighbours())
              .setBuildWidth(graph.buildWidth())
              .setVectorsMin(graph.vectorsMin()));
    }
    return message
        .setName(field.name())
        .setDimensions(field.dimensions())
        .setStorage(
            switch (field.storage()) {
              case F32 -> DenseStorage.DENSE_STORAGE_F32;
              case F16 -> DenseStorage.DENSE_STORAGE_F16;
              case INT8 -> DenseStorage.DENSE_STORAGE_INT8;
              case BINARY -> DenseStorage.DENSE_STORAGE_BINARY;
              case TERMS -> DenseStorage.DENSE_STORAGE_TERMS;
              case SLICES -> DenseStorage.DENSE_STORAGE_SLICES;
              case KEYED_F32 -> DenseStorage.DENSE_STORAGE_KEYED_F32;
              case KEYED_F16 -> DenseStorage.DENSE_STORAGE_KEYED_F16;
              case HASHED -> DenseStorage.DENSE_STORAGE_HASHED;
              case UNKNOWN -> throw new IllegalArgumentException("storage is UNKNOWN");
            })
        .setSimilarity(
            switch (field.similarity()) {
              case DOT -> DenseSimilarity.DENSE_SIMILARITY_DOT;
              case COSINE -> DenseSimilarity.DENSE_SIMILARITY_COSINE;
              case UNKNOWN -> throw new IllegalArgumentException("similarity is UNKNOWN");
            })
        .setVectorsMax(field.vectorsMax())
        .build();
  }

  private static DenseEncoder toProto(DenseField.Encoder encoder) {
    DenseEncoder.Builder message =
        DenseEncoder.newBuilder().setModelDimensions(encoder.modelDimensions());
    DenseField.Model documents = encoder.documents();
    if (documents != null) {
      message.setDocuments(toProto(documents));
    }
    DenseField.Model queries = encoder.queries();
    if (queries != null) {
      message.setQueries(toProto(queries));
    }
    return message.build();
  }

  private static DenseModel toProto(DenseField.Model model) {
    return DenseModel.newBuilder()
        .setName(model.name())
        .setFingerprint(model.fingerprint())
        .setPrefix(model.prefix())
        .build();
  }

  private static DenseField.@Nullable Encoder toEncoder(io.siskin.proto.v1.DenseField message) {
    if (!message.hasEncoder()) {
      return null;
    }
    DenseEncoder encoder = message.getEncoder();
    return new DenseField.Encoder(
        encoder.hasDocuments() ? toModel(encoder.getDocuments()) : null,
        encoder.hasQueries() ? toModel(encoder.getQueries()) : null,
        encoder.getModelDimensions());
  }

  private static DenseField.Model toModel(DenseModel message) {
    return new DenseField.Model(message.getName(), message.getFingerprint(), message.getPrefix());
  }

  /** Translates a field of a collection that is described. */
  static DenseField toField(io.siskin.proto.v1.DenseField message) {
    return new DenseField(
        message.getName(),
        message.getDimensions(),
        switch (message.getStorage()) {
          case DENSE_STORAGE_F32 -> DenseField.Storage.F32;
          case DENSE_STORAGE_F16 -> DenseField.Storage.F16;
          case DENSE_STORAGE_INT8 -> DenseField.Storage.INT8;
          case DENSE_STORAGE_BINARY -> DenseField.Storage.BINARY;
          case DENSE_STORAGE_TERMS -> DenseField.Storage.TERMS;
          case DENSE_STORAGE_SLICES -> DenseField.Storage.SLICES;
          case DENSE_STORAGE_KEYED_F32 -> DenseField.Storage.KEYED_F32;
          case DENSE_STORAGE_KEYED_F16 -> DenseField.Storage.KEYED_F16;
          case DENSE_STORAGE_HASHED -> DenseField.Storage.HASHED;
          case DENSE_STORAGE_UNSPECIFIED, UNRECOGNIZED -> DenseField.Storage.UNKNOWN;
        },
        switch (message.getSimilarity()) {
          case DENSE_SIMILARITY_DOT -> DenseField.Similarity.DOT;
          case DENSE_SIMILARITY_COSINE -> DenseField.Similarity.COSINE;
          case DENSE_SIMILARITY_UNSPECIFIED, UNRECOGNIZED -> DenseField.Similarity.UNKNOWN;
        },
        message.getVectorsMax(),
        toEncoder(message),
        toGraph(message));
  }

  private static DenseField.@Nullable Graph toGraph(io.siskin.proto.v1.DenseField message) {
    DenseGraph graph = message.getGraph();
    return message.hasGraph()
        ? new DenseField.Graph(graph.getNeighbours(), graph.getBuildWidth(), graph.getVectorsMin())
        : null;
  }
}
