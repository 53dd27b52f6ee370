package io.siskin.server.app.flags;

import io.siskin.server.config.Choices;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** One of an enum's values on the command line, spelt as in settings. */
public final class Choice {
  private Choice() {}

  /**
   * Returns a converter whose error names every value that is allowed.
   *
   * @param type the enum
   */
  public static <E extends Enum<E>> ITypeConverter<E> of(Class<E> type) {
    return text -> {
      E found = Choices.find(type, text);
      if (found == null) {
        throw new TypeConversionException(text + "; allowed: " + Choices.allowed(type));
      }
      return found;
    };
  }
}
