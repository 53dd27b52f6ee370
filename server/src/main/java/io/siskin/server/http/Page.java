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
  /** Decides who may see a page. Safe for concurrent use. */
  @FunctionalInterface
  public interface Door {
    /** What {@link #judge} returns for those who may see the page. */
    int OK = 200;

    /** Lets everybody in. */
    Door OPEN = (authorization, apiKey) -> OK;

    /**
     * Judges a request by its headers.
     *
     * @param authorization the header {@code Authorization}; null if it was not sent
     * @param apiKey the header {@code X-API-Key}; null if it was not sent
     * @return {@link #OK}, or the status of the refusal: 401 or 403
     */
    int judge(@Nullable String authorization, @Nullable String apiKey);
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
