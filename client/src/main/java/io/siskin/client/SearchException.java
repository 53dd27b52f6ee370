package io.siskin.client;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that failed. Its class says whose fault it was and what to do, so that a {@code switch}
 * over it is complete; its message is the server's.
 */
public abstract sealed class SearchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String status;

  private SearchException(String status, @Nullable String message, @Nullable Throwable cause) {
    super(status + (message == null ? "" : ": " + message), cause);
    this.status = status;
  }

  /** Returns the name of the gRPC status, for example {@code INVALID_ARGUMENT}. */
  public final String status() {
    return status;
  }

  /**
   * Returns how long the server asks to wait before the call is repeated, or null when it did not
   * say.
   */
  public @Nullable Duration retryDelay() {
    return null;
  }

  /**
   * What is wrong with one field of a request.
   *
   * @param field its path, for example {@code mode.clustered.heap_factor}
   * @param description what was found and what is allowed
   */
  public record FieldViolation(String field, String description) {}

  /** The request is outside its documented ranges; the same request will fail again. */
  public static final class InvalidRequest extends SearchException {
    private static final long serialVersionUID = 1L;

    private final transient List<FieldViolation> violations;

    /**
     * Creates the exception.
     *
     * @param message the server's
     * @param violations every field that is wrong
     * @param cause what the transport reported
     */
    public InvalidRequest(
        @Nullable String message, List<FieldViolation> violations, @Nullable Throwable cause) {
      super("INVALID_ARGUMENT", message, cause);
      this.violations = List.copyOf(violations);
    }

    /** Returns the fields that are wrong; empty when the server named none. */
    public List<FieldViolation> violations() {
      return violations;
    }
  }

  /** There is no collection, model or snapshot of that name. */
  public static final class NotFound extends SearchException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message the server's
     * @param cause what the transport reported
     */
    public NotFound(@Nullable String message, @Nullable Throwable cause) {
      super("NOT_FOUND", message, cause);
    }
  }

  /**
   * The state of the collections does not allow the call: a name is taken, or a collection cannot
   * be written or removed now. The same call will fail again until somebody changes that.
   */
  public static final class Conflict extends SearchException {
    private static final long serialVersionUID = 1L;

    private final @Nullable String reason;

    /**
     * Creates the exception.
     *
     * @param status the name of the gRPC status
     * @param message the server's
     * @param reason a word for what is the matter, for example {@code COLLECTION_LOCKED}; null when
     *     the server gave none
     * @param cause what the transport reported
     */
    public Conflict(
        String status,
        @Nullable String message,
        @Nullable String reason,
        @Nullable Throwable cause) {
      super(status, message, cause);
      this.reason = reason;
    }

    /** Returns a word for what is the matter, for example {@code COLLECTION_LOCKED}, or null. */
    public @Nullable String reason() {
      return reason;
    }
  }

  /** The server is busy, or a message is larger than it, or this client, allows. */
  public static final class Exhausted extends SearchException {
    private static final long serialVersionUID = 1L;

    private final @Nullable Duration retryDelay;

    /**
     * Creates the exception.
     *
     * @param message the server's
     * @param retryDelay how long to wait; null when waiting does not help
     * @param cause what the transport reported
     */
    public Exhausted(
        @Nullable String message, @Nullable Duration retryDelay, @Nullable Throwable cause) {
      super("RESOURCE_EXHAUSTED", message, cause);
      this.retryDelay = retryDelay;
    }

    /**
     * Returns how long to wait when the server is busy; null when a message was too large, which
     * waiting does not mend.
     */
    @Override
    public @Nullable Duration retryDelay() {
      return retryDelay;
    }
  }

  /**
   * The server refuses the caller: it sends no key that is valid (UNAUTHENTICATED), or its key does
   * not allow the call (PERMISSION_DENIED).
   */
  public static final class Denied extends SearchException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param status the name of the gRPC status
     * @param message the server's
     * @param cause what the transport reported
     */
    public Denied(String status, @Nullable String message, @Nullable Throwable cause) {
      super(status, message, cause);
    }
  }

  /** The deadline passed before the answer came. */
  public static final class DeadlineExceeded extends SearchException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message the server's or the transport's
     * @param cause what the transport reported
     */
    public DeadlineExceeded(@Nullable String message, @Nullable Throwable cause) {
      super("DEADLINE_EXCEEDED", message, cause);
    }
  }

  /** The caller cancelled the call, closed the client, or was interrupted. */
  public static final class Cancelled extends SearchException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message why
     * @param cause what the transport reported
     */
    public Cancelled(@Nullable String message, @Nullable Throwable cause) {
      super("CANCELLED", message, cause);
    }
  }

  /**
   * The server cannot be reached or is shutting down; repeating the call is safe and may reach
   * another one.
   */
  public static final class Unavailable extends SearchException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message the server's or the transport's
     * @param cause what the transport reported
     */
    public Unavailable(@Nullable String message, @Nullable Throwable cause) {
      super("UNAVAILABLE", message, cause);
    }
  }

  /**
   * The server is at fault: damaged data, data of another version, a defect. Its log tells more.
   */
  public static final class ServerFault extends SearchException {
    private static final long serialVersionUID = 1L;

    private final @Nullable String reference;

    /**
     * Creates the exception.
     *
     * @param status the name of the gRPC status
     * @param message the server's
     * @param reference under which the server's log has it; null when the server named none
     * @param cause what the transport reported
     */
    public ServerFault(
        String status,
        @Nullable String message,
        @Nullable String reference,
        @Nullable Throwable cause) {
      super(status, message, cause);
      this.reference = reference;
    }

    /** Returns the reference under which the server's log has the failure, or null. */
    public @Nullable String reference() {
      return reference;
    }
  }
}
