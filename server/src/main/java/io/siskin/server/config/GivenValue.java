package io.siskin.server.config;

import java.util.List;

/**
 * A value that somebody has set, not read yet.
 *
 * @param name the setting's name as it was spelt there: a path, a variable or an option
 * @param texts the value, or several where the setting takes several
 * @param place where it was set, for messages: a file and line, or empty where the name says it
 */
public record GivenValue(String name, List<String> texts, String place) {
  /** Keeps the texts from changes. */
  public GivenValue {
    texts = List.copyOf(texts);
  }
}
