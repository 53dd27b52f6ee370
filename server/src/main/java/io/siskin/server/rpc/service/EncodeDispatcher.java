package io.siskin.server.rpc.service;

import io.grpc.Deadline;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeResponse;
import io.siskin.server.batch.EncodedText;
import io.siskin.server.batch.Priority;
import io.siskin.server.retrieve.EncodingRequest;
import io.siskin.server.retrieve.ResponseTooLargeException;
import io.siskin.server.retrieve.TextEncoders;
import io.siskin.server.rpc.admission.AdmissionControl;
import io.siskin.server.rpc.admission.Demand;
import io.siskin.server.rpc.admission.DrainingException;
import io.siskin.server.rpc.admission.OverloadedException;
import io.siskin.server.rpc.admission.WorkClass;
import io.siskin.server.rpc.mapping.EncodeMapper;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.rpc.transport.CallSpans;
import io.siskin.server.rpc.transport.CallerIds;
import io.siskin.server.search.Cancellation;
import io.siskin.server.trace.RequestTrace;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way of every encoding from message to answer, for the unary call and the stream. A model's
 * texts go to its front end, which has threads of its own; what needs no model is work for a search
 * thread. Safe for concurrent use.
 */
public final class EncodeDispatcher implements Dispatcher<EncodeRequest, EncodeResponse> {
  // Larger answers are made on a search thread: the model's thread shall go on with the next batch.
  private static final int TEXTS_ANSWERED_BY_MODEL_THREAD_MAX = 8;

  // About what an analyser takes for a text, as a part of its caller's share.
  private static final long POSTINGS_PER_TEXT = 20_000;

  private final TextEncoders encoders;
  private final AdmissionControl admission;
  private final int responseBytesMax;

  /**
   * Creates a dispatcher.
   *
   * @param encoders what encodes
   * @param admission where what needs no front end runs
   * @param responseBytesMax the longest response that may be sent
   */
  public EncodeDispatcher(TextEncoders encoders, AdmissionControl admission, int responseBytesMax) {
    this.encoders = encoders;
    this.admission = admission;
    this.responseBytesMax = responseBytesMax;
  }

  @Override
  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  public void dispatch(
      EncodeRequest message, @Nullable Deadline deadline, Caller<EncodeResponse> caller) {
    Encoding encoding =
        new Encoding(message, caller, caller.cancellation(deadline), System.nanoTime());
    try {
      EncodingRequest request = EncodeMapper.toDomain(message);
      note(caller.record(), request);
      encoding.kind = request.priority() == Priority.BULK ? WorkClass.BULK : WorkClass.INTERACTIVE;
      encoding.postings = POSTINGS_PER_TEXT * request.inputs().size();
      if (encoders.encodesHere(request)) {
        admission.admit(
            encoding.demand(),
            encoding.task(queueNanos -> encoding.start(request), caller::failed));
      } else {
        encoding.start(request);
      }
    } catch (Throwable e) {
      caller.failed(e);
    }
  }

  private static void note(CallRecord record, EncodingRequest request) {
    switch (request.encoder()) {
      case EncodingRequest.Encoder.OfModel(String name) -> record.setEncoder(name, 0);
      case EncodingRequest.Encoder.OfCollection(String name, _) -> record.setCollection(name);
    }
  }

  /** What a task does. */
  @FunctionalInterface
  private interface Step {
    void run(long queueNanos);
  }

  /** One request on its way. */
  private final class Encoding {
    private final EncodeRequest message;
    private final Caller<EncodeResponse> caller;
    private final Cancellation cancellation;
    private final long arrivalNanoTime;
    private final String callerId = CallerIds.current();
    private WorkClass kind = WorkClass.INTERACTIVE;
    private long postings;

    Encoding(
        EncodeRequest message,
        Caller<EncodeResponse> caller,
        Cancellation cancellation,
        long arrivalNanoTime) {
      this.message = message;
      this.caller = caller;
      this.cancellation = cancellation;
      this.arrivalNanoTime = arrivalNanoTime;
    }

    Demand demand() {
      return Demand.ofOther(callerId, kind, postings);
    }

    void start(EncodingRequest request) {
      CompletableFuture<List<EncodedText>> encoded =
          RequestTrace.run(
              caller.record().trace(CallSpans.ENCODE),
              () -> encoders.encode(request, cancellation));
      boolean few = request.inputs().size() <= TEXTS_ANSWERED_BY_MODEL_THREAD_MAX;
      if (few || encoded.isDone()) {
        CompletableFuture<?> _ = encoded.whenComplete(this::finish);
      } else {
        CompletableFuture<?> _ = encoded.whenComplete(this::finishElsewhere);
      }
    }

    private void finishElsewhere(@Nullable List<EncodedText> texts, @Nullable Throwable error) {
      try {
        admission.admit(
            demand(),
            // What was encoded shall not be lost for want of a thread.
            task(queueNanos -> finish(texts, error), _ -> finish(texts, error)));
      } catch (OverloadedException | DrainingException e) {
        finish(texts, error);
      }
    }

    @SuppressWarnings("IllegalCatch") // The edge of the process.
    private void finish(@Nullable List<EncodedText> texts, @Nullable Throwable error) {
      EncodeResponse response;
      try {
        if (texts == null) {
          caller.failed(error == null ? new IllegalStateException("no answer") : error);
          return;
        }
        caller.record().encoded();
        response = EncodeMapper.toProto(texts, message.getTokens(), arrivalNanoTime);
        if (response.getSerializedSize() > responseBytesMax) {
          throw new ResponseTooLargeException(response.getSerializedSize(), responseBytesMax);
        }
      } catch (Throwable e) {
        caller.failed(e);
        return;
      }
      caller.succeeded(response);
    }

    AdmissionControl.Task task(Step step, Consumer<OverloadedException> refused) {
      return new AdmissionControl.Task() {
        @SuppressWarnings("IllegalCatch") // The edge of the process.
        @Override
        public void execute(long queueNanos) {
          try {
            cancellation.check();
            step.run(queueNanos);
          } catch (Throwable e) {
            caller.failed(e);
          }
        }

        @Override
        public void refuse(OverloadedException reason) {
          refused.accept(reason);
        }

        @Override
        public boolean isAbandoned() {
          return cancellation.hasHappened();
        }
      };
    }
  }
}
