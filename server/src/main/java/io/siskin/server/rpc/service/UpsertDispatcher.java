package io.siskin.server.rpc.service;

import io.grpc.Deadline;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.proto.v1.UpsertResponse;
import io.siskin.server.retrieve.CollectionName;
import io.siskin.server.rpc.admission.RateLimiter;
import io.siskin.server.rpc.mapping.DocumentMapper;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.rpc.transport.CallSpans;
import io.siskin.server.rpc.transport.CallerIds;
import io.siskin.server.trace.RequestTrace;
import io.siskin.server.write.CollectionWrites;
import io.siskin.server.write.DocumentInput;
import io.siskin.server.write.WaitFor;
import io.siskin.server.write.WriteOrder;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of every batch of documents from message to answer. The batches of one stream are written
 * in the order in which they came. Safe for concurrent use.
 */
final class UpsertDispatcher implements Dispatcher<UpsertRequest, UpsertResponse> {
  private final CollectionWrites writes;
  private final RateLimiter limiter;
  private final StatusMapper statusMapper;
  private final Supplier<WriteOrder> orders;

  private UpsertDispatcher(
      CollectionWrites writes,
      RateLimiter limiter,
      StatusMapper statusMapper,
      Supplier<WriteOrder> orders) {
    this.writes = writes;
    this.limiter = limiter;
    this.statusMapper = statusMapper;
    this.orders = orders;
  }

  /**
   * Creates a dispatcher of calls that do not wait for each other.
   *
   * @param writes writes
   * @param limiter knows how many documents a caller may write
   * @param statusMapper translates refusals
   */
  static UpsertDispatcher ofCalls(
      CollectionWrites writes, RateLimiter limiter, StatusMapper statusMapper) {
    return new UpsertDispatcher(writes, limiter, statusMapper, WriteOrder::new);
  }

  /**
   * Creates a dispatcher of the batches of one stream.
   *
   * @param writes writes
   * @param limiter knows how many documents a caller may write
   * @param statusMapper translates refusals
   */
  static UpsertDispatcher ofStream(
      CollectionWrites writes, RateLimiter limiter, StatusMapper statusMapper) {
    WriteOrder order = new WriteOrder();
    return new UpsertDispatcher(writes, limiter, statusMapper, () -> order);
  }

  @Override
  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  public void dispatch(
      UpsertRequest message, @Nullable Deadline deadline, Caller<UpsertResponse> caller) {
    CallRecord record = caller.record();
    record.setCollection(message.getCollection());
    try {
      limiter.takeDocuments(CallerIds.current(), message.getDocumentsCount());
      String collection = CollectionName.check("collection", message.getCollection());
      DocumentMapper.Batch<DocumentInput> batch =
          DocumentMapper.documents(message.getDocumentsList());
      WaitFor waitFor = DocumentMapper.waitFor(message.getWaitFor());
      CompletableFuture<UpsertResponse> answer =
          RequestTrace.run(
                  record.trace(CallSpans.PREPARE),
                  () ->
                      writes.upsert(
                          collection,
                          message.getTenant(),
                          batch.items(),
                          waitFor,
                          caller.cancellation(deadline),
                          orders.get()))
              .thenApply(
                  results ->
                      UpsertResponse.newBuilder()
                          .addAllResults(
                              DocumentMapper.results(batch, results, "documents", statusMapper))
                          .build());
      Answers.hand(answer, caller);
    } catch (Throwable e) {
      caller.failed(e);
    }
  }
}
