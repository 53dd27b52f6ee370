package io.siskin.server.app.flags;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * One of an enum's values as it is spelt on the command line: {@code PER_DOCUMENT} is {@code
 * per-document}.
 */
public final class Choice {
  private Choice() {}

  /**
   * Returns a converter whose error names every value that is allowed.
   *
   * @param type the enum
   */
  public static <E extends Enum<E>> ITypeConverter<E> of(Class<E> type) {
    return text ->
        Arrays.stream(type.getEnumConstants())
            .filter(value -> spelling(value).equals(text.toLowerCase(Locale.ROOT)))
            .findFirst()
            .orElseThrow(
                () ->
                    new TypeConversionException(
                        text
                            + "; allowed: "
                            + Arrays.stream(type.getEnumConstants())
                                .map(Choice::spelling)
                                .collect(Collectors.joining(", "))));
  }

  /**
   * Returns how a value is spelt.
   *
   * @param value the value
   */
  static String spelling(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
