package io.siskin.server.rpc.mapping;

import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.access.AccessDeniedException;
import io.siskin.server.access.TooManyAttemptsException;
import io.siskin.server.access.UnauthenticatedException;
import io.siskin.server.batch.EncoderClosedException;
import io.siskin.server.batch.EncoderOverloadedException;
import io.siskin.server.collection.PipelineNotFoundException;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.log.CorruptLogException;
import io.siskin.server.log.LogFailedException;
import io.siskin.server.log.LogFullException;
import io.siskin.server.rank.scope.RankingModelException;
import io.siskin.server.retrieve.CollectionDamagedException;
import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.retrieve.CollectionUnderVerificationException;
import io.siskin.server.retrieve.ModelNotFoundException;
import io.siskin.server.retrieve.ResponseTooLargeException;
import io.siskin.server.rpc.admission.DeadlineOutOfReachException;
import io.siskin.server.rpc.admission.DrainingException;
import io.siskin.server.rpc.admission.OverloadedException;
import io.siskin.server.rpc.admission.RateExceededException;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.write.CollectionNotWritableException;
import io.siskin.server.write.NameTakenException;
import io.siskin.server.write.SnapshotNotFoundException;
import io.siskin.server.write.WritesOverloadedException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where an exception becomes a gRPC status. A fault of the caller is described to the
 * caller. A fault of the data or of the server is logged once, under a reference; the caller gets
 * only the reference, because such messages name files and classes. Every status is short enough
 * for the trailers of a call, see {@link BoundedStatus}. Safe for concurrent use.
 */
public final class StatusMapper {
  /** {@code ErrorInfo.domain} of every error. */
  static final String DOMAIN = "siskin.io";

  // gRPC's own retry logic reads it: wait that long, or, when it is negative, do not retry.
  private static final Metadata.Key<String> RETRY_PUSHBACK_MILLIS =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  // Together they leave room for the words between them, see BoundedStatus.MESSAGE_BYTES_MAX.
  private static final int FIELD_BYTES_MAX = 150;
  private static final int VALUE_BYTES_MAX = 250;
  private static final int ALLOWED_BYTES_MAX = 300;

  // Dense fields have names of their own, and their vectors and values have numbers. Their last
  // parts may be names of values.
  private static final Pattern FIELD_PATH =
      Pattern.compile(
          "[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*|(dense|token_vectors)"
              + "(\\.[A-Za-z0-9_-]+(\\[[0-9]+])*)+");
  private static final Logger LOG = LoggerFactory.getLogger(StatusMapper.class);

  private final Duration retryDelay;
  private final boolean namesOthers;
  private final PreparedRefusals refusals = new PreparedRefusals(StatusMapper::overloaded);

  /**
   * Creates a mapper.
   *
   * @param retryDelay how long a client is told to wait when the server is busy
   */
  public StatusMapper(Duration retryDelay) {
    this(retryDelay, true);
  }

  /**
   * Creates a mapper.
   *
   * @param retryDelay how long a client is told to wait when the server is busy
   * @param namesOthers whether the error of a collection that does not exist names similar ones;
   *     not where callers may not know all of them
   */
  public StatusMapper(Duration retryDelay, boolean namesOthers) {
    this.retryDelay = retryDelay;
    this.namesOthers = namesOthers;
  }

  /**
   * Translates a failure into what ends a call, trailers included.
   *
   * @param error what went wrong
   */
  public StatusRuntimeException toException(Throwable error) {
    Throwable cause = isEnvelope(error) ? error.getCause() : null;
    if (cause != null) {
      return toException(cause);
    }
    if (error instanceof EncoderOverloadedException overloaded) {
      return refusals.of(overloaded, RETRY_PUSHBACK_MILLIS);
    }
    if (error instanceof OverloadedException) {
      return refusals.ofFullQueue(() -> toStatus(error), retryDelay, RETRY_PUSHBACK_MILLIS);
    }
    Metadata trailers = new Metadata();
    if (error instanceof ResponseTooLargeException
        || error instanceof RequestTooLargeException
        || error instanceof UnreadAnswersException) {
      // The same call would be too large again, or unread as well.
      trailers.put(RETRY_PUSHBACK_MILLIS, "-1");
    }
    if (error instanceof TooManyAttemptsException) {
      // With another key, somebody has to try it.
      trailers.put(RETRY_PUSHBACK_MILLIS, "-1");
    }
    Duration retryAfter = retryAfter(error);
    if (retryAfter != null) {
      trailers.put(RETRY_PUSHBACK_MILLIS, Long.toString(retryAfter.toMillis()));
    }
    return StatusProto.toStatusRuntimeException(toStatus(error), trailers);
  }

