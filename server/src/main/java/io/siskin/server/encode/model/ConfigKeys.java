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
 * error in the end: a misspelt key must not be a default without anybody noticing.
 */
final class ConfigKeys {
  private final String file;
  private final String prefix;
  private final JsonNode node;
  private final Set<String> known = new LinkedHashSet<>();

  ConfigKeys(String file, String prefix, JsonNode node) {
    this.file = file;
    this.prefix = prefix;
    this.node = node;
    if (!node.isObject()) {
      throw wrong(
          prefix.isEmpty() ? "content" : prefix.replaceFirst("\\.$", ""), node, "a mapping");
    }
  }

  /** Returns a mapping inside this one; empty when it is missing. */
  ConfigKeys section(String key) {
    JsonNode inside = get(key);
    return new ConfigKeys(
        file, prefix + key + ".", inside == null ? JsonNodeFactory.instance.objectNode() : inside);
  }

  String text(String key, @Nullable String fallback) {
    JsonNode value = get(key);
    if (value == null && fallback != null) {
      return fallback;
    }
    if (value == null || !value.isTextual()) {
      throw wrong(prefix + key, value == null ? "missing" : value, "a text");
    }
    return value.textValue();
  }

  /** Returns the path of a file in the directory or in a folder of it. */
  String fileName(String key, @Nullable String fallback) {
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

  int integer(String key, int fallback, int min, int max) {
    JsonNode value = get(key);
    if (value == null) {
      return fallback;
    }
    if (!value.isInt() || value.intValue() < min || value.intValue() > max) {
      throw wrong(prefix + key, value, "a whole number from " + min + " to " + max);
    }
    return value.intValue();
  }

  float number(String key, float fallback) {
    JsonNode value = get(key);
    if (value == null) {
      return fallback;
    }
    if (!value.isNumber() || !Float.isFinite(value.floatValue())) {
      throw wrong(prefix + key, value, "a number");
    }
    return value.floatValue();
  }

  boolean flag(String key, boolean fallback) {
    JsonNode value = get(key);
    if (value == null) {
      return fallback;
    }
    if (!value.isBoolean()) {
      throw wrong(prefix + key, value, "true or false");
    }
    return value.booleanValue();
  }

  <E extends Enum<E>> E choice(String key, E[] choices, @Nullable E fallback) {
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

  /** Returns how a choice is written. */
  static String spelling(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Refuses what was not asked for. */
  void finish() {
    for (String key : node.properties().stream().map(entry -> entry.getKey()).toList()) {
      if (!known.contains(key)) {
        throw wrong("key", prefix + key, "one of " + String.join(", ", known));
      }
    }
  }

  InvalidInputException wrong(String field, Object value, String allowed) {
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
