package io.siskin.client.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One open {@code SearchStream} call. Matches answers to requests by an id that it counts up.
 *
 * <p>Safe for concurrent use. Requests are sent under a monitor, because gRPC's call objects are
 * not thread-safe.
 */
public final class StreamConnection
    implements ClientResponseObserver<SearchStreamRequest, SearchStreamResponse> {
  private final Duration defaultDeadline;
  private final Semaphore permits;
  private final Map<Long, CompletableFuture<SearchResult>> pending = new ConcurrentHashMap<>();
  private final AtomicLong nextId = new AtomicLong();
  private final CountDownLatch ended = new CountDownLatch(1);

  @GuardedBy("this")
  private @Nullable ClientCallStreamObserver<SearchStreamRequest> call;

  // Why nothing more can be sent: the stream broke, the server ended it, or it was closed here.
  @GuardedBy("this")
  private @Nullable SearchException failure;

  @GuardedBy("this")
  private boolean closed;

  /**
   * Opens a stream.
   *
   * @param stub the service
   * @param inFlightMax how many requests may be unanswered
   * @param defaultDeadline the deadline of requests without one
   */
  StreamConnection(
      SearchServiceGrpc.SearchServiceStub stub, int inFlightMax, Duration defaultDeadline) {
    this.permits = new Semaphore(inFlightMax);
    this.defaultDeadline = defaultDeadline;
    var _ = stub.searchStream(this);
  }

  /**
   * Sends a request, after waiting for a place.
   *
   * @param request the search
   */
  public CompletableFuture<SearchResult> submit(SearchRequest request) {
    acquirePermit();
    CompletableFuture<SearchResult> answer = new CompletableFuture<>();
    long id = nextId.getAndIncrement();
    // Before it is sent: the answer may come before this returns. And before the check for failure:
    // a stream that breaks
    // now either finds the answer among the pending ones or is seen to be broken.
    pending.put(id, answer);
    synchronized (this) {
      if (closed) {
        var _ = settle(id);
        throw new IllegalStateException("the stream is closed");
      }
      if (failure != null) {
        fail(id, failure);
      } else if (call != null) {
        call.onNext(message(id, request));
      }
    }
    return answer;
  }

  /**
   * Half-closes, waits for the outstanding answers, and cancels the stream if they take longer than
   * the deadline.
   */
  public void close() {
    ClientCallStreamObserver<SearchStreamRequest> open;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      open = call;
      if (open == null || failure != null) {
        return;
      }
      open.onCompleted();
    }
    boolean inTime = false;
    try {
      inTime = ended.await(defaultDeadline.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!inTime) {
      open.cancel("the stream was closed before its answers came", null);
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<SearchStreamRequest> started) {
    synchronized (this) {
      call = started;
    }
  }

  @Override
  public void onNext(SearchStreamResponse response) {
    CompletableFuture<SearchResult> answer = settle(response.getRequestId());
    if (answer == null) {
      return;
    }
    switch (response.getOutcomeCase()) {
      case RESPONSE -> answer.complete(ProtoMapper.toResult(response.getResponse()));
      case STATUS ->
          answer.completeExceptionally(ErrorMapper.toException(response.getStatus(), null));
      case OUTCOME_NOT_SET ->
          answer.completeExceptionally(
              new SearchException.ServerFault("UNKNOWN", "a response without outcome", null, null));
    }
  }

  @Override
  public void onError(Throwable error) {
    end(ErrorMapper.toException(error));
  }

  @Override
  public void onCompleted() {
    end(new SearchException.Unavailable("the server ended the stream", null));
  }

  private void acquirePermit() {
    try {
      permits.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SearchException.Cancelled("interrupted while waiting to submit", e);
    }
  }

  private SearchStreamRequest message(long id, SearchRequest request) {
    Duration own = request.deadline();
    Duration deadline = own == null ? defaultDeadline : own;
    return SearchStreamRequest.newBuilder()
        .setRequestId(id)
        .setSearch(ProtoMapper.toProto(request))
        .setTimeout(
            com.google.protobuf.Duration.newBuilder()
                .setSeconds(deadline.getSeconds())
                .setNanos(deadline.getNano()))
        .build();
  }

  private void end(SearchException reason) {
    synchronized (this) {
      failure = reason;
    }
    for (Long id : pending.keySet()) {
      fail(id, reason);
    }
    ended.countDown();
  }

  private void fail(long id, SearchException reason) {
    CompletableFuture<SearchResult> answer = settle(id);
    if (answer != null) {
      answer.completeExceptionally(reason);
    }
  }

  /** Takes a request off the books, and its place with it; null when that has been done before. */
  private @Nullable CompletableFuture<SearchResult> settle(long id) {
    CompletableFuture<SearchResult> answer = pending.remove(id);
    if (answer != null) {
      permits.release();
    }
    return answer;
  }
}
