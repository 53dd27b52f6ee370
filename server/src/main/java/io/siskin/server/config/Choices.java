package io.siskin.server.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How the values of an enum are spelt in settings and on the command line: {@code PER_DOCUMENT} is
 * {@code per-document}. Pure functions.
 */
public final class Choices {
  private Choices() {}

  /**
   * Returns how a value is spelt.
   *
   * @param value the value
   */
  public static String spelling(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Finds a value.
   *
   * @param values the enum
   * @param text what was given, in any case
   * @return null when it is none of them
   */
  public static <E extends Enum<?>> @Nullable E find(Class<E> values, String text) {
    String wanted = text.toLowerCase(Locale.ROOT);
    for (E value : values.getEnumConstants()) {
      if (spelling(value).equals(wanted)) {
        return value;
      }
    }
    return null;
  }

  /**
   * Returns all spellings, for messages.
   *
   * @param values the enum
   */
  public static String allowed(Class<? extends Enum<?>> values) {
    return Arrays.stream(values.getEnumConstants())
        .map(Choices::spelling)
        .collect(Collectors.joining(", "));
  }
}
