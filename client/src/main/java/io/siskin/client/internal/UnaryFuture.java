package io.siskin.client.internal;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One unary call as a future. Cancelling it cancels the call.
 *
 * @param <Q> the request message
 * @param <P> the response message
 * @param <R> what the future holds
 */
final class UnaryFuture<Q, P, R> extends CompletableFuture<R>
    implements ClientResponseObserver<Q, P> {
  private final Function<P, R> translation;
  private final ErrorMapper errors;
  private @Nullable P response;
  private volatile @Nullable ClientCallStreamObserver<Q> call;

  /**
   * Creates a future that is to be handed to a stub as its observer.
   *
   * @param translation what makes the result of the response
   * @param errors translates failures
   */
  UnaryFuture(Function<P, R> translation, ErrorMapper errors) {
    this.translation = translation;
    this.errors = errors;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> started) {
    call = started;
  }

  @Override
  public void onNext(P message) {
    response = message;
  }

  @Override
  public void onError(Throwable error) {
    completeExceptionally(errors.toException(error));
  }

  @Override
  @SuppressWarnings("IllegalCatch") // What the translation throws must reach the caller.
  public void onCompleted() {
    P received = response;
    if (received == null) {
      completeExceptionally(new IllegalStateException("the call ended without a response"));
      return;
    }
    try {
      complete(translation.apply(received));
    } catch (RuntimeException e) {
      completeExceptionally(e);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    ClientCallStreamObserver<Q> started = call;
    if (cancelled && started != null) {
      started.cancel("cancelled by the caller", null);
    }
    return cancelled;
  }
}
