package io.siskin.client.internal;

import com.google.protobuf.Duration;
import com.google.rpc.Status;
import io.grpc.stub.ClientResponseObserver;
import io.siskin.client.Document;
import io.siskin.client.EncodeRequest;
import io.siskin.client.EncodeResult;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.WriteResult;
import io.siskin.proto.v1.DocumentServiceGrpc.DocumentServiceStub;
import io.siskin.proto.v1.EncodeServiceGrpc.EncodeServiceStub;
import io.siskin.proto.v1.EncodeStreamRequest;
import io.siskin.proto.v1.EncodeStreamResponse;
import io.siskin.proto.v1.SearchServiceGrpc.SearchServiceStub;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.proto.v1.UpsertStreamRequest;
import io.siskin.proto.v1.UpsertStreamResponse;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link StreamConnection} has to know of the messages of its stream. Immutable and safe for
 * concurrent use.
 *
 * @param <Q> a request of the facade
 * @param <A> its answer
 * @param <M> the message of a request
 * @param <P> the message of an answer
 * @param open opens the call; its argument is told of the call and gets what comes
 * @param deadline a request's own deadline, or null for the client's
 * @param requests makes the message of a request
 * @param responses takes the message of an answer apart
 */
record StreamExchange<Q, A, M, P>(
    Consumer<ClientResponseObserver<M, P>> open,
    Function<Q, java.time.@Nullable Duration> deadline,
    RequestMessage<Q, M> requests,
    Function<P, Outcome<A>> responses) {
  /**
   * Makes the message of a request.
   *
   * @param <Q> the request
   * @param <M> its message
   */
  @FunctionalInterface
  interface RequestMessage<Q, M> {
    /**
     * Translates a request.
     *
     * @param id by which the answer is to be known
     * @param request the request
     * @param timeout how long it may take from its arrival
     */
    M of(long id, Q request, Duration timeout);
  }

  /**
   * The answer to one request.
   *
   * @param <A> what the facade makes of it
   * @param id which request is answered
   * @param answer translates the answer; throws the {@link SearchException} of a request that
   *     failed
   */
  record Outcome<A>(long id, Answer<A> answer) {}

  /**
   * An answer that is still to be translated.
   *
   * @param <A> what the facade makes of it
   */
  @FunctionalInterface
  interface Answer<A> {
    /**
     * Translates it.
     *
     * @throws SearchException when the request failed
     */
    A get();
  }

  /**
   * Returns the exchange of {@code SearchStream}.
   *
   * @param stub the service
   */
  static StreamExchange<SearchRequest, SearchResult, SearchStreamRequest, SearchStreamResponse>
      ofSearches(SearchServiceStub stub) {
    return new StreamExchange<>(
        observer -> {
          var _ = stub.searchStream(observer);
        },
        SearchRequest::deadline,
        (id, request, timeout) ->
            SearchStreamRequest.newBuilder()
                .setRequestId(id)
                .setSearch(ProtoMapper.toProto(request))
                .setTimeout(timeout)
                .build(),
        message ->
            new Outcome<>(
                message.getRequestId(),
                switch (message.getOutcomeCase()) {
                  case RESPONSE -> () -> ProtoMapper.toResult(message.getResponse());
                  case STATUS -> failure(message.getStatus());
                  case OUTCOME_NOT_SET -> withoutOutcome();
                }));
  }

  /**
   * Returns the exchange of {@code EncodeStream}.
   *
   * @param stub the service
   */
  static StreamExchange<EncodeRequest, EncodeResult, EncodeStreamRequest, EncodeStreamResponse>
      ofEncodings(EncodeServiceStub stub) {
    return new StreamExchange<>(
        observer -> {
          var _ = stub.encodeStream(observer);
        },
        EncodeRequest::deadline,
        (id, request, timeout) ->
            EncodeStreamRequest.newBuilder()
                .setRequestId(id)
                .setEncode(EncodeMapper.toProto(request))
                .setTimeout(timeout)
                .build(),
        message ->
            new Outcome<>(
                message.getRequestId(),
                switch (message.getOutcomeCase()) {
                  case RESPONSE -> () -> EncodeMapper.toResult(message.getResponse());
                  case STATUS -> failure(message.getStatus());
                  case OUTCOME_NOT_SET -> withoutOutcome();
                }));
  }

  /**
   * Returns the exchange of {@code UpsertStream}.
   *
   * @param stub the service
   * @param batches makes the message of a batch
   */
  static StreamExchange<
          List<Document>, List<WriteResult>, UpsertStreamRequest, UpsertStreamResponse>
      ofUpserts(DocumentServiceStub stub, Function<List<Document>, UpsertRequest> batches) {
    return new StreamExchange<>(
        observer -> {
          var _ = stub.upsertStream(observer);
        },
        _ -> null,
        (id, batch, timeout) ->
            UpsertStreamRequest.newBuilder()
                .setRequestId(id)
                .setUpsert(batches.apply(batch))
                .setTimeout(timeout)
                .build(),
        message ->
            new Outcome<>(
                message.getRequestId(),
                switch (message.getOutcomeCase()) {
                  case RESPONSE ->
                      () -> DocumentMapper.toResults(message.getResponse().getResultsList());
                  case STATUS -> failure(message.getStatus());
                  case OUTCOME_NOT_SET -> withoutOutcome();
                }));
  }

  private static <A> Answer<A> failure(Status status) {
    return () -> {
      throw ErrorMapper.toException(status, null);
    };
  }

  private static <A> Answer<A> withoutOutcome() {
    return () -> {
      throw new SearchException.ServerFault("UNKNOWN", "a response without outcome", null, null);
    };
  }
}
