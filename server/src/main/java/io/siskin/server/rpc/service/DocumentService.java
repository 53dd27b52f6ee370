package io.siskin.server.rpc.service;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.siskin.proto.v1.CountRequest;
import io.siskin.proto.v1.CountResponse;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.DeleteResponse;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.GetRequest;
import io.siskin.proto.v1.GetResponse;
import io.siskin.proto.v1.ScrollRequest;
import io.siskin.proto.v1.ScrollResponse;
import io.siskin.proto.v1.UpdateFieldsRequest;
import io.siskin.proto.v1.UpdateFieldsResponse;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.proto.v1.UpsertResponse;
import io.siskin.proto.v1.UpsertStreamRequest;
import io.siskin.proto.v1.UpsertStreamResponse;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.retrieve.CollectionName;
import io.siskin.server.retrieve.DocumentReads;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.rpc.admission.AdmissionControl;
import io.siskin.server.rpc.admission.Demand;
import io.siskin.server.rpc.admission.RateLimiter;
import io.siskin.server.rpc.admission.WorkClass;
import io.siskin.server.rpc.mapping.DocumentMapper;
import io.siskin.server.rpc.mapping.PageToken;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.transport.CallSpans;
import io.siskin.server.rpc.transport.CallerIds;
import io.siskin.server.search.Cancellation;
import io.siskin.server.trace.RequestTrace;
import io.siskin.server.write.CollectionWrites;
import io.siskin.server.write.FieldsUpdate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * {@code siskin.v1.DocumentService}. Writes are handed to the collections, which have threads of
 * their own; what reads files runs on search threads. Safe for concurrent use; its methods run on
 * event loops and must not block.
 */
public final class DocumentService extends DocumentServiceGrpc.DocumentServiceImplBase {
  // What a document that is read takes of its caller's share; an id that is counted takes nothing.
  private static final long POSTINGS_PER_DOCUMENT = 2_000;
  private static final long POSTINGS_PER_COUNT = 50_000;

  private static final StreamMessages<
          UpsertStreamRequest, UpsertRequest, UpsertResponse, UpsertStreamResponse>
      MESSAGES =
          new StreamMessages<>(
              UpsertStreamRequest::getRequestId,
              message -> message.hasTimeout() ? message.getTimeout() : null,
              UpsertStreamRequest::getUpsert,
              (id, answer) ->
                  UpsertStreamResponse.newBuilder().setRequestId(id).setResponse(answer).build(),
              (id, status) ->
                  UpsertStreamResponse.newBuilder().setRequestId(id).setStatus(status).build());

  private final DispatchedMethods<
          UpsertStreamRequest, UpsertRequest, UpsertResponse, UpsertStreamResponse>
      upserts;
  private final DocumentReads reads;
  private final CollectionWrites writes;
  private final AdmissionControl admission;
  private final RateLimiter limiter;
  private final StatusMapper statusMapper;
  private final int responseBytesMax;

  /**
   * Creates the service.
   *
   * @param reads reads documents
   * @param writes writes them
   * @param admission where reading runs
   * @param limiter knows how many documents a caller may write
   * @param statusMapper translates failures
   * @param streamRequests counts the requests of streams
   * @param streamInFlightMax how many requests of one stream may be unanswered before the server
   *     stops reading it
   * @param responseBytesMax the longest response that may be sent
   */
  public DocumentService(
      DocumentReads reads,
      CollectionWrites writes,
      AdmissionControl admission,
      RateLimiter limiter,
      StatusMapper statusMapper,
      CallCounters streamRequests,
      int streamInFlightMax,
      int responseBytesMax) {
    this.reads = reads;
    this.writes = writes;
    this.admission = admission;
    this.limiter = limiter;
    this.statusMapper = statusMapper;
    this.responseBytesMax = responseBytesMax;
    this.upserts =
        new DispatchedMethods<>(
            UpsertDispatcher.ofCalls(writes, limiter, statusMapper),
            () -> UpsertDispatcher.ofStream(writes, limiter, statusMapper),
            MESSAGES,
            statusMapper,
            streamRequests,
            limiter,
            streamInFlightMax);
  }

  @Override
  public void upsert(UpsertRequest request, StreamObserver<UpsertResponse> observer) {
    upserts.unary(request, observer);
  }

  @Override
  public StreamObserver<UpsertStreamRequest> upsertStream(
      StreamObserver<UpsertStreamResponse> observer) {
    return upserts.stream(observer);
  }

  @Override
  public void delete(DeleteRequest request, StreamObserver<DeleteResponse> observer) {
    write(
        observer,
        request.getCollection(),
        request.getIds().getIdsCount(),
        cancellation ->
            writes
                .delete(
                    CollectionName.check("collection", request.getCollection()),
                    request.getTenant(),
                    DocumentMapper.selector(request),
                    DocumentMapper.waitFor(request.getWaitFor()),
                    cancellation)
                .thenApply(DocumentMapper::toProto));
  }

