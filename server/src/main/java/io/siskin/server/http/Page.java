package io.siskin.server.http;

import org.jspecify.annotations.Nullable;

/**
 * Something to read that is made when it is asked for.
 *
 * @param status the status of HTTP
 * @param type the media type
 * @param body the body; not copied, must not be changed
 */
public record Page(int status, String type, byte[] body) {
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
