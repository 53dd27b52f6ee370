package io.siskin.client.internal;

import io.siskin.client.EncodeRequest;
import io.siskin.client.EncodeResult;
import io.siskin.client.SparseVector;
import io.siskin.proto.v1.DenseVector;
import io.siskin.proto.v1.EncodeInput;
import io.siskin.proto.v1.EncodePriority;
import io.siskin.proto.v1.EncodeResponse;
import io.siskin.proto.v1.EncodeSide;
import io.siskin.proto.v1.EncodeTimings;
import io.siskin.proto.v1.Encoding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The translation between the facade's types and the messages of {@code EncodeService}. */
final class EncodeMapper {
  private EncodeMapper() {}

  /**
   * Translates a request.
   *
   * @param request the texts
   */
  static io.siskin.proto.v1.EncodeRequest toProto(EncodeRequest request) {
    io.siskin.proto.v1.EncodeRequest.Builder message =
        io.siskin.proto.v1.EncodeRequest.newBuilder()
            .setSide(
                switch (request.side()) {
                  case QUERY -> EncodeSide.ENCODE_SIDE_QUERY;
                  case DOCUMENT -> EncodeSide.ENCODE_SIDE_DOCUMENT;
                })
            .setPriority(
                request.bulk()
                    ? EncodePriority.ENCODE_PRIORITY_BULK
                    : EncodePriority.ENCODE_PRIORITY_INTERACTIVE)
            .setTokens(request.tokens());
    switch (request.encoder()) {
      case EncodeRequest.Encoder.OfCollection(String name, String tenant) ->
          message.setCollection(name).setTenant(tenant);
      case EncodeRequest.Encoder.OfModel(String name) -> message.setModel(name);
    }
    for (EncodeRequest.Input input : request.inputs()) {
      message.addInputs(
          EncodeInput.newBuilder().setText(input.text()).addAllChunkEnds(input.chunkEnds()));
    }
    return message.build();
  }

  /**
   * Translates an answer.
   *
   * @param response the encodings
   */
  static EncodeResult toResult(EncodeResponse response) {
    return new EncodeResult(
        response.getEncodingsList().stream().map(EncodeMapper::toEncoding).toList(),
        Duration.ofNanos(response.getTotalNanos()));
  }

  private static EncodeResult.Encoding toEncoding(Encoding message) {
    List<float[]> dense = new ArrayList<>();
    for (DenseVector vector : message.getDense().getVectorsList()) {
      float[] values = new float[vector.getValuesCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = vector.getValues(i);
      }
      dense.add(values);
    }
    EncodeTimings timings = message.getTimings();
    return new EncodeResult.Encoding(
        message.hasSparse() ? toVector(message.getSparse()) : null,
        dense,
        message.getTokensList(),
        message.getCached(),
        new EncodeResult.Timings(
            Duration.ofNanos(timings.getQueueNanos()),
            Duration.ofNanos(timings.getTokenizeNanos()),
            Duration.ofNanos(timings.getInferNanos()),
            Duration.ofNanos(timings.getPoolNanos())));
  }

  private static SparseVector toVector(io.siskin.proto.v1.SparseVector message) {
    float[] weights = new float[message.getWeightsCount()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = message.getWeights(i);
    }
    if (message.getTermIdsCount() == 0) {
      return SparseVector.ofTokens(message.getTokensList().toArray(String[]::new), weights);
    }
    int[] termIds = new int[message.getTermIdsCount()];
    for (int i = 0; i < termIds.length; i++) {
      termIds[i] = message.getTermIds(i);
    }
    return SparseVector.ofTermIds(termIds, weights);
  }
}
