package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Takes what a call answers and hands it to the test, which never waits for ever. */
final class Recorder<T> implements StreamObserver<T> {
  private final BlockingQueue<T> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();

  @Override
  public void onNext(T message) {
    messages.add(message);
  }

  @Override
  public void onError(Throwable error) {
    end.complete(Status.fromThrowable(error).withCause(error));
  }

  @Override
  public void onCompleted() {
    end.complete(Status.OK);
  }

  /** Waits for the next message. */
  T next() throws InterruptedException {
    T message = messages.poll(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS);
    assertThat(message).as("a message within %d s", FakeRetriever.WAIT_SECONDS).isNotNull();
    return message;
  }

  /** Waits for the end of the call. */
  Status end() throws InterruptedException {
    try {
      return end.get(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the call did not end", e);
    }
  }

  /** Tells whether the call has ended. */
  boolean hasEnded() {
    return end.isDone();
  }

  /** Returns how many messages have come and were not taken. */
  int waitingCount() {
    return messages.size();
  }
}
