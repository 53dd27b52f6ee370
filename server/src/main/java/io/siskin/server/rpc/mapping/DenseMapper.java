package io.siskin.server.rpc.mapping;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.KeyedVector;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.vector.SparseVector;
import io.siskin.proto.v1.DenseEncoder;
import io.siskin.proto.v1.DenseField;
import io.siskin.proto.v1.DenseGraph;
import io.siskin.proto.v1.DenseModel;
import io.siskin.proto.v1.DenseSimilarity;
import io.siskin.proto.v1.DenseStorage;
import io.siskin.proto.v1.DenseVector;
import io.siskin.proto.v1.DenseVectors;
import io.siskin.proto.v1.KeyedVectors;
import io.siskin.proto.v1.TokenVectors;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import io.siskin.server.encode.spec.ModelRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The translation between the messages of dense fields and vectors and the domain's own. */
final class DenseMapper {
  /** The most dense fields of a collection, of a document, and of a request. */
  static final int FIELD_COUNT_MAX = FormatV2.DENSE_FIELD_COUNT_MAX;

  private static final int VECTOR_COUNT_MAX = FormatV2.DENSE_DOCUMENT_VECTOR_COUNT_MAX;
  private static final int DIMENSIONS_MAX = FormatV2.DENSE_DIMENSIONS_MAX;

  private DenseMapper() {}

  /**
   * Translates the dense vectors of a document. Only counts are checked here, which bounds the
   * work; what a field allows is checked with the collection.
   *
   * @param path their path in the request
   * @param messages the vectors by the name of the field
   * @throws InvalidInputException when there are too many fields, vectors or values
   */
  static Map<String, List<float[]>> vectors(String path, Map<String, DenseVectors> messages) {
    if (messages.isEmpty()) {
      return Map.of();
    }
    checkCount(path, messages.size(), FIELD_COUNT_MAX, "fields");
    Map<String, List<float[]>> vectors = new LinkedHashMap<>();
    messages.forEach(
        (name, message) -> {
          String place = path + "." + name + ".vectors";
          checkCount(place, message.getVectorsCount(), VECTOR_COUNT_MAX, "vectors");
          List<float[]> ofField = new ArrayList<>(message.getVectorsCount());
          for (int i = 0; i < message.getVectorsCount(); i++) {
            ofField.add(values(place + "[" + i + "].values", message.getVectors(i)));
          }
          vectors.put(name, ofField);
        });
    return vectors;
  }

  /**
   * Translates the token vectors of a document; counts are checked as those of dense vectors are.
   *
   * @param path their path in the request
   * @param messages the vectors by the name of the field
   * @throws InvalidInputException when there are too many fields, vectors or terms, or when a
   *     vector breaks its rules
   */
  static Map<String, List<SparseVector>> tokenVectors(
      String path, Map<String, TokenVectors> messages) {
    if (messages.isEmpty()) {
      return Map.of();
    }
    checkCount(path, messages.size(), FIELD_COUNT_MAX, "fields");
    Map<String, List<SparseVector>> vectors = new LinkedHashMap<>();
    messages.forEach(
        (name, message) ->
            vectors.put(
                name,
                sparse(
                    path + "." + name + ".vectors", message.getVectorsList(), VECTOR_COUNT_MAX)));
    return vectors;
  }

