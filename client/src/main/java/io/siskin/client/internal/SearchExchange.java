package io.siskin.client.internal;

import com.google.protobuf.Duration;
import io.grpc.stub.ClientResponseObserver;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import org.jspecify.annotations.Nullable;

/**
 * The messages of {@code SearchStream}.
 *
 * @param stub the service
 */
record SearchExchange(SearchServiceGrpc.SearchServiceStub stub)
    implements StreamExchange<
        SearchRequest, SearchResult, SearchStreamRequest, SearchStreamResponse> {
  @Override
  public void open(ClientResponseObserver<SearchStreamRequest, SearchStreamResponse> responses) {
    var _ = stub.searchStream(responses);
  }

  @Override
  public java.time.@Nullable Duration deadline(SearchRequest request) {
    return request.deadline();
  }

  @Override
  public SearchStreamRequest message(long id, SearchRequest request, Duration timeout) {
    return SearchStreamRequest.newBuilder()
        .setRequestId(id)
        .setSearch(ProtoMapper.toProto(request))
        .setTimeout(timeout)
        .build();
  }

  @Override
  public long id(SearchStreamResponse response) {
    return response.getRequestId();
  }

  @Override
  public SearchResult answer(SearchStreamResponse response) {
    return switch (response.getOutcomeCase()) {
      case RESPONSE -> ProtoMapper.toResult(response.getResponse());
      case STATUS -> throw ErrorMapper.toException(response.getStatus(), null);
      case OUTCOME_NOT_SET -> throw StreamExchange.withoutOutcome();
    };
  }
}
