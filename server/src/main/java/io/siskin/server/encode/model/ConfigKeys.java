package io.siskin.server.encode.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.siskin.index.error.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of a configuration file, read key by key. What was not asked for is unknown, and an
 * error in the end: a misspelt key must not be a default without anybody noticing. A key whose
 * value is null counts as missing.
 *
 * <p>For one thread. All errors are {@link InvalidInputException}s that name the file, the key, the
 * value and what is allowed.
 */
public final class ConfigKeys {
  private final String file;
  private final String prefix;
  private final JsonNode node;
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * Begins to read a mapping.
   *
   * @param file the file's path, for messages
   * @param prefix what stands before each key in messages; empty for the outermost mapping
   * @param node the mapping
   * @throws InvalidInputException when it is no mapping
   */
  public ConfigKeys(String file, String prefix, JsonNode node) {
    this.file = file;
    this.prefix = prefix;
    this.node = node;
    if (!node.isObject()) {
      throw wrong(
          prefix.isEmpty() ? "content" : prefix.replaceFirst("\\.$", ""), node, "a mapping");
    }
  }

  /**
   * Returns a mapping inside this one; an empty one when it is missing.
   *
   * @param key its key
   */
  public ConfigKeys section(String key) {
    JsonNode inside = get(key);
    return new ConfigKeys(
        file, prefix + key + ".", inside == null ? JsonNodeFactory.instance.objectNode() : inside);
  }

  /**
   * Returns a text.
   *
   * @param key its key
   * @param fallback what it is when it is missing; null where it must be there
   */
  public String text(String key, @Nullable String fallback) {
    JsonNode value = get(key);
    if (value == null && fallback != null) {
      return fallback;
    }
    if (value == null || !value.isTextual()) {
      throw wrong(prefix + key, value == null ? "missing" : value, "a text");
    }
    return value.textValue();
  }

  /**
   * Returns the path of a file in the directory or in a folder of it.
   *
   * @param key its key
   * @param fallback what it is when it is missing; null where it must be there
   */
  public String fileName(String key, @Nullable String fallback) {
    return checkFileName(key, text(key, fallback));
  }

  List<String> fileNames(String key) {
    JsonNode value = get(key);
    List<String> names = new ArrayList<>();
    if (value != null && !value.isArray()) {
      throw wrong(prefix + key, value, "a list of file names");
    }
    if (value != null) {
      value.forEach(name -> names.add(checkFileName(key, name.asText())));
    }
    return names;
  }

  /**
   * Returns a whole number.
   *
   * @param key its key
   * @param fallback what it is when it is missing, in the range or not
   * @param min the least that is allowed
   * @param max the most that is allowed
   */
  public int integer(String key, int fallback, int min, int max) {
    JsonNode value = get(key);
    if (value == null) {
      return fallback;
    }
    if (!value.isInt() || value.intValue() < min || value.intValue() > max) {
      throw wrong(prefix + key, value, "a whole number from " + min + " to " + max);
    }
    return value.intValue();
  }

  /**
   * Returns a finite number.
   *
   * @param key its key
   * @param fallback what it is when it is missing
   */
  public float number(String key, float fallback) {
    JsonNode value = get(key);
    if (value == null) {
      return fallback;
    }
    if (!value.isNumber() || !Float.isFinite(value.floatValue())) {
      throw wrong(prefix + key, value, "a number");
    }
    return value.floatValue();
  }

  /**
   * Returns a truth value.
   *
   * @param key its key
   * @param fallback what it is when it is missing
   */
  public boolean flag(String key, boolean fallback) {
    JsonNode value = get(key);
    if (value == null) {
      return fallback;
    }
    if (!value.isBoolean()) {
      throw wrong(prefix + key, value, "true or false");
    }
    return value.booleanValue();
  }

  /**
   * Returns one of some choices, each written as {@link #spelling} says.
   *
   * @param key its key
   * @param choices what is allowed
   * @param fallback what it is when it is missing; null where it must be there
   */
  public <E extends Enum<E>> E choice(String key, E[] choices, @Nullable E fallback) {
    JsonNode value = get(key);
    if (value == null && fallback != null) {
      return fallback;
    }
    for (E choice : choices) {
      if (value != null && value.isTextual() && spelling(choice).equals(value.textValue())) {
        return choice;
      }
    }
    String allowed =
        Arrays.stream(choices).map(ConfigKeys::spelling).collect(Collectors.joining(", "));
    throw wrong(prefix + key, value == null ? "missing" : value, "one of " + allowed);
  }

  /**
   * Returns a value of any kind.
   *
   * @param key its key
   * @return the value; null when it is missing
   */
  public @Nullable JsonNode value(String key) {
    return get(key);
  }

  /**
   * Takes keys as known whose values change nothing.
   *
   * @param keys the keys, there or not
   */
  public void ignore(String... keys) {
    known.addAll(Arrays.asList(keys));
  }

  /**
   * Returns how a choice is written: in lower case, with dashes between the words.
   *
   * @param choice the choice
   */
  public static String spelling(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Refuses what was not asked for.
   *
   * @throws InvalidInputException when the mapping has a key that no method was called with
   */
  public void finish() {
    for (String key : node.properties().stream().map(entry -> entry.getKey()).toList()) {
      if (!known.contains(key)) {
        throw wrong("key", prefix + key, "one of " + String.join(", ", known));
      }
    }
  }

  /**
   * Returns an error of this file.
   *
   * @param field the key, with those of the mappings around it
   * @param value what was found
   * @param allowed what would have been right
   */
  public InvalidInputException wrong(String field, Object value, String allowed) {
    return new InvalidInputException(field, value, allowed).at(file);
  }

  private String checkFileName(String key, String name) {
    if (!ModelPaths.isInside(name)) {
      throw wrong(
          prefix + key,
          name,
          "a file in the same folder or in one below it, such as onnx/model.onnx; not absolute,"
              + " no part of it beginning with '.'");
    }
    return name;
  }

  private @Nullable JsonNode get(String key) {
    known.add(key);
    JsonNode value = node.get(key);
    return value == null || value.isNull() ? null : value;
  }
}
