package io.siskin.client.internal;

import com.google.protobuf.Duration;
import io.grpc.stub.ClientResponseObserver;
import io.siskin.client.EncodeRequest;
import io.siskin.client.EncodeResult;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.EncodeStreamRequest;
import io.siskin.proto.v1.EncodeStreamResponse;
import org.jspecify.annotations.Nullable;

/**
 * The messages of {@code EncodeStream}.
 *
 * @param stub the service
 */
record EncodeExchange(EncodeServiceGrpc.EncodeServiceStub stub)
    implements StreamExchange<
        EncodeRequest, EncodeResult, EncodeStreamRequest, EncodeStreamResponse> {
  @Override
  public void open(ClientResponseObserver<EncodeStreamRequest, EncodeStreamResponse> responses) {
    var _ = stub.encodeStream(responses);
  }

  @Override
  public java.time.@Nullable Duration deadline(EncodeRequest request) {
    return request.deadline();
  }

  @Override
  public EncodeStreamRequest message(long id, EncodeRequest request, Duration timeout) {
    return EncodeStreamRequest.newBuilder()
        .setRequestId(id)
        .setEncode(EncodeMapper.toProto(request))
        .setTimeout(timeout)
        .build();
  }

  @Override
  public long id(EncodeStreamResponse response) {
    return response.getRequestId();
  }

  @Override
  public EncodeResult answer(EncodeStreamResponse response) {
    return switch (response.getOutcomeCase()) {
      case RESPONSE -> EncodeMapper.toResult(response.getResponse());
      case STATUS -> throw ErrorMapper.toException(response.getStatus(), null);
      case OUTCOME_NOT_SET -> throw StreamExchange.withoutOutcome();
    };
  }
}
