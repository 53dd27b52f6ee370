package io.siskin.loadtest.load.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of a scenario, read key by key. A key that nobody asked for is an error, so that a
 * misspelt one is not a default without anybody noticing.
 */
final class YamlKeys {
  private final String place;
  private final JsonNode node;
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * Begins to read a mapping.
   *
   * @param place where it is, for errors: a file, and then keys
   * @param node its content
   */
  YamlKeys(String place, JsonNode node) {
    this.place = place;
    this.node = node;
    if (!node.isObject()) {
      throw new InvalidInputException("content", node, "a mapping").at(place);
    }
  }

  /** Tells whether there is a value. */
  boolean has(String key) {
    return get(key) != null;
  }

  String text(String key, @Nullable String fallback) {
    JsonNode value = get(key);
    if (value == null && fallback != null) {
      return fallback;
    }
    if (value == null || !value.isTextual()) {
      throw wrong(key, value, "a text");
    }
    return value.textValue();
  }

  @Nullable String textOrNull(String key) {
    return has(key) ? text(key, null) : null;
  }

  int integer(String key, int fallback) {
    JsonNode value = get(key);
    if (value == null) {
      return fallback;
    }
    if (!value.isInt()) {
      throw wrong(key, value, "a whole number");
    }
    return value.intValue();
  }

  long wide(String key, long fallback) {
    JsonNode value = get(key);
    if (value == null) {
      return fallback;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(key, value, "a whole number");
    }
    return value.longValue();
  }

  double number(String key, @Nullable Double fallback) {
    JsonNode value = get(key);
    if (value == null && fallback != null) {
      return fallback;
    }
    if (value == null || !value.isNumber()) {
      throw wrong(key, value, "a number");
    }
    return value.doubleValue();
  }

  boolean flag(String key) {
    JsonNode value = get(key);
    if (value == null) {
      return false;
    }
    if (!value.isBoolean()) {
      throw wrong(key, value, "true or false");
    }
    return value.booleanValue();
  }

  <E extends Enum<E>> E choice(String key, E[] choices, @Nullable E fallback) {
    JsonNode value = get(key);
    if (value == null && fallback != null) {
      return fallback;
    }
    for (E choice : choices) {
      if (value != null && spelling(choice).equals(value.asText())) {
        return choice;
      }
    }
    throw wrong(
        key,
        value,
        "one of " + String.join(", ", Arrays.stream(choices).map(YamlKeys::spelling).toList()));
  }

  private static String spelling(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  /** Returns the mappings of a list; none when it is missing. */
  List<YamlKeys> list(String key) {
    JsonNode value = get(key);
    List<YamlKeys> all = new ArrayList<>();
    if (value == null) {
      return all;
    }
    if (!value.isArray()) {
      throw wrong(key, value, "a list");
    }
    for (JsonNode one : value) {
      all.add(new YamlKeys(place + ": " + key + "[" + all.size() + "]", one));
    }
    return all;
  }

  /** Returns the texts of a list; numbers are texts too. None when it is missing. */
  List<String> texts(String key) {
    JsonNode value = get(key);
    return value == null ? List.of() : texts(key, value);
  }

  private List<String> texts(String key, JsonNode value) {
    List<String> all = new ArrayList<>();
    for (JsonNode one : value) {
      if (!one.isValueNode() || one.isNull()) {
        throw wrong(key, value, "a list of texts or numbers");
      }
      all.add(one.asText());
    }
    if (!value.isArray() || all.isEmpty()) {
      throw wrong(key, value, "a list of texts or numbers, with at least one");
    }
    return all;
  }

  /** Returns a mapping of names to lists of texts; empty when it is missing. */
  Map<String, List<String>> textLists(String key) {
    JsonNode value = get(key);
    Map<String, List<String>> all = new LinkedHashMap<>();
    if (value == null) {
      return all;
    }
    if (!value.isObject()) {
      throw wrong(key, value, "a mapping of names to lists");
    }
    value.properties().forEach(one -> all.put(one.getKey(), texts(key, one.getValue())));
    return all;
  }

  /** Refuses what was not asked for. */
  void finish() {
    for (Map.Entry<String, JsonNode> one : node.properties()) {
      if (!known.contains(one.getKey())) {
        throw new InvalidInputException("key", one.getKey(), "one of " + String.join(", ", known))
            .at(place);
      }
    }
  }

  /** Adds the place to an error of what is made of the values. */
  <T> T made(Supplier<T> maker) {
    try {
      return maker.get();
    } catch (InvalidInputException invalid) {
      throw invalid.place() == null ? invalid.at(place) : invalid;
    }
  }

  InvalidInputException wrong(String key, @Nullable Object value, String allowed) {
    return new InvalidInputException(key, value == null ? "missing" : value, allowed).at(place);
  }

  private @Nullable JsonNode get(String key) {
    known.add(key);
    JsonNode value = node.get(key);
    return value == null || value.isNull() ? null : value;
  }
}
