package io.siskin.client.internal;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.protobuf.StatusProto;
import io.siskin.client.SearchException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one translation of failures: from a gRPC status with its details to a {@link
 * SearchException}. A server that cannot be reached is named in the message, with what to try.
 *
 * @param target where the server is
 */
record ErrorMapper(Target target) {
  /**
   * Translates what ended a call.
   *
   * @param error what the transport reported
   */
  SearchException toException(Throwable error) {
    if (error instanceof SearchException already) {
      return already;
    }
    Status status = StatusProto.fromThrowable(error);
    if (status == null) {
      return new SearchException.ServerFault("UNKNOWN", error.toString(), null, error);
    }
    String explanation = ConnectionFailures.explain(io.grpc.Status.fromThrowable(error), target);
    if (explanation == null) {
      return toException(status, error);
    }
    return status.getCode() == Code.DEADLINE_EXCEEDED_VALUE
        ? new SearchException.DeadlineExceeded(explanation, error)
        : new SearchException.Unavailable(explanation, error);
  }

  /**
   * Translates a status.
   *
   * @param status code, message and details
   * @param cause what the transport reported; null when the status came in a response
   */
  static SearchException toException(Status status, @Nullable Throwable cause) {
    String message = status.getMessage();
    Code code = Code.forNumber(status.getCode());
    return switch (code == null ? Code.UNKNOWN : code) {
      case INVALID_ARGUMENT ->
          new SearchException.InvalidRequest(message, violations(status), cause);
      case NOT_FOUND -> new SearchException.NotFound(message, cause);
      case ALREADY_EXISTS ->
          new SearchException.Conflict("ALREADY_EXISTS", message, reason(status), cause);
      case FAILED_PRECONDITION ->
          isOfCollection(reason(status))
              ? new SearchException.Conflict("FAILED_PRECONDITION", message, reason(status), cause)
              : new SearchException.ServerFault(
                  "FAILED_PRECONDITION", message, reference(status), cause);
      case RESOURCE_EXHAUSTED -> new SearchException.Exhausted(message, retryDelay(status), cause);
      case DEADLINE_EXCEEDED -> new SearchException.DeadlineExceeded(message, cause);
      case CANCELLED -> new SearchException.Cancelled(message, cause);
      case UNAVAILABLE -> new SearchException.Unavailable(message, cause);
      case UNAUTHENTICATED, PERMISSION_DENIED ->
          new SearchException.Denied(code.name(), message, cause);
      default ->
          new SearchException.ServerFault(
              code == null ? "UNKNOWN" : code.name(), message, reference(status), cause);
    };
  }

  private static List<SearchException.FieldViolation> violations(Status status) {
    BadRequest details = detail(status, BadRequest.class);
    return details == null
        ? List.of()
        : details.getFieldViolationsList().stream()
            .map(
                violation ->
                    new SearchException.FieldViolation(
                        violation.getField(), violation.getDescription()))
            .toList();
  }

  private static @Nullable Duration retryDelay(Status status) {
    RetryInfo details = detail(status, RetryInfo.class);
    return details == null
        ? null
        : Duration.ofSeconds(
            details.getRetryDelay().getSeconds(), details.getRetryDelay().getNanos());
  }

  private static @Nullable String reason(Status status) {
    ErrorInfo details = detail(status, ErrorInfo.class);
    return details == null ? null : details.getReason();
  }

  /** Tells what a caller can change from data that the server cannot read. */
  private static boolean isOfCollection(@Nullable String reason) {
    return reason != null && reason.startsWith("COLLECTION_");
  }

  private static @Nullable String reference(Status status) {
    ErrorInfo details = detail(status, ErrorInfo.class);
    return details == null ? null : details.getMetadataMap().get("reference");
  }

  private static <T extends Message> @Nullable T detail(Status status, Class<T> type) {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        try {
          return detail.unpack(type);
        } catch (InvalidProtocolBufferException e) {
          // Details only explain; a garbled one must not hide the failure that it belongs to.
          return null;
        }
      }
    }
    return null;
  }
}