  @Override
  public void updateFields(
      UpdateFieldsRequest request, StreamObserver<UpdateFieldsResponse> observer) {
    write(
        observer,
        request.getCollection(),
        request.getUpdatesCount(),
        cancellation -> update(request, cancellation));
  }

  private CompletableFuture<UpdateFieldsResponse> update(
      UpdateFieldsRequest request, Cancellation cancellation) {
    String collection = CollectionName.check("collection", request.getCollection());
    DocumentMapper.Batch<FieldsUpdate> batch = DocumentMapper.updates(request.getUpdatesList());
    return writes
        .updateFields(
            collection,
            request.getTenant(),
            batch.items(),
            DocumentMapper.waitFor(request.getWaitFor()),
            cancellation)
        .thenApply(
            results ->
                UpdateFieldsResponse.newBuilder()
                    .addAllResults(DocumentMapper.results(batch, results, "updates", statusMapper))
                    .build());
  }

  @Override
  public void get(GetRequest request, StreamObserver<GetResponse> observer) {
    read(
        observer,
        request.getCollection(),
        demand(WorkClass.INTERACTIVE, POSTINGS_PER_DOCUMENT * request.getIdsCount()),
        cancellation -> {
          String collection = CollectionName.check("collection", request.getCollection());
          List<String> ids = DocumentMapper.ids(request);
          DocumentReads.Parts parts =
              DocumentMapper.parts(
                  request.getWithVector(), request.getFieldsList(), request.getDenseFieldsList());
          return () ->
              DocumentMapper.toProto(
                  reads.get(
                      collection, request.getTenant(), ids, parts, responseBytesMax, cancellation));
        });
  }

  @Override
  public void scroll(ScrollRequest request, StreamObserver<ScrollResponse> observer) {
    read(
        observer,
        request.getCollection(),
        demand(WorkClass.BULK, POSTINGS_PER_DOCUMENT * Math.max(1, request.getPageSize())),
        cancellation -> {
          String collection = CollectionName.check("collection", request.getCollection());
          Selector selector = DocumentMapper.selector(request);
          PageToken after = PageToken.of(request.getPageToken());
          int pageSize = DocumentMapper.pageSize(request);
          DocumentReads.Parts parts =
              DocumentMapper.parts(
                  request.getWithVector(), request.getFieldsList(), request.getDenseFieldsList());
          return () ->
              DocumentMapper.toProto(
                  reads.scroll(
                      collection,
                      request.getTenant(),
                      selector,
                      after.position(),
                      pageSize,
                      parts,
                      responseBytesMax,
                      cancellation),
                  after,
                  responseBytesMax);
        });
  }

  @Override
  public void count(CountRequest request, StreamObserver<CountResponse> observer) {
    read(
        observer,
        request.getCollection(),
        demand(WorkClass.INTERACTIVE, POSTINGS_PER_COUNT),
        cancellation -> {
          String collection = CollectionName.check("collection", request.getCollection());
          Selector selector = DocumentMapper.selector(request);
          return () ->
              CountResponse.newBuilder()
                  .setCount(reads.count(collection, request.getTenant(), selector, cancellation))
                  .build();
        });
  }

  private static Demand demand(WorkClass kind, long postings) {
    return Demand.ofOther(CallerIds.current(), kind, postings);
  }

  /** Lets every open stream answer what it has read and then end. */
  public void drain() {
    upserts.drain();
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  private <A> void write(
      StreamObserver<A> observer,
      String collection,
      int documents,
      Function<Cancellation, CompletableFuture<A>> write) {
    Caller<A> caller = UnaryCaller.of(observer, statusMapper);
    caller.record().setCollection(collection);
    try {
      limiter.takeDocuments(CallerIds.current(), documents);
      Cancellation cancellation = caller.cancellation(Context.current().getDeadline());
      Answers.hand(
          RequestTrace.run(
              caller.record().trace(CallSpans.PREPARE), () -> write.apply(cancellation)),
          caller);
    } catch (Throwable e) {
      caller.failed(e);
    }
  }

  /** Checks a request here, so that a wrong one takes no place, and reads on a search thread. */
  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  private <A extends Message> void read(
      StreamObserver<A> observer,
      String collection,
      Demand demand,
      Function<Cancellation, Supplier<A>> reading) {
    Caller<A> caller = UnaryCaller.of(observer, statusMapper);
    caller.record().setCollection(collection);
    try {
      Cancellation cancellation = caller.cancellation(Context.current().getDeadline());
      admission.admit(
          demand,
          new ReadTask<>(reading.apply(cancellation), caller, cancellation, responseBytesMax));
    } catch (Throwable e) {
      caller.failed(e);
    }
  }
}
