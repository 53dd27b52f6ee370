package io.siskin.loadtest.load;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sends each request by a call of its own. The calls take turns on the connections.
 *
 * @param <Q> the request
 * @param <A> the answer
 */
final class UnarySender<Q, A> implements CallSender {
  private final MethodDescriptor<Q, A> method;
  private final Requests<Q> requests;
  private final Answers<A> answers;
  private final List<Channel> channels;
  private final long deadlineNanos;
  private long next;

  /**
   * Reads answers.
   *
   * @param <A> the answer
   */
  interface Answers<A> {
    /** Returns the status that an answer has inside. */
    default Status.Code code(A answer) {
      return Status.Code.OK;
    }

    /** Returns how long the server says that it took, in nanoseconds; 0 when it does not say. */
    default long nanosInServer(A answer) {
      return 0;
    }
  }

  /**
   * Makes requests.
   *
   * @param <Q> the request
   */
  interface Requests<Q> {
    /**
     * Returns a request.
     *
     * @param number how many were made before
     */
    Q make(long number);
  }

  UnarySender(
      MethodDescriptor<Q, A> method,
      Requests<Q> requests,
      Answers<A> answers,
      List<Channel> channels,
      long deadlineNanos) {
    this.method = method;
    this.requests = requests;
    this.answers = answers;
    this.channels = channels;
    this.deadlineNanos = deadlineNanos;
  }

  @Override
  public void send(CallEnd end) {
    long number = next++;
    Q request = requests.make(number);
    ClientCalls.asyncUnaryCall(
        channels
            .get((int) (number % channels.size()))
            .newCall(
                method, CallOptions.DEFAULT.withDeadlineAfter(deadlineNanos, TimeUnit.NANOSECONDS)),
        request,
        new StreamObserver<>() {
          private Status.Code code = Status.Code.INTERNAL;
          private long nanosInServer;

          @Override
          public void onNext(A answer) {
            code = answers.code(answer);
            nanosInServer = answers.nanosInServer(answer);
          }

          @Override
          public void onError(Throwable error) {
            end.ended(Status.fromThrowable(error).getCode(), 0);
          }

          @Override
          public void onCompleted() {
            end.ended(code, nanosInServer);
          }
        });
  }
}