  private static @Nullable Duration retryAfter(Throwable error) {
    return switch (error) {
      case WritesOverloadedException e -> e.retryAfter();
      case DeadlineOutOfReachException e -> e.retryAfter();
      case RateExceededException e -> e.retryAfter();
      default -> null;
    };
  }

  /**
   * Tells whether a call that ended with a status was refused because the search queue was full.
   *
   * @param status of an exception that {@link #toException} gave
   */
  public boolean isQueueFull(io.grpc.Status status) {
    return refusals.isOfFullQueue(status);
  }

  /**
   * Translates a failure into what stands in the response of a stream.
   *
   * @param error what went wrong
   */
  public Status toStatus(Throwable error) {
    return switch (error) {
      case InvalidInputException e -> invalid(e);
      case UndecodableRequestException e -> undecodable(e);
      case RequestTooLargeException e ->
          status(Code.RESOURCE_EXHAUSTED, message(e), info("REQUEST_TOO_LARGE").build());
      case CollectionNotFoundException e ->
          status(
              Code.NOT_FOUND,
              namesOthers ? message(e) : e.plainMessage(),
              resource("collection", e.collection()));
      case UnauthenticatedException e ->
          status(Code.UNAUTHENTICATED, message(e), info("KEY_" + e.reason().name()).build());
      case AccessDeniedException e -> denied(e);
      case TooManyAttemptsException e -> exhausted(e, "TOO_MANY_FAILED_ATTEMPTS", e.retryAfter());
      case ModelNotFoundException e ->
          status(Code.NOT_FOUND, message(e), resource("model", e.model()));
      case PipelineNotFoundException e ->
          status(Code.NOT_FOUND, message(e), resource("pipeline", e.pipeline()));
      case SnapshotNotFoundException e ->
          status(Code.NOT_FOUND, message(e), resource("snapshot", e.snapshot()));
      case NameTakenException e ->
          status(Code.ALREADY_EXISTS, message(e), resource(e.kind(), e.name()));
      case WritesOverloadedException e -> overloaded(e);
      case CollectionNotWritableException e -> notWritable(e);
      case QueryCancelledException e -> cancelled(e);
      case EncoderOverloadedException e -> overloaded(e);
      case EncoderClosedException e -> status(Code.UNAVAILABLE, message(e));
      case RemoteEncoderException e -> remote(e);
      case RankingModelException e ->
          logged(Code.INTERNAL, "a ranking model failed", "RANKING_MODEL", e);
      case DeadlineOutOfReachException e ->
          exhausted(e, "SEARCH_DEADLINE_OUT_OF_REACH", e.retryAfter());
      case RateExceededException e -> overRate(e);
      case UnreadAnswersException e ->
          status(Code.RESOURCE_EXHAUSTED, message(e), info("ANSWERS_UNREAD").build());
      case OverloadedException e -> exhausted(e, "SEARCH_QUEUE_FULL", retryDelay);
      case ResponseTooLargeException e -> tooLarge(e);
      case DrainingException e -> status(Code.UNAVAILABLE, message(e));
      case CollectionDamagedException e -> damaged(e);
      case CollectionUnderVerificationException e -> underVerification(e);
      case CorruptSegmentException e ->
          logged(Code.DATA_LOSS, "stored data is damaged", "CORRUPT_SEGMENT", e);
      case CorruptLogException e ->
          logged(Code.DATA_LOSS, "stored data is damaged", "CORRUPT_LOG", e);
      case LogFullException e ->
          logged(
              Code.RESOURCE_EXHAUSTED,
              "the disk has no room for what was to be written; nothing of it was kept",
              "LOG_FULL",
              e);
      case LogFailedException e ->
          logged(Code.UNAVAILABLE, "what was to be written may be lost", "LOG_FAILED", e);
      case UnsupportedFormatException e ->
          logged(
              Code.FAILED_PRECONDITION,
              "stored data has a format that this server does not read",
              "UNSUPPORTED_FORMAT",
              e);
      default -> {
        Throwable cause = isEnvelope(error) ? error.getCause() : null;
        yield cause == null ? internal(error) : toStatus(cause);
      }
    };
  }

