package io.siskin.server.rpc.mapping;

import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.DenseVector;
import io.siskin.proto.v1.DenseVectors;
import io.siskin.proto.v1.EncodeInput;
import io.siskin.proto.v1.EncodePriority;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeResponse;
import io.siskin.proto.v1.EncodeSide;
import io.siskin.proto.v1.EncodeTimings;
import io.siskin.proto.v1.Encoding;
import io.siskin.server.batch.EncodedText;
import io.siskin.server.batch.Priority;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.retrieve.CollectionName;
import io.siskin.server.retrieve.EncodingRequest;
import java.util.ArrayList;
import java.util.List;

/** The translation between the messages of {@code EncodeService} and the domain's own types. */
public final class EncodeMapper {
  /** The most texts of one request. */
  public static final int INPUT_COUNT_MAX = 1_024;

  /** The most chunks of one text. */
  static final int CHUNK_COUNT_MAX = 4_096;

  /** The longest name of a model, fingerprint included, in UTF-16 code units. */
  static final int MODEL_NAME_LENGTH_MAX = 255;

  private EncodeMapper() {}

  /**
   * Translates a request.
   *
   * @param message the request
   * @throws InvalidInputException when a field is outside its range
   */
  public static EncodingRequest toDomain(EncodeRequest message) {
    EncodingRequest.Encoder encoder =
        switch (message.getEncoderCase()) {
          case COLLECTION ->
              new EncodingRequest.Encoder.OfCollection(
                  CollectionName.check("collection", message.getCollection()), message.getTenant());
          case MODEL -> {
            if (!message.getTenant().isEmpty()) {
              throw new InvalidInputException(
                  "tenant", "'" + message.getTenant() + "'", "none, since a model has no tenants");
            }
            yield new EncodingRequest.Encoder.OfModel(checkModel(message.getModel()));
          }
          case ENCODER_NOT_SET ->
              throw new InvalidInputException("encoder", "missing", "a collection or a model");
        };
    int count = message.getInputsCount();
    if (count < 1 || count > INPUT_COUNT_MAX) {
      throw new InvalidInputException(
          "inputs", count + " texts", "1 to " + INPUT_COUNT_MAX + " texts");
    }
    Side side = side(message.getSide());
    List<EncoderInput> inputs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      inputs.add(input(message.getInputs(i), side, i));
    }
    return new EncodingRequest(encoder, inputs, priority(message.getPriority()));
  }

  /**
   * Translates an answer.
   *
   * @param texts the encodings
   * @param withTokens whether the texts' own tokens are listed
   * @param arrivalNanoTime when the request arrived, on the clock of {@link System#nanoTime}
   */
  public static EncodeResponse toProto(
      List<EncodedText> texts, boolean withTokens, long arrivalNanoTime) {
    EncodeResponse.Builder response = EncodeResponse.newBuilder();
    for (EncodedText text : texts) {
      response.addEncodings(toProto(text, withTokens));
    }
    return response.setTotalNanos(System.nanoTime() - arrivalNanoTime).build();
  }

  private static String checkModel(String name) {
    if (name.isEmpty() || name.length() > MODEL_NAME_LENGTH_MAX) {
      throw new InvalidInputException(
          "model", "'" + name + "'", "1 to " + MODEL_NAME_LENGTH_MAX + " characters");
    }
    return name;
  }

  private static EncoderInput input(EncodeInput input, Side side, int index) {
    String place = "inputs[" + index + "]";
    if (input.getChunkEndsCount() > CHUNK_COUNT_MAX) {
      throw new InvalidInputException(
              "chunk_ends",
              input.getChunkEndsCount() + " chunks",
              "at most " + CHUNK_COUNT_MAX + " chunks")
          .at(place);
    }
    if (side == Side.QUERY && input.getText().length() > ProtoMapper.TEXT_LENGTH_MAX) {
      throw new InvalidInputException(
              "text",
              input.getText().length() + " characters",
              "at most " + ProtoMapper.TEXT_LENGTH_MAX + " characters")
          .at(place);
    }
    try {
      return new EncoderInput(input.getText(), side, input.getChunkEndsList());
    } catch (InvalidInputException e) {
      throw e.at(place);
    }
  }

  private static Side side(EncodeSide side) {
    return switch (side) {
      case ENCODE_SIDE_QUERY -> Side.QUERY;
      case ENCODE_SIDE_DOCUMENT -> Side.DOCUMENT;
      case ENCODE_SIDE_UNSPECIFIED, UNRECOGNIZED ->
          throw new InvalidInputException("side", side, "QUERY or DOCUMENT");
    };
  }

  private static Priority priority(EncodePriority priority) {
    return switch (priority) {
      case ENCODE_PRIORITY_UNSPECIFIED, ENCODE_PRIORITY_INTERACTIVE -> Priority.INTERACTIVE;
      case ENCODE_PRIORITY_BULK -> Priority.BULK;
      case UNRECOGNIZED ->
          throw new InvalidInputException("priority", priority, "INTERACTIVE or BULK");
    };
  }

  private static Encoding toProto(EncodedText text, boolean withTokens) {
    Encoding.Builder encoding =
        Encoding.newBuilder()
            .setCached(text.cached())
            .setTimings(
                EncodeTimings.newBuilder()
                    .setQueueNanos(text.nanos().queueNanos())
                    .setTokenizeNanos(text.nanos().tokenizeNanos())
                    .setInferNanos(text.nanos().inferNanos())
                    .setPoolNanos(text.nanos().poolNanos()));
    switch (text.encoding()) {
      case TextEncoding.Sparse sparse -> {
        encoding.setSparse(VectorMapper.toProto(sparse.vector()));
        if (withTokens) {
          encoding.addAllTokens(sparse.originalTerms());
        }
      }
      case TextEncoding.Dense dense -> encoding.setDense(toProto(dense.vectors()));
      case TextEncoding.DenseTokens tokens -> encoding.setDense(toProto(tokens.vectors()));
      case TextEncoding.SparseTokens tokens ->
          throw new IllegalStateException("nobody asks for " + tokens);
      case TextEncoding.Pair pair -> throw new IllegalStateException("no encoder gives " + pair);
    }
    return encoding.build();
  }

  private static DenseVectors toProto(List<float[]> vectors) {
    DenseVectors.Builder message = DenseVectors.newBuilder();
    for (float[] vector : vectors) {
      DenseVector.Builder values = DenseVector.newBuilder();
      for (float value : vector) {
        values.addValues(value);
      }
      message.addVectors(values);
    }
    return message.build();
  }
}
