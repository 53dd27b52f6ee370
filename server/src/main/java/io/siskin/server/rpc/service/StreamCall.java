package io.siskin.server.rpc.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.Duration;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.counters.CallCounters;
import io.siskin.server.rpc.admission.DrainingException;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.rpc.mapping.StatusMapper;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One open stream of requests: reads them, answers each as soon as it is ready, in whatever order
 * that is.
 *
 * <p>Memory is bounded on both sides. A request is read only against a credit: there are {@code
 * inFlightMax} of them, one is spent by reading and given back by answering, but not while the
 * transport's send buffer is full, so a client that does not read its answers stops being read
 * itself.
 *
 * <p>Requests come from the event loop, answers from any thread; gRPC's call objects are not
 * thread-safe, so whatever touches the call does it under this object's monitor. Nothing under it
 * blocks or evaluates.
 *
 * @param <Q> a request of the stream
 * @param <A> what its work gives
 * @param <R> a response of the stream
 */
final class StreamCall<Q, A, R> implements StreamObserver<Q> {
  private final ServerCallStreamObserver<R> call;
  private final StreamProtocol<Q, A, R> protocol;
  private final StatusMapper statusMapper;
  private final CallCounters tally;
  private final Consumer<StreamCall<Q, A, R>> onEnd;
  private final @Nullable Deadline streamDeadline;

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
   * @param protocol what the messages mean, and the work
   * @param statusMapper translates failures
   * @param tally counts the stream's requests
   * @param inFlightMax how many requests may be unanswered, 1 or more
   * @param onEnd told once, when the stream has ended for whatever reason
   */
  StreamCall(
      ServerCallStreamObserver<R> call,
      StreamProtocol<Q, A, R> protocol,
      StatusMapper statusMapper,
      CallCounters tally,
      int inFlightMax,
      Consumer<StreamCall<Q, A, R>> onEnd) {
    this.call = call;
    this.protocol = protocol;
    this.statusMapper = statusMapper;
    this.tally = tally;
    this.onEnd = onEnd;
    this.streamDeadline = Context.current().getDeadline();
    call.disableAutoRequest();
    call.setOnReadyHandler(this::releaseHeldCredits);
    call.setOnCancelHandler(this::cancelled);
    call.request(inFlightMax);
  }

  @Override
  public void onNext(Q request) {
    Element element = new Element(protocol.requestId(request));
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
      deadline = deadlineOf(request);
    } catch (InvalidInputException e) {
      element.failed(e);
      return;
    }
    protocol.dispatch(request, deadline, element);
  }

  @Override
  public synchronized void onCompleted() {
    halfClosed = true;
    endWhenDone();
  }

  @Override
  public void onError(Throwable cancellation) {
    // Only ever a cancellation, of which the cancel handler has told before.
  }

  /** Stops taking requests and ends the stream with UNAVAILABLE once what was read is answered. */
  synchronized void drain() {
    draining = true;
    endWhenDone();
  }

  private @Nullable Deadline deadlineOf(Q request) {
    Duration timeout = protocol.timeout(request);
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
      // Before the call, which may deliver a message, and so come back here, within itself.
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
    private final long startNanoTime = System.nanoTime();

    Element(long requestId) {
      this.requestId = requestId;
      tally.start();
    }

    @Override
    public boolean isCancelled() {
      return call.isCancelled();
    }

    @Override
    public void succeeded(A answer) {
      end(Code.OK);
      answer(protocol.response(requestId, answer));
    }

    @Override
    public void failed(Throwable error) {
      Status status = statusMapper.toStatus(error);
      Code code = Code.forNumber(status.getCode());
      end(code == null ? Code.UNKNOWN : code);
      answer(protocol.failure(requestId, status));
    }

    private void end(Code code) {
      tally.end(code.name(), System.nanoTime() - startNanoTime);
    }
  }
}