  /** What was asked for may be asked for again, after a while. */
  private Status exhausted(Throwable error, String reason, Duration retryAfter) {
    return status(
        Code.RESOURCE_EXHAUSTED, message(error), info(reason).build(), retryInfo(retryAfter));
  }

  /** These only wrap what went wrong. */
  private static boolean isEnvelope(Throwable error) {
    return error instanceof UncheckedIOException
        || error instanceof CompletionException
        || error instanceof ExecutionException;
  }

  private static Status overRate(RateExceededException error) {
    String reason =
        switch (error.limit()) {
          case REQUESTS -> "REQUEST_RATE_EXCEEDED";
          case DOCUMENTS -> "DOCUMENT_RATE_EXCEEDED";
        };
    return status(
        Code.RESOURCE_EXHAUSTED,
        message(error),
        info(reason).build(),
        retryInfo(error.retryAfter()));
  }

  private static Status overloaded(WritesOverloadedException error) {
    String reason =
        switch (error.reason()) {
          case QUEUE_FULL -> "WRITE_QUEUE_FULL";
          case MEMORY_FULL -> "WRITE_MEMORY_FULL";
          case DISK_FULL -> "WRITE_DISK_FULL";
        };
    return status(
        Code.RESOURCE_EXHAUSTED,
        message(error),
        info(reason).build(),
        retryInfo(error.retryAfter()));
  }

  private Status notWritable(CollectionNotWritableException error) {
    ErrorInfo info =
        info("COLLECTION_" + error.reason().name())
            .putMetadata("collection", error.collection())
            .build();
    return switch (error.reason()) {
      case LOCKED, OLD_FORM, NO_FORWARD_INDEX, LOG_FAILED, ALIASED ->
          status(Code.FAILED_PRECONDITION, message(error), info);
      case CLOSING -> status(Code.UNAVAILABLE, message(error), info, retryInfo(retryDelay));
    };
  }

  private static Status cancelled(QueryCancelledException e) {
    return switch (e.reason()) {
      case DEADLINE_EXCEEDED ->
          status(Code.DEADLINE_EXCEEDED, "the deadline passed before the work was done");
      case CANCELLED -> status(Code.CANCELLED, "the call was cancelled");
    };
  }

  private static Status denied(AccessDeniedException e) {
    return status(
        Code.PERMISSION_DENIED,
        message(e),
        info("ACCESS_DENIED")
            .putMetadata("role", e.role().spelling())
            .putMetadata("collection", e.collection())
            .build());
  }

  private static Status undecodable(UndecodableRequestException e) {
    return status(
        Code.INVALID_ARGUMENT,
        message(e),
        violations("request", message(e)),
        info("UNDECODABLE_REQUEST").putMetadata("method", e.method()).build());
  }

  private static Status tooLarge(ResponseTooLargeException e) {
    return status(
        Code.RESOURCE_EXHAUSTED,
        message(e),
        info("RESPONSE_TOO_LARGE")
            .putMetadata("length_bytes", Long.toString(e.lengthBytes()))
            .putMetadata("length_bytes_max", Long.toString(e.lengthBytesMax()))
            .build());
  }

  /** This is not logged, because the catalog has logged the damage when it found it. */
  private static Status damaged(CollectionDamagedException e) {
    return status(
        Code.DATA_LOSS,
        message(e),
        info("COLLECTION_DAMAGED").putMetadata("collection", e.collection()).build(),
        resource("collection", e.collection()));
  }

