package io.siskin.loadtest.load;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over one stream for each connection, in turns. A stream that breaks fails what it
 * has not answered, and the next request opens another one.
 *
 * @param <Q> the request
 * @param <A> the answer
 */
final class StreamSender<Q, A> implements CallSender {
  private final MethodDescriptor<Q, A> method;
  private final UnarySender.Requests<Q> requests;
  private final Answers<A> answers;
  private final List<Lane> lanes = new ArrayList<>();
  private long next;

  /**
   * Reads answers.
   *
   * @param <A> the answer
   */
  interface Answers<A> extends UnarySender.Answers<A> {
    /** Returns the number of the request that an answer is for. */
    long number(A answer);
  }

  /**
   * Makes a sender, which opens its streams when they are needed.
   *
   * @param method a bidirectional one
   * @param requests makes requests; each has its number as its id
   * @param answers reads answers
   * @param channels the connections
   */
  StreamSender(
      MethodDescriptor<Q, A> method,
      UnarySender.Requests<Q> requests,
      Answers<A> answers,
      List<Channel> channels) {
    this.method = method;
    this.requests = requests;
    this.answers = answers;
    for (Channel channel : channels) {
      lanes.add(new Lane(channel));
    }
  }

  @Override
  public void send(CallEnd end) {
    long number = next++;
    lanes.get((int) (number % lanes.size())).send(number, end);
  }

  @Override
  public void close() {
    lanes.forEach(Lane::close);
  }

  /** The stream of one connection, and those that came before it. */
  private final class Lane {
    private final Channel channel;
    private @Nullable Exchange current;
    private @Nullable StreamObserver<Q> stream;

    Lane(Channel channel) {
      this.channel = channel;
    }

    void send(long number, CallEnd end) {
      Exchange exchange = current;
      if (exchange == null || exchange.isOver) {
        exchange = new Exchange();
        stream =
            ClientCalls.asyncBidiStreamingCall(
                channel.newCall(method, CallOptions.DEFAULT), exchange);
        current = exchange;
      }
      if (stream != null) {
        exchange.send(stream, number, end);
      }
    }

    void close() {
      if (stream != null && current != null && !current.isOver) {
        stream.onCompleted();
      }
    }
  }

  /** One stream from its beginning to its end. */
  private final class Exchange implements StreamObserver<A> {
    private final Map<Long, CallEnd> open = new ConcurrentHashMap<>();
    private volatile boolean isOver;
    private volatile Status.Code reason = Status.Code.UNAVAILABLE;

    void send(StreamObserver<Q> stream, long number, CallEnd end) {
      open.put(number, end);
      stream.onNext(requests.make(number));
      if (isOver) {
        // It may have ended before the request was put into the map.
        failOpen();
      }
    }

    @Override
    public void onNext(A answer) {
      CallEnd end = open.remove(answers.number(answer));
      if (end != null) {
        end.ended(answers.code(answer), answers.nanosInServer(answer));
      }
    }

    @Override
    public void onError(Throwable error) {
      reason = Status.fromThrowable(error).getCode();
      isOver = true;
      failOpen();
    }

    @Override
    public void onCompleted() {
      isOver = true;
      failOpen();
    }

    private void failOpen() {
      for (Long number : List.copyOf(open.keySet())) {
        CallEnd end = open.remove(number);
        if (end != null) {
          end.ended(reason, 0);
        }
      }
    }
  }
}
