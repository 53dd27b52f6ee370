package io.siskin.server.rpc.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.Duration;
import com.google.rpc.Status;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.rpc.admission.DrainingException;
import io.siskin.server.rpc.admission.RateExceededException;
import io.siskin.server.rpc.admission.RateLimiter;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.rpc.transport.CallerIds;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One open stream of requests. It reads them and answers each as soon as its answer is ready, so
 * answers come in any order.
 *
 * <p>Memory is bounded on both sides. Reading a request takes a credit, of which there are {@code
 * inFlightMax}; answering it gives the credit back. While the transport's send buffer is full,
 * credits are held back, so a client that does not read its answers is not read either.
 *
 * <p>Requests come from the event loop, answers from any thread. gRPC's call objects are not
 * thread-safe, so the call is touched only under this object's monitor. No code that holds the
 * monitor blocks or evaluates.
 *
 * @param <Q> a message of the client
 * @param <M> the request in it
 * @param <A> its answer
 * @param <R> a message of the server
 */
final class StreamCall<Q, M, A, R> implements StreamObserver<Q> {
  private final ServerCallStreamObserver<R> call;
  private final StreamMessages<Q, M, A, R> messages;
  private final Dispatcher<M, A> dispatcher;
  private final StatusMapper statusMapper;
  private final CallCounters requests;
  private final RateLimiter limiter;
  private final Consumer<StreamCall<Q, M, A, R>> onEnd;
  private final @Nullable Deadline streamDeadline;
  private final CallRecord streamRecord = CallRecord.current();

  @GuardedBy("this")
  private int inFlightCount;

  // Answered requests whose credit is held back until the transport can send again.
  @GuardedBy("this")
  private int heldCreditCount;

  @GuardedBy("this")
  private boolean halfClosed;

  @GuardedBy("this")
  private boolean draining;

  @GuardedBy("this")
  private boolean ended;

  /**
   * Takes over a call. Must be constructed within the service method, because gRPC takes handlers
   * only there.
   *
   * @param call the call
   * @param messages how the messages hold requests and answers
   * @param dispatcher does the work
   * @param statusMapper translates failures
   * @param requests counts the stream's requests
   * @param limiter knows how many requests a caller may send
   * @param inFlightMax how many requests may be unanswered, 1 or more
   * @param onEnd told once, when the stream has ended for whatever reason
   */
  StreamCall(
      ServerCallStreamObserver<R> call,
      StreamMessages<Q, M, A, R> messages,
      Dispatcher<M, A> dispatcher,
      StatusMapper statusMapper,
      CallCounters requests,
      RateLimiter limiter,
      int inFlightMax,
      Consumer<StreamCall<Q, M, A, R>> onEnd) {
    this.call = call;
    this.messages = messages;
    this.dispatcher = dispatcher;
    this.statusMapper = statusMapper;
    this.requests = requests;
    this.limiter = limiter;
    this.onEnd = onEnd;
    this.streamDeadline = Context.current().getDeadline();
    call.disableAutoRequest();
    call.setOnReadyHandler(this::releaseHeldCredits);
    call.setOnCancelHandler(this::cancelled);
    call.request(inFlightMax);
  }

  @Override
  public void onNext(Q request) {
    Element element = new Element(messages.requestId().applyAsLong(request));
    boolean refuse;
    synchronized (this) {
      inFlightCount++;
      refuse = draining;
    }
    if (refuse) {
      element.failed(new DrainingException());
      return;
    }
    Deadline deadline;
    try {
      limiter.takeRequest(CallerIds.current());
      deadline = deadlineOf(request);
    } catch (InvalidInputException | RateExceededException e) {
      element.failed(e);
      return;
    }
    dispatcher.dispatch(messages.request().apply(request), deadline, element);
  }

  @Override
  public synchronized void onCompleted() {
    halfClosed = true;
    endWhenDone();
  }

  @Override
  public void onError(Throwable cancellation) {
    // gRPC reports only cancellations here, and the cancel handler has dealt with them.
  }

  /** Stops taking requests and ends the stream with UNAVAILABLE once what was read is answered. */
  synchronized void drain() {
    draining = true;
    endWhenDone();
  }

  private @Nullable Deadline deadlineOf(Q request) {
    Duration timeout = messages.timeout().apply(request);
    if (timeout == null) {
      return streamDeadline;
    }
    Deadline own = Deadline.after(ProtoMapper.toNanos("timeout", timeout), TimeUnit.NANOSECONDS);
    return streamDeadline == null ? own : own.minimum(streamDeadline);
  }

  private synchronized void answer(R response) {
    inFlightCount--;
    if (ended) {
      return;
    }
    call.onNext(response);
    if (call.isReady()) {
      call.request(1);
    } else {
      heldCreditCount++;
    }
    endWhenDone();
  }

  private synchronized void releaseHeldCredits() {
    if (heldCreditCount > 0 && !ended) {
      int released = heldCreditCount;
      // Set before the call, because the call may deliver a message and so enter this again.
      heldCreditCount = 0;
      call.request(released);
    }
  }

  private synchronized void cancelled() {
    if (!ended) {
      ended = true;
      onEnd.accept(this);
    }
  }

  @GuardedBy("this")
  private void endWhenDone() {
    if (ended || inFlightCount > 0 || !(halfClosed || draining)) {
      return;
    }
    ended = true;
    if (halfClosed) {
      call.onCompleted();
    } else {
      call.onError(statusMapper.toException(new DrainingException()));
    }
    onEnd.accept(this);
  }

  /** One request of the stream, waiting for its answer. */
  private final class Element implements Caller<A> {
    private final long requestId;
    private final CallRecord record = streamRecord.beginElement(requests);

    Element(long requestId) {
      this.requestId = requestId;
    }

    @Override
    public CallRecord record() {
      return record;
    }

    @Override
    public boolean isCancelled() {
      return call.isCancelled();
    }

    @Override
    public void succeeded(A answer) {
      record.end(io.grpc.Status.Code.OK);
      answer(messages.response().of(requestId, answer));
    }

    @Override
    public void failed(Throwable error) {
      Status status = statusMapper.toStatus(error);
      record.end(io.grpc.Status.fromCodeValue(status.getCode()).getCode());
      answer(messages.failure().of(requestId, status));
    }
  }
}
