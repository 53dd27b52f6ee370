package io.siskin.server.rpc.service;

import io.siskin.proto.v1.SearchResponse;
import io.siskin.server.retrieve.EncodedTexts;
import io.siskin.server.retrieve.ResponseTooLargeException;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.retrieve.Retriever;
import io.siskin.server.rpc.admission.AdmissionControl;
import io.siskin.server.rpc.admission.OverloadedException;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.search.Cancellation;

/**
 * One admitted search: evaluates and answers, exactly once.
 *
 * <p>Not reusable. Runs on one thread, which may differ from the one that created it.
 */
final class SearchTask extends AdmissionControl.Task {
  private final Retriever retriever;
  private final RetrievalRequest request;
  private final Caller<SearchResponse> caller;
  private final Cancellation cancellation;
  private final long arrivalNanoTime;
  private final int responseBytesMax;

  /**
   * Prepares a search.
   *
   * @param retriever what evaluates
   * @param request the search
   * @param caller who gets the answer
   * @param cancellation the request's deadline and the caller's cancellation
   * @param arrivalNanoTime when the request arrived, on the clock of {@link System#nanoTime}
   * @param responseBytesMax the longest response that may be sent
   */
  SearchTask(
      Retriever retriever,
      RetrievalRequest request,
      Caller<SearchResponse> caller,
      Cancellation cancellation,
      long arrivalNanoTime,
      int responseBytesMax) {
    this.retriever = retriever;
    this.request = request;
    this.caller = caller;
    this.cancellation = cancellation;
    this.arrivalNanoTime = arrivalNanoTime;
    this.responseBytesMax = responseBytesMax;
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  @Override
  public void execute(long queueNanos) {
    SearchResponse response;
    try {
      // A search without a caller must not take time from those that have one.
      cancellation.check();
      RetrievalResponse found = retriever.retrieve(request, cancellation, responseBytesMax);
      note(found, queueNanos);
      response = ProtoMapper.toProto(found, queueNanos + encoderQueueNanos(), arrivalNanoTime);
      if (response.getSerializedSize() > responseBytesMax) {
        throw new ResponseTooLargeException(response.getSerializedSize(), responseBytesMax);
      }
    } catch (Throwable e) {
      caller.failed(e);
      return;
    }
    caller.succeeded(response);
  }

  private void note(RetrievalResponse found, long queueNanos) {
    RetrievalResponse.StageNanos timings = found.timings();
    caller
        .record()
        .setSearch(
            new CallRecord.SearchFacts(
                request.k(),
                found.hits().size(),
                found.mode(),
                found.segmentCount(),
                found.stats(),
                encoderQueueNanos(),
                queueNanos,
                timings.encodeNanos(),
                timings.searchNanos(),
                timings.fetchNanos(),
                System.nanoTime()));
  }

  /** A text that was encoded ahead has waited before it came here. */
  private long encoderQueueNanos() {
    EncodedTexts.Facts ahead = request.encodedAhead();
    return ahead == null ? 0 : ahead.queueNanos();
  }

  @Override
  public void refuse(OverloadedException reason) {
    caller.failed(reason);
  }

  @Override
  public boolean isAbandoned() {
    return cancellation.hasHappened();
  }
}
