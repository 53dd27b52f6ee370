package io.siskin.server.rpc;

import io.grpc.Deadline;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.retrieve.Retriever;
import io.siskin.server.search.Interruption;
import io.siskin.server.search.QueryInterruptedException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One admitted search: evaluates and answers, exactly once.
 *
 * <p>Not reusable. Runs on one thread, which may differ from the one that created it.
 */
final class SearchTask extends AdmissionControl.Task {
  /** Whoever asked: a unary call or one element of a stream. */
  interface Caller {
    /** Tells whether the answer is no longer wanted; asked from the evaluating thread, often. */
    boolean isCancelled();

    /**
     * Takes the answer.
     *
     * @param response what was found
     */
    void succeeded(SearchResponse response);

    /**
     * Takes the failure.
     *
     * @param error what {@link StatusMapper} shall translate
     */
    void failed(Throwable error);
  }

  private final Retriever retriever;
  private final RetrievalRequest request;
  private final Caller caller;
  private final Interruption interruption;
  private final long arrivalNanoTime;
  private final int responseBytesMax;

  /**
   * Prepares a search.
   *
   * @param retriever what evaluates
   * @param request the search
   * @param caller who gets the answer
   * @param deadline until when it is wanted; null for no limit
   * @param arrivalNanoTime when the request arrived, on the clock of {@link System#nanoTime}
   * @param responseBytesMax the longest response that may be sent
   */
  SearchTask(
      Retriever retriever,
      RetrievalRequest request,
      Caller caller,
      @Nullable Deadline deadline,
      long arrivalNanoTime,
      int responseBytesMax) {
    this.retriever = retriever;
    this.request = request;
    this.caller = caller;
    this.interruption =
        deadline == null
            ? Interruption.whenCancelled(caller::isCancelled)
            : Interruption.at(
                System.nanoTime() + deadline.timeRemaining(TimeUnit.NANOSECONDS),
                caller::isCancelled);
    this.arrivalNanoTime = arrivalNanoTime;
    this.responseBytesMax = responseBytesMax;
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  @Override
  void execute(long queueNanos) {
    SearchResponse response;
    try {
      // A search that nobody waits for any more must not cost the time of those that somebody does
      // wait for.
      interruption.check();
      RetrievalResponse found = retriever.retrieve(request, interruption);
      response = ProtoMapper.toProto(found, queueNanos, arrivalNanoTime);
      if (response.getSerializedSize() > responseBytesMax) {
        throw new ResponseTooLargeException(response.getSerializedSize(), responseBytesMax);
      }
    } catch (Throwable e) {
      caller.failed(e);
      return;
    }
    caller.succeeded(response);
  }

  @Override
  boolean isAbandoned() {
    try {
      interruption.check();
      return false;
    } catch (QueryInterruptedException e) {
      return true;
    }
  }
}
