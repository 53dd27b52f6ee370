package io.siskin.server.config;

import io.siskin.index.error.InvalidInputException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One setting: its names, its type, and what its values may be.
 *
 * @param path the names of its sections and its own, joined by dots: {@code grpc.port}
 * @param type the type of its values
 * @param declaration what the record says of it
 */
public record SettingSpec(String path, SettingType type, Setting declaration) {
  private static final String ENVIRONMENT_PREFIX = "SISKIN__";

  /** What values are and how they are read. */
  public sealed interface SettingType {
    /** A whole number. */
    record WholeNumber(boolean isLong) implements SettingType {}

    /** A number with a fraction. */
    record Decimal() implements SettingType {}

    /** True or false; an optional one can also be left to what another setting says. */
    record Switch(boolean isOptional) implements SettingType {}

    /** A text. */
    record Text() implements SettingType {}

    /** A file or folder. */
    record PathName() implements SettingType {}

    /** One of an enum's values, spelt in lower case with dashes. */
    record Choice(Class<? extends Enum<?>> values) implements SettingType {}

    /** Several texts. */
    record Texts() implements SettingType {}

    /** Several files or folders. */
    record PathNames() implements SettingType {}

    /** Texts by names. */
    record TextsByName() implements SettingType {}
  }

  static SettingSpec of(String path, RecordComponent component, Setting declaration) {
    return new SettingSpec(path, typeOf(path, component), declaration);
  }

  private static SettingType typeOf(String path, RecordComponent component) {
    Class<?> type = component.getType();
    if (type == int.class || type == Integer.class) {
      return new SettingType.WholeNumber(false);
    }
    if (type == long.class || type == Long.class) {
      return new SettingType.WholeNumber(true);
    }
    if (type == double.class || type == Double.class) {
      return new SettingType.Decimal();
    }
    if (type == boolean.class || type == Boolean.class) {
      return new SettingType.Switch(type == Boolean.class);
    }
    if (type == String.class) {
      return new SettingType.Text();
    }
    if (type == Path.class) {
      return new SettingType.PathName();
    }
    if (type.isEnum()) {
      return new SettingType.Choice(enumOf(type));
    }
    if (type == Map.class) {
      return new SettingType.TextsByName();
    }
    if (type == List.class && component.getGenericType() instanceof ParameterizedType list) {
      Type element = list.getActualTypeArguments()[0];
      return element == Path.class ? new SettingType.PathNames() : new SettingType.Texts();
    }
    throw new IllegalArgumentException(path + " has a type that no setting has: " + type);
  }

  @SuppressWarnings("unchecked") // Class.isEnum was asked.
  private static Class<? extends Enum<?>> enumOf(Class<?> type) {
    return (Class<? extends Enum<?>>) type;
  }

  /** Returns the name of its environment variable. */
  public String environmentName() {
    return ENVIRONMENT_PREFIX + path.replace(".", "__").toUpperCase(Locale.ROOT);
  }

  /** Returns its options of the command line, the long one last. */
  public List<String> flags() {
    return declaration.flags().length > 0
        ? List.of(declaration.flags())
        : List.of("--" + path.replace('.', '-').replace('_', '-'));
  }

  /** Tells whether it has more than one value. */
  public boolean isMany() {
    return switch (type) {
      case SettingType.Texts _, SettingType.PathNames _, SettingType.TextsByName _ -> true;
      default -> false;
    };
  }

  /** Returns what is allowed, in words, with the unit. */
  public String allowed() {
    return switch (type) {
      case SettingType.Switch _ -> "true or false";
      case SettingType.Choice(var values) -> Choices.allowed(values);
      case SettingType.WholeNumber _, SettingType.Decimal _ -> range();
      default -> declaration.allowed();
    };
  }

  private String range() {
    String unit = declaration.unit().isEmpty() ? "" : " " + declaration.unit();
    return declaration.max() == Long.MAX_VALUE
        ? declaration.min() + unit + " or more"
        : declaration.min() + " to " + declaration.max() + unit;
  }