  private Status underVerification(CollectionUnderVerificationException e) {
    return status(
        Code.UNAVAILABLE,
        message(e),
        info("COLLECTION_UNDER_VERIFICATION").putMetadata("collection", e.collection()).build(),
        retryInfo(retryDelay));
  }

  private static Status remote(RemoteEncoderException e) {
    return switch (e.reason()) {
      case UNAVAILABLE ->
          logged(Code.UNAVAILABLE, "the encoder is unavailable", "REMOTE_ENCODER", e);
      case DEADLINE_EXCEEDED ->
          status(Code.DEADLINE_EXCEEDED, "the encoder did not answer in time");
      case REFUSED, MALFORMED -> logged(Code.INTERNAL, "the encoder failed", "REMOTE_ENCODER", e);
    };
  }

  private static ResourceInfo resource(String type, String name) {
    return ResourceInfo.newBuilder().setResourceType(type).setResourceName(name).build();
  }

  /**
   * Cuts the description of a status that was made elsewhere, so that it fits into the trailers.
   *
   * @param status a status
   */
  public static io.grpc.Status bounded(io.grpc.Status status) {
    String description = status.getDescription();
    return description == null
        ? status
        : status.withDescription(BoundedStatus.cutMessage(description));
  }

  private static Status overloaded(EncoderOverloadedException error) {
    String reason =
        switch (error.reason()) {
          case QUEUE_FULL -> "ENCODER_QUEUE_FULL";
          case DEADLINE_OUT_OF_REACH -> "ENCODER_DEADLINE_OUT_OF_REACH";
        };
    return status(
        Code.RESOURCE_EXHAUSTED,
        message(error),
        info(reason).build(),
        retryInfo(error.retryAfter()));
  }

  private static RetryInfo retryInfo(Duration delay) {
    return RetryInfo.newBuilder()
        .setRetryDelay(
            com.google.protobuf.Duration.newBuilder()
                .setSeconds(delay.getSeconds())
                .setNanos(delay.getNano()))
        .build();
  }

  private static Status internal(Throwable error) {
    return logged(Code.INTERNAL, "internal error", "INTERNAL", error);
  }

  private static String message(Throwable error) {
    return String.valueOf(error.getMessage());
  }

  /** Cuts the parts one by one, so that a long value does not hide what is allowed. */
  private static Status invalid(InvalidInputException error) {
    String place = error.place();
    String description =
        cut(error.field(), FIELD_BYTES_MAX)
            + " is "
            + cut(error.value(), VALUE_BYTES_MAX)
            + "; allowed: "
            + cut(error.allowed(), ALLOWED_BYTES_MAX);
    return status(
        Code.INVALID_ARGUMENT,
        place == null ? description : cut(place, FIELD_BYTES_MAX) + ": " + description,
        violations(cut(path(error), FIELD_BYTES_MAX), description));
  }

  private static String cut(String text, int bytesMax) {
    return BoundedStatus.cutPercentEncoded(text, bytesMax);
  }

  private static BadRequest violations(String field, String description) {
    return BadRequest.newBuilder()
        .addFieldViolations(
            BadRequest.FieldViolation.newBuilder().setField(field).setDescription(description))
        .build();
  }

  /**
   * Returns the path of a field: its place and its name. When the name is prose ("weight of term
   * 'x'"), the place alone is the path.
   */
  private static String path(InvalidInputException error) {
    String place = error.place();
    if (place == null) {
      return error.field();
    }
    return FIELD_PATH.matcher(error.field()).matches() ? place + "." + error.field() : place;
  }

  private static Status logged(Code code, String message, String reason, Throwable error) {
    String reference = Long.toHexString(ThreadLocalRandom.current().nextLong());
    LOG.error("{}: reference {}", code, reference, error);
    return status(
        code,
        message + "; the server's log has it under reference " + reference,
        info(reason).putMetadata("reference", reference).build());
  }

  private static ErrorInfo.Builder info(String reason) {
    return ErrorInfo.newBuilder().setReason(reason).setDomain(DOMAIN);
  }

  private static Status status(Code code, String message, Message... details) {
    return BoundedStatus.of(code, message, details);
  }
}
