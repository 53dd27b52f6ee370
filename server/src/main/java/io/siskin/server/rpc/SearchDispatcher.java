package io.siskin.server.rpc;

import io.grpc.Deadline;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.Retriever;
import org.jspecify.annotations.Nullable;

/**
 * The way of every search from message to {@link SearchTask}: translate, estimate, admit. Shared by
 * the unary call and the stream. Safe for concurrent use.
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
  void dispatch(SearchRequest message, @Nullable Deadline deadline, SearchTask.Caller caller) {
    long arrivalNanoTime = System.nanoTime();
    SearchTask task;
    long estimatedPostings;
    try {
      RetrievalRequest request =
          ProtoMapper.toDomain(message, name -> retriever.collection(name).defaultMode());
      task =
          new SearchTask(retriever, request, caller, deadline, arrivalNanoTime, responseBytesMax);
      estimatedPostings = retriever.estimatedPostings(request);
    } catch (Throwable e) {
      caller.failed(e);
      return;
    }
    try {
      admission.admit(estimatedPostings, task);
    } catch (OverloadedException | DrainingException e) {
      caller.failed(e);
    }
  }
}
