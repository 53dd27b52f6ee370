package io.siskin.server.rpc.service;

import io.grpc.stub.StreamObserver;
import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.GetCallerRequest;
import io.siskin.proto.v1.GetCallerResponse;
import io.siskin.proto.v1.GetServerRequest;
import io.siskin.proto.v1.GetServerResponse;
import io.siskin.proto.v1.ListSlowQueriesRequest;
import io.siskin.proto.v1.ListSlowQueriesResponse;
import io.siskin.proto.v1.ServerServiceGrpc;
import io.siskin.proto.v1.SlowQuery;
import io.siskin.server.retrieve.CollectionName;
import io.siskin.server.retrieve.ResponseTooLargeException;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.observe.SlowQueries;
import io.siskin.server.rpc.transport.CallRecord;
import java.util.function.Supplier;

/**
 * {@code siskin.v1.ServerService}. Safe for concurrent use; its methods run on event loops and do
 * not block.
 */
public final class ServerService extends ServerServiceGrpc.ServerServiceImplBase {
  private static final int PAGE_SIZE_MAX = 1_000;
  private static final int PAGE_SIZE_DEFAULT = 100;

  private final ServerFacts facts;
  private final CallerRights rights;
  private final SlowQueries slowQueries;
  private final StatusMapper statusMapper;
  private final int responseBytesMax;

  /**
   * Creates the service.
   *
   * @param facts what the server is
   * @param rights what callers may do
   * @param slowQueries has the slow searches
   * @param statusMapper translates failures
   * @param responseBytesMax the longest response that may be sent; a longer list is cut
   */
  public ServerService(
      ServerFacts facts,
      CallerRights rights,
      SlowQueries slowQueries,
      StatusMapper statusMapper,
      int responseBytesMax) {
    this.facts = facts;
    this.rights = rights;
    this.slowQueries = slowQueries;
    this.statusMapper = statusMapper;
    this.responseBytesMax = responseBytesMax;
  }

  @Override
  public void getServer(GetServerRequest request, StreamObserver<GetServerResponse> observer) {
    answer(
        observer,
        () ->
            GetServerResponse.newBuilder()
                .setVersion(facts.version())
                .setStartTime(ProtoMapper.toProto(facts.startTime()))
                .setKernels(facts.kernels())
                .setKeysRequired(rights.areKeysRequired())
                .build());
  }

  @Override
  public void getCaller(GetCallerRequest request, StreamObserver<GetCallerResponse> observer) {
    answer(observer, rights::caller);
  }

  @Override
  public void listSlowQueries(
      ListSlowQueriesRequest request, StreamObserver<ListSlowQueriesResponse> observer) {
    answer(observer, () -> slowQueries(request));
  }

  private ListSlowQueriesResponse slowQueries(ListSlowQueriesRequest request) {
    long size =
        request.hasPageSize() ? Integer.toUnsignedLong(request.getPageSize()) : PAGE_SIZE_DEFAULT;
    if (size < 1 || size > PAGE_SIZE_MAX) {
      throw new InvalidInputException("page_size", size, "1 to " + PAGE_SIZE_MAX);
    }
    String collection = request.getCollection();
    if (!collection.isEmpty()) {
      CallRecord.current().setCollection(collection);
      CollectionName.check("collection", collection);
    }
    ListSlowQueriesResponse.Builder response = ListSlowQueriesResponse.newBuilder();
    long lengthBytes = 0;
    for (SlowQuery query : slowQueries.latest(collection, rights::mayRead, (int) size)) {
      // Some bytes more than it takes, for what is around it.
      lengthBytes += query.getSerializedSize() + 8L;
      if (lengthBytes > responseBytesMax) {
        if (response.getQueriesCount() == 0) {
          throw new ResponseTooLargeException(lengthBytes, responseBytesMax);
        }
        break;
      }
      response.addQueries(query);
    }
    return response.build();
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  private <T> void answer(StreamObserver<T> observer, Supplier<T> answer) {
    Caller<T> caller = UnaryCaller.of(observer, statusMapper);
    T message;
    try {
      message = answer.get();
    } catch (Throwable e) {
      caller.failed(e);
      return;
    }
    caller.succeeded(message);
  }
}