  /** Returns its default in words. */
  public String defaultInWords() {
    if (!declaration.defaultText().isEmpty()) {
      return declaration.defaultText();
    }
    if (declaration.defaultValue().isEmpty()) {
      return type instanceof SettingType.Switch ? "false" : "none";
    }
    String unit = declaration.unit();
    return unit.isEmpty() ? declaration.defaultValue() : declaration.defaultValue() + " " + unit;
  }

  /**
   * Reads its value.
   *
   * @param given what was set; null for nothing
   * @return the value, in the type of the record's component; null for none
   * @throws InvalidInputException when it is not allowed; it names the setting, as it was spelt,
   *     and the place
   */
  @Nullable Object read(@Nullable GivenValue given) {
    if (given != null) {
      try {
        return read(given.name(), given.texts());
      } catch (InvalidInputException e) {
        throw given.place().isEmpty() ? e : e.at(given.place());
      }
    }
    String byDefault = declaration.defaultValue();
    if (byDefault.isEmpty()) {
      return switch (type) {
        case SettingType.Switch(boolean isOptional) -> isOptional ? null : false;
        case SettingType.Texts _, SettingType.PathNames _ -> List.of();
        case SettingType.TextsByName _ -> Map.of();
        default -> null;
      };
    }
    return read(path, List.of(byDefault));
  }

  private Object read(String name, List<String> texts) {
    if (!isMany() && texts.size() != 1) {
      throw new InvalidInputException(name, texts, "one value");
    }
    return switch (type) {
      case SettingType.WholeNumber(boolean isLong) -> wholeNumber(name, texts.getFirst(), isLong);
      case SettingType.Decimal _ -> decimal(name, texts.getFirst());
      case SettingType.Switch _ -> flag(name, texts.getFirst());
      case SettingType.Text _ -> texts.getFirst();
      case SettingType.PathName _ -> path(name, texts.getFirst());
      case SettingType.Choice(var values) -> choice(name, values, texts.getFirst());
      case SettingType.Texts _ -> List.copyOf(texts);
      case SettingType.PathNames _ -> texts.stream().map(text -> path(name, text)).toList();
      case SettingType.TextsByName _ -> byName(name, texts);
    };
  }

  private static Path path(String name, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException notRepresentable) {
      throw new InvalidInputException(
          name, text, "a path, without characters that the file system has no bytes for");
    }
  }

  private Object wholeNumber(String name, String text, boolean isLong) {
    long value;
    try {
      value = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(name, text, "a whole number, " + range());
    }
    long max = isLong ? declaration.max() : Math.min(declaration.max(), Integer.MAX_VALUE);
    if (value < declaration.min() || value > max) {
      throw new InvalidInputException(name, text, range());
    }
    if (isLong) {
      return value;
    }
    return (int) value;
  }

  private Object decimal(String name, String text) {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(name, text, "a number, " + range());
    }
    // Written so that NaN fails.
    if (!(value >= declaration.min() && value <= declaration.max())) {
      throw new InvalidInputException(name, text, range());
    }
    return value;
  }

  private static Object flag(String name, String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new InvalidInputException(name, text, "true or false");
    };
  }

  private static Object choice(String name, Class<? extends Enum<?>> values, String text) {
    Enum<?> found = Choices.find(values, text);
    if (found == null) {
      throw new InvalidInputException(name, text, Choices.allowed(values));
    }
    return found;
  }

  private static Map<String, String> byName(String name, List<String> texts) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String text : texts) {
      int at = text.indexOf('=');
      if (at < 1) {
        throw new InvalidInputException(name, text, "NAME=VALUE");
      }
      values.put(text.substring(0, at), text.substring(at + 1));
    }
    return Map.copyOf(values);
  }

  /**
   * Returns a value as it is written in a file, one text for each element.
   *
   * @param value a value that {@link #read} returned, not null
   */
  static List<String> texts(Object value) {
    return switch (value) {
      case List<?> list -> list.stream().map(String::valueOf).toList();
      case Map<?, ?> map ->
          map.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList();
      case Enum<?> choice -> List.of(Choices.spelling(choice));
      default -> List.of(value.toString());
    };
  }
}
