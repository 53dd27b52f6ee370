package io.siskin.server.rpc.service;

import io.grpc.Deadline;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.server.retrieve.EncodedTexts;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.Retriever;
import io.siskin.server.rpc.admission.AdmissionControl;
import io.siskin.server.rpc.admission.Demand;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.rpc.transport.CallSpans;
import io.siskin.server.rpc.transport.CallerIds;
import io.siskin.server.search.Cancellation;
import io.siskin.server.trace.RequestTrace;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of every search from message to {@link SearchTask}: translate, encode where a model does
 * that, estimate, admit. Shared by the unary call and the stream. Safe for concurrent use.
 */
public final class SearchDispatcher implements Dispatcher<SearchRequest, SearchResponse> {
  /**
   * Where a search came from.
   *
   * @param nanoTime when, on the clock of {@link System#nanoTime}
   * @param callerId from whom
   */
  private record Arrival(long nanoTime, String callerId) {}

  private final Retriever retriever;
  private final AdmissionControl admission;
  private final int responseBytesMax;
  private final AnswerTime answerTime;

  /**
   * Creates a dispatcher.
   *
   * @param retriever what evaluates
   * @param admission where it runs
   * @param responseBytesMax the longest response that may be sent
   */
  public SearchDispatcher(Retriever retriever, AdmissionControl admission, int responseBytesMax) {
    this(retriever, admission, responseBytesMax, System::nanoTime);
  }

  /**
   * Creates a dispatcher with a clock of the caller's.
   *
   * @param retriever what evaluates
   * @param admission where it runs
   * @param responseBytesMax the longest response that may be sent
   * @param nanoTime the clock by which it learns how long answers take, in nanoseconds
   */
  public SearchDispatcher(
      Retriever retriever,
      AdmissionControl admission,
      int responseBytesMax,
      LongSupplier nanoTime) {
    this.retriever = retriever;
    this.admission = admission;
    this.responseBytesMax = responseBytesMax;
    this.answerTime = new AnswerTime(nanoTime);
  }

  @Override
  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  public void dispatch(
      SearchRequest message, @Nullable Deadline deadline, Caller<SearchResponse> caller) {
    Arrival arrival = new Arrival(System.nanoTime(), CallerIds.current());
    Cancellation cancellation = caller.cancellation(deadline);
    AtomicBoolean refused = new AtomicBoolean();
    CallRecord record = caller.record();
    record.setCollection(message.getCollection());
    record.setRequest(message);
    RetrievalRequest request;
    CompletableFuture<RetrievalRequest> encoding;
    try {
      request =
          ProtoMapper.toDomain(
              message, name -> retriever.collection(name).defaultMode(), retriever::pipelines);
      // The search needs a part of the time too.
      long reserveNanos = answerTime.reserveNanos(cancellation.remainingNanos());
      Cancellation untilSearch = cancellation.earlierBy(reserveNanos).orWhen(refused::get);
      encoding =
          RequestTrace.run(
              record.trace(CallSpans.ENCODE), () -> retriever.encodeAhead(request, untilSearch));
      if (encoding != null && !encoding.isDone()) {
        admission.checkPromise();
      }
    } catch (Throwable e) {
      // Whatever was handed to the encoder is wanted no more.
      refused.set(true);
      caller.failed(e);
      return;
    }
    if (encoding == null) {
      search(request, caller, cancellation, arrival);
      return;
    }
    // A text that the cache had is as good as a vector. Any other text comes back on the encoder's
    // thread, which must not search, however little.
    boolean known = encoding.isDone();
    CompletableFuture<?> _ =
        encoding.whenComplete(
            (encoded, error) -> {
              if (encoded == null) {
                caller.failed(error == null ? new IllegalStateException("no encoding") : error);
              } else if (known) {
                noteEncoding(record, encoded);
                search(encoded, caller, cancellation, arrival);
              } else {
                noteEncoding(record, encoded);
                searchAsPromised(encoded, caller, cancellation, arrival);
              }
            });
  }

  private static void noteEncoding(CallRecord record, RetrievalRequest encoded) {
    EncodedTexts.Facts ahead = encoded.encodedAhead();
    if (ahead != null) {
      record.setEncoder(ahead.encoderName(), ahead.batchTexts());
      record.encoded();
    }
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  private void search(
      RetrievalRequest request,
      Caller<SearchResponse> caller,
      Cancellation cancellation,
      Arrival arrival) {
    try {
      admission.admit(
          Demand.ofSearch(
              arrival.callerId,
              retriever.estimatedPostings(request),
              cancellation.remainingNanos()),
          new SearchTask(
              retriever, request, caller, cancellation, arrival.nanoTime, responseBytesMax));
    } catch (Throwable e) {
      caller.failed(e);
    }
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  private void searchAsPromised(
      RetrievalRequest encoded,
      Caller<SearchResponse> caller,
      Cancellation cancellation,
      Arrival arrival) {
    Caller<SearchResponse> watched = answerTime.watching(caller);
    try {
      admission.admitPromised(
          Demand.ofSearch(
              arrival.callerId,
              retriever.estimatedPostings(encoded),
              cancellation.remainingNanos()),
          new SearchTask(
              retriever, encoded, watched, cancellation, arrival.nanoTime, responseBytesMax));
    } catch (Throwable e) {
      caller.failed(e);
    }
  }
}
