package io.siskin.server.rpc.service;

import com.google.protobuf.Message;
import io.siskin.server.retrieve.ResponseTooLargeException;
import io.siskin.server.rpc.admission.AdmissionControl;
import io.siskin.server.rpc.admission.OverloadedException;
import io.siskin.server.search.Cancellation;
import java.util.function.Supplier;

/**
 * One admitted reading of documents: reads and answers, exactly once.
 *
 * <p>Not reusable. Runs on one thread, which may differ from the one that created it.
 *
 * @param <A> the answer
 */
final class ReadTask<A extends Message> extends AdmissionControl.Task {
  private final Supplier<A> reading;
  private final Caller<A> caller;
  private final Cancellation cancellation;
  private final int responseBytesMax;

  /**
   * Prepares a reading.
   *
   * @param reading reads and makes the answer
   * @param caller who gets it
   * @param cancellation the request's deadline and the caller's cancellation
   * @param responseBytesMax the longest response that may be sent
   */
  ReadTask(Supplier<A> reading, Caller<A> caller, Cancellation cancellation, int responseBytesMax) {
    this.reading = reading;
    this.caller = caller;
    this.cancellation = cancellation;
    this.responseBytesMax = responseBytesMax;
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  @Override
  public void execute(long queueNanos) {
    A answer;
    try {
      cancellation.check();
      answer = reading.get();
      if (answer.getSerializedSize() > responseBytesMax) {
        throw new ResponseTooLargeException(answer.getSerializedSize(), responseBytesMax);
      }
    } catch (Throwable e) {
      caller.failed(e);
      return;
    }
    caller.succeeded(answer);
  }

  @Override
  public void refuse(OverloadedException reason) {
    caller.failed(reason);
  }

  @Override
  public boolean isAbandoned() {
    return cancellation.hasHappened();
  }
}
