package io.siskin.client;

import java.util.Map;

/**
 * A query that was asked.
 *
 * @param text its text, at most 256 characters
 * @param count how often it was asked, 0 to 10^12
 * @param next by text: in how many sessions a query was asked later than this one; at most 100
 */
public record LoggedQuery(String text, long count, Map<String, Long> next) {
  /** Copies the map. */
  public LoggedQuery {
    next = Map.copyOf(next);
  }
}