  /**
   * Translates sparse vectors.
   *
   * @param path their path in the request
   * @param messages the vectors
   * @param countMax how many there may be
   * @throws InvalidInputException when there are too many, or when one breaks its rules
   */
  static List<SparseVector> sparse(
      String path, List<io.siskin.proto.v1.SparseVector> messages, int countMax) {
    checkCount(path, messages.size(), countMax, "vectors");
    List<SparseVector> vectors = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      vectors.add(VectorMapper.toDomain(path + "[" + i + "]", messages.get(i)));
    }
    return vectors;
  }

  /**
   * Translates the token vectors of a document that was read.
   *
   * @param vectors the vectors of one field that stores terms
   */
  static TokenVectors toTokenVectors(io.siskin.index.dense.DenseVectors vectors) {
    TokenVectors.Builder message = TokenVectors.newBuilder();
    for (int i = 0; i < vectors.count(); i++) {
      message.addVectors(VectorMapper.toProto(vectors.toTerms(i)));
    }
    return message.build();
  }

  /**
   * Translates the vectors with keys of a document; counts are checked as those of dense vectors
   * are.
   *
   * @param path their path in the request
   * @param messages the vectors by the name of the field
   * @throws InvalidInputException when there are too many fields, vectors or values
   */
  static Map<String, List<KeyedVector>> keyedVectors(
      String path, Map<String, KeyedVectors> messages) {
    if (messages.isEmpty()) {
      return Map.of();
    }
    checkCount(path, messages.size(), FIELD_COUNT_MAX, "fields");
    Map<String, List<KeyedVector>> vectors = new LinkedHashMap<>();
    messages.forEach(
        (name, message) -> {
          String place = path + "." + name + ".vectors";
          checkCount(place, message.getVectorsCount(), VECTOR_COUNT_MAX, "vectors");
          List<KeyedVector> ofField = new ArrayList<>(message.getVectorsCount());
          for (int i = 0; i < message.getVectorsCount(); i++) {
            io.siskin.proto.v1.KeyedVector vector = message.getVectors(i);
            float[] values =
                values(place + "[" + i + "].values", vector.getValuesCount(), vector::getValues);
            ofField.add(new KeyedVector(vector.getKey(), values));
          }
          vectors.put(name, ofField);
        });
    return vectors;
  }

  /**
   * Translates the vectors with keys of a document that was read.
   *
   * @param vectors the vectors of one field that stores keys
   */
  static KeyedVectors toKeyedVectors(io.siskin.index.dense.DenseVectors vectors) {
    KeyedVectors.Builder message = KeyedVectors.newBuilder();
    for (int i = 0; i < vectors.count(); i++) {
      io.siskin.proto.v1.KeyedVector.Builder vector =
          message.addVectorsBuilder().setKey(vectors.key(i));
      for (float value : vectors.toFloats(i)) {
        vector.addValues(value);
      }
    }
    return message.build();
  }

  private static float[] values(String path, DenseVector message) {
    return values(path, message.getValuesCount(), message::getValues);
  }

  /** Reads a list of floats. Not by getValuesList, which boxes. */
  private static float[] values(String path, int count, FloatAt at) {
    checkCount(path, count, DIMENSIONS_MAX, "values");
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = at.get(i);
    }
    return values;
  }

  /** A list of floats in a message. */
  @FunctionalInterface
  private interface FloatAt {
    float get(int index);
  }

  private static void checkCount(String path, int count, int max, String what) {
    if (count > max) {
      throw new InvalidInputException(path, count + " " + what, "at most " + max + " " + what);
    }
  }

  /**
   * Translates the vectors of a document that was read.
   *
   * @param vectors the vectors of one field
   */
  static DenseVectors toProto(io.siskin.index.dense.DenseVectors vectors) {
    DenseVectors.Builder message = DenseVectors.newBuilder();
    for (int i = 0; i < vectors.count(); i++) {
      DenseVector.Builder vector = DenseVector.newBuilder();
      for (float value : vectors.toFloats(i)) {
        vector.addValues(value);
      }
      message.addVectors(vector);
    }
    return message.build();
  }

  /**
   * Translates the dense fields of a new collection.
   *
   * @param messages the fields
   * @throws InvalidInputException when there are too many, or when one is out of its ranges
   */
  static List<DenseFieldSpec> specs(List<DenseField> messages) {
    checkCount("schema.dense_fields", messages.size(), FIELD_COUNT_MAX, "fields");
    List<DenseFieldSpec> specs = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      try {
        specs.add(spec(messages.get(i)));
      } catch (InvalidInputException e) {
        throw e.at("schema.dense_fields[" + i + "]");
      }
    }
    return specs;
  }

  private static DenseFieldSpec spec(DenseField message) {
    long dimensions = Integer.toUnsignedLong(message.getDimensions());
    if (dimensions < 1 || dimensions > DIMENSIONS_MAX) {
      throw new InvalidInputException("dimensions", dimensions, "1 to " + DIMENSIONS_MAX);
    }
    long vectorsMax = message.hasVectorsMax() ? Integer.toUnsignedLong(message.getVectorsMax()) : 1;
    if (vectorsMax < 1 || vectorsMax > VECTOR_COUNT_MAX) {
      throw new InvalidInputException("vectors_max", vectorsMax, "1 to " + VECTOR_COUNT_MAX);
    }
    return new DenseFieldSpec(
        message.getName(),
        new DenseType(
            (int) dimensions, storage(message.getStorage()), similarity(message.getSimilarity())),
        (int) vectorsMax,
        message.hasGraph() ? graph(message.getGraph()) : null);
  }

  private static io.siskin.index.dense.DenseGraph graph(DenseGraph message) {
    io.siskin.index.dense.DenseGraph defaults = io.siskin.index.dense.DenseGraph.DEFAULTS;
    try {
      return new io.siskin.index.dense.DenseGraph(
          message.hasNeighbours()
              ? ProtoMapper.wholeNumber(message.getNeighbours())
              : defaults.neighbours(),
          message.hasBuildWidth()
              ? ProtoMapper.wholeNumber(message.getBuildWidth())
              : defaults.buildWidth(),
          message.hasVectorsMin()
              ? ProtoMapper.wholeNumber(message.getVectorsMin())
              : defaults.vectorsMin());
    } catch (InvalidInputException e) {
      throw e.at("graph");
    }
  }

  /**
   * Translates how texts become vectors of the dense fields of a new collection.
   *
   * @param messages the fields
   * @return the encoders by the name of the field; one without is missing
   * @throws InvalidInputException when one is malformed
   */
  static Map<String, DenseEncoderSpec> encoders(List<DenseField> messages) {
    Map<String, DenseEncoderSpec> encoders = new LinkedHashMap<>();
    for (int i = 0; i < messages.size(); i++) {
      DenseField message = messages.get(i);
      if (message.hasEncoder()) {
        String path = "schema.dense_fields[" + i + "].encoder";
        try {
          encoders.put(message.getName(), encoder(message));
        } catch (InvalidInputException e) {
          throw e.at(path);
        }
      }
    }
    return encoders;
  }

  private static DenseEncoderSpec encoder(DenseField field) {
    DenseEncoder message = field.getEncoder();
    int dimensions =
        message.hasModelDimensions() ? message.getModelDimensions() : field.getDimensions();
    if (Integer.compareUnsigned(dimensions, field.getDimensions()) < 0) {
      throw new InvalidInputException(
          "model_dimensions", dimensions, field.getDimensions() + " to " + DIMENSIONS_MAX);
    }
    return new DenseEncoderSpec(
        message.hasDocuments() ? model(message.getDocuments()) : null,
        message.hasQueries() ? model(message.getQueries()) : null,
        ProtoMapper.wholeNumber(dimensions));
  }

  private static DenseEncoderSpec.Model model(DenseModel message) {
    return new DenseEncoderSpec.Model(
        new ModelRef(message.getName(), message.getFingerprint()), message.getPrefix());
  }

  private static io.siskin.index.dense.DenseStorage storage(DenseStorage message) {
    return switch (message) {
      case DENSE_STORAGE_UNSPECIFIED, DENSE_STORAGE_F32 -> io.siskin.index.dense.DenseStorage.F32;
      case DENSE_STORAGE_F16 -> io.siskin.index.dense.DenseStorage.F16;
      case DENSE_STORAGE_INT8 -> io.siskin.index.dense.DenseStorage.INT8;
      case DENSE_STORAGE_BINARY -> io.siskin.index.dense.DenseStorage.BINARY;
      case DENSE_STORAGE_TERMS -> io.siskin.index.dense.DenseStorage.TERMS;
      case DENSE_STORAGE_SLICES -> io.siskin.index.dense.DenseStorage.SLICES;
      case DENSE_STORAGE_KEYED_F32 -> io.siskin.index.dense.DenseStorage.KEYED_F32;
      case DENSE_STORAGE_KEYED_F16 -> io.siskin.index.dense.DenseStorage.KEYED_F16;
      case DENSE_STORAGE_HASHED -> io.siskin.index.dense.DenseStorage.HASHED;
      case UNRECOGNIZED ->
          throw new InvalidInputException(
              "storage",
              message,
              "F32, F16, INT8, BINARY, TERMS, SLICES, KEYED_F32, KEYED_F16 or HASHED");
    };
  }

  private static io.siskin.index.dense.DenseSimilarity similarity(DenseSimilarity message) {
    return switch (message) {
      case DENSE_SIMILARITY_UNSPECIFIED, DENSE_SIMILARITY_DOT ->
          io.siskin.index.dense.DenseSimilarity.DOT;
      case DENSE_SIMILARITY_COSINE -> io.siskin.index.dense.DenseSimilarity.COSINE;
      case UNRECOGNIZED -> throw new InvalidInputException("similarity", message, "DOT or COSINE");
    };
  }

  /**
   * Translates a dense field.
   *
   * @param field the field
   * @param encoder how texts become vectors of it; null for none
   */
  static DenseField toProto(DenseFieldSpec field, @Nullable DenseEncoderSpec encoder) {
    DenseField.Builder message = DenseField.newBuilder();
    if (encoder != null) {
      message.setEncoder(toProto(encoder));
    }
    if (field.graph() != null) {
      message.setGraph(
          DenseGraph.newBuilder()
              .setNeighbours(field.graph().neighbours())
              .setBuildWidth(field.graph().buildWidth())
              .setVectorsMin(field.graph().vectorsMin()));
    }
    return message
        .setName(field.name())
        .setDimensions(field.type().dimensions())
        .setStorage(
            switch (field.type().storage()) {
              case F32 -> DenseStorage.DENSE_STORAGE_F32;
              case F16 -> DenseStorage.DENSE_STORAGE_F16;
              case INT8 -> DenseStorage.DENSE_STORAGE_INT8;
              case BINARY -> DenseStorage.DENSE_STORAGE_BINARY;
              case TERMS -> DenseStorage.DENSE_STORAGE_TERMS;
              case SLICES -> DenseStorage.DENSE_STORAGE_SLICES;
              case KEYED_F32 -> DenseStorage.DENSE_STORAGE_KEYED_F32;
              case KEYED_F16 -> DenseStorage.DENSE_STORAGE_KEYED_F16;
              case HASHED -> DenseStorage.DENSE_STORAGE_HASHED;
            })
        .setSimilarity(
            switch (field.type().similarity()) {
              case DOT -> DenseSimilarity.DENSE_SIMILARITY_DOT;
              case COSINE -> DenseSimilarity.DENSE_SIMILARITY_COSINE;
            })
        .setVectorsMax(field.vectorsMax())
        .build();
  }

  private static DenseEncoder toProto(DenseEncoderSpec encoder) {
    DenseEncoder.Builder message =
        DenseEncoder.newBuilder().setModelDimensions(encoder.modelDimensions());
    if (encoder.documents() != null) {
      message.setDocuments(toProto(encoder.documents()));
    }
    if (encoder.queries() != null) {
      message.setQueries(toProto(encoder.queries()));
    }
    return message.build();
  }

  private static DenseModel toProto(DenseEncoderSpec.Model model) {
    return DenseModel.newBuilder()
        .setName(model.ref().name())
        .setFingerprint(model.ref().fingerprint())
        .setPrefix(model.prefix())
        .build();
  }
}
