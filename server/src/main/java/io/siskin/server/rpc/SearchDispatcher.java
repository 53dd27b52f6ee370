package io.siskin.server.rpc;

import io.grpc.Deadline;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.Retriever;
import io.siskin.server.search.Interruption;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The way of every search from message to {@link SearchTask}: translate, encode where a model does
 * that, estimate, admit. Shared by the unary call and the stream. Safe for concurrent use.
 */
final class SearchDispatcher {
  private final Retriever retriever;
  private final AdmissionControl admission;
  private final int responseBytesMax;

  /**
   * Creates a dispatcher.
   *
   * @param retriever what evaluates
   * @param admission where it runs
   * @param responseBytesMax the longest response that may be sent
   */
  SearchDispatcher(Retriever retriever, AdmissionControl admission, int responseBytesMax) {
    this.retriever = retriever;
    this.admission = admission;
    this.responseBytesMax = responseBytesMax;
  }

  /**
   * Starts a search, which may already be answered when this returns. Throws nothing: every failure
   * goes to the caller.
   *
   * @param message the request
   * @param deadline until when the answer is wanted; null for no limit
   * @param caller who gets the answer
   */
  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  void dispatch(SearchRequest message, @Nullable Deadline deadline, Caller<SearchResponse> caller) {
    long arrivalNanoTime = System.nanoTime();
    Interruption interruption = caller.interruption(deadline);
    RetrievalRequest request;
    CompletableFuture<RetrievalRequest> encoding;
    try {
      request = ProtoMapper.toDomain(message, name -> retriever.collection(name).defaultMode());
      encoding = retriever.encodeAhead(request, interruption);
    } catch (Throwable e) {
      caller.failed(e);
      return;
    }
    if (encoding == null) {
      search(request, caller, interruption, arrivalNanoTime, 0);
      return;
    }
    // A text that the cache had is as good as a vector. Otherwise this goes on on the encoder's
    // thread, which is not to search, however little.
    long estimateMin = encoding.isDone() ? 0 : Long.MAX_VALUE;
    CompletableFuture<?> _ =
        encoding.whenComplete(
            (encoded, error) -> {
              if (encoded == null) {
                caller.failed(error == null ? new IllegalStateException("no encoding") : error);
              } else {
                search(encoded, caller, interruption, arrivalNanoTime, estimateMin);
              }
            });
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  private void search(
      RetrievalRequest request,
      Caller<SearchResponse> caller,
      Interruption interruption,
      long arrivalNanoTime,
      long estimateMin) {
    long estimatedPostings;
    try {
      estimatedPostings = Math.max(retriever.estimatedPostings(request), estimateMin);
    } catch (Throwable e) {
      caller.failed(e);
      return;
    }
    SearchTask task =
        new SearchTask(retriever, request, caller, interruption, arrivalNanoTime, responseBytesMax);
    try {
      admission.admit(estimatedPostings, task);
    } catch (OverloadedException | DrainingException e) {
      caller.failed(e);
    }
  }
}
