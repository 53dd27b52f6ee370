package io.siskin.server.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something to read that is made when it is asked for.
 *
 * @param status the status of HTTP
 * @param type the media type
 * @param body the body; not copied, must not be changed
 */
public record Page(int status, String type, byte[] body) {
  /**
   * Why somebody may not see a page.
   *
   * @param status the status of HTTP: 401, 403 or 429
   * @param message what is wrong and what is allowed, in words
   * @param retryAfter after which time to try again; null where that does not help
   */
  public record Refusal(int status, String message, @Nullable Duration retryAfter) {}

  /**
   * Decides who may see a page. Called on a network thread, which it must not hold up. Safe for
   * concurrent use.
   */
  @FunctionalInterface
  public interface Door {
    /** Lets everybody in. */
    Door OPEN = request -> null;

    /**
     * Judges a request.
     *
     * @param request the request
     * @return null when its sender may see the page
     */
    @Nullable Refusal judge(Request request);
  }

  /** Makes pages. Called by one thread at a time, which may be held up. */
  @FunctionalInterface
  public interface Source {
    /**
     * Makes the page.
     *
     * @param accept the header {@code Accept} of the request; null if it was not sent
     */
    Page make(@Nullable String accept);
  }
}
