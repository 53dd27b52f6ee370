package io.siskin.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is sent for one request. Immutable; the body is not copied and must not be changed.
 *
 * @param status the status of HTTP
 * @param type the media type; null without a body
 * @param body the body; empty for none
 * @param headers further headers, by name
 */
public record Answer(int status, @Nullable String type, byte[] body, Map<String, String> headers) {
  static final String JSON = "application/json";

  private static final String TEXT = "text/plain; charset=utf-8";
  private static final byte[] NO_BYTES = new byte[0];
  private static final JsonFactory JSON_FACTORY = new JsonFactory();

  // Codes of google.rpc.Code, for errors that no service had a part in.
  private static final int INVALID_ARGUMENT = 3;
  private static final int NOT_FOUND = 5;
  private static final int PERMISSION_DENIED = 7;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int INTERNAL = 13;
  private static final int UNAVAILABLE = 14;
  private static final int DEADLINE_EXCEEDED = 4;
  private static final int UNAUTHENTICATED = 16;

  /** Keeps what was given. */
  public Answer {
    headers = Map.copyOf(headers);
  }

  /**
   * Returns an answer with a body.
   *
   * @param status the status
   * @param type its media type
   * @param body the body
   */
  public static Answer of(int status, String type, byte[] body) {
    return new Answer(status, type, body, Map.of());
  }

  /**
   * Returns an answer with a text.
   *
   * @param status the status
   * @param text the text
   */
  public static Answer text(int status, String text) {
    return of(status, TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns an answer without a body.
   *
   * @param status the status
   */
  public static Answer empty(int status) {
    return new Answer(status, null, NO_BYTES, Map.of());
  }

  /**
   * Returns an error in the form that errors of services have, a {@code google.rpc.Status}.
   *
   * @param status the status of HTTP, 400 or more
   * @param message what is wrong and what is allowed, in words
   */
  static Answer error(int status, String message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON_FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeNumberField("code", code(status));
      json.writeStringField("message", message);
      json.writeArrayFieldStart("details");
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return of(status, JSON, bytes.toByteArray());
  }

  private static int code(int status) {
    return switch (status) {
      case 401 -> UNAUTHENTICATED;
      case 403 -> PERMISSION_DENIED;
      case 404 -> NOT_FOUND;
      case 408 -> DEADLINE_EXCEEDED;
      case 413, 414, 429, 431 -> RESOURCE_EXHAUSTED;
      case 500 -> INTERNAL;
      case 503 -> UNAVAILABLE;
      default -> INVALID_ARGUMENT;
    };
  }

  /**
   * Returns this answer with the header {@code Retry-After}.
   *
   * @param delay after which time to try again; the header has whole seconds, at least one
   */
  Answer retryAfter(Duration delay) {
    long seconds = Math.max(1, delay.plusNanos(999_999_999).toSeconds());
    return with("Retry-After", Long.toString(seconds));
  }

  /**
   * Returns this answer with one more header.
   *
   * @param name the header
   * @param value its value
   */
  public Answer with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, type, body, more);
  }
}
