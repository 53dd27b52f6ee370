package io.siskin.server.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.BoundedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a configuration file: YAML, whose mappings are sections. Read strictly: an unknown or
 * repeated key, an anchor and a value of another kind are errors, which name the file and the line.
 */
final class ConfigFile {
  private static final int LENGTH_BYTES_MAX = 1 << 20;
  private static final YAMLFactory YAML =
      YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final SettingsTree<?> tree;
  private final String file;
  private final YAMLParser parser;
  private final Map<String, GivenValue> given = new LinkedHashMap<>();

  private ConfigFile(SettingsTree<?> tree, String file, YAMLParser parser) {
    this.tree = tree;
    this.file = file;
    this.parser = parser;
  }

  /**
   * Reads a file.
   *
   * @param tree the settings that it may have
   * @param path the file
   * @return what it sets, by path
   * @throws InvalidInputException when it is malformed; it names the place
   */
  static Map<String, GivenValue> read(SettingsTree<?> tree, Path path) throws IOException {
    byte[] content = BoundedFile.readInput(path, LENGTH_BYTES_MAX);
    String file = path.toString();
    try (YAMLParser parser = YAML.createParser(content)) {
      ConfigFile reading = new ConfigFile(tree, file, parser);
      reading.document();
      return reading.given;
    } catch (JsonProcessingException malformed) {
      throw new InvalidInputException(
              "content", "not YAML: " + malformed.getOriginalMessage(), "a YAML mapping")
          .at(place(file, malformed));
    }
  }

  /** What is beyond the library's limits has no line. */
  private static String place(String file, JsonProcessingException malformed) {
    JsonLocation location = malformed.getLocation();
    return location == null ? file : file + ":" + location.getLineNr();
  }

  private void document() throws IOException {
    JsonToken first = parser.nextToken();
    // A file without any key sets nothing: all may be comments.
    if (first == null || isEmpty(first)) {
      return;
    }
    if (first != JsonToken.START_OBJECT) {
      throw wrong("content", parser.getText(), "a mapping of sections");
    }
    section("");
    if (parser.nextToken() != null) {
      throw wrong("content", "several documents", "one document");
    }
  }

  private void section(String prefix) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String path = prefix + parser.currentName();
      int line = line();
      JsonToken token = parser.nextToken();
      if (tree.isSection(path)) {
        if (token == JsonToken.START_OBJECT) {
          section(path + ".");
        } else if (!isEmpty(token)) {
          throw wrong(path, parser.getText(), "a mapping of settings");
        }
      } else {
        setting(path, line, token);
      }
    }
  }

  private void setting(String path, int line, JsonToken token) throws IOException {
    String place = file + ":" + line;
    SettingSpec setting;
    try {
      setting = tree.find(path);
    } catch (InvalidInputException unknown) {
      throw unknown.at(place);
    }
    if (isEmpty(token)) {
      return;
    }
    List<String> texts = new ArrayList<>();
    switch (setting.type()) {
      case SettingSpec.SettingType.TextsByName _ -> {
        require(path, token, JsonToken.START_OBJECT, "a mapping of names to values");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          texts.add(name + "=" + scalar(path + "." + name, parser.nextToken()));
        }
      }
      case SettingSpec.SettingType.Texts _, SettingSpec.SettingType.PathNames _ -> {
        require(path, token, JsonToken.START_ARRAY, "a list");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          texts.add(scalar(path, parser.currentToken()));
        }
      }
      default -> texts.add(scalar(path, token));
    }
    given.put(path, new GivenValue(path, texts, place));
  }

  private void require(String path, JsonToken found, JsonToken expected, String allowed)
      throws IOException {
    if (found != expected) {
      throw wrong(path, parser.getText(), allowed);
    }
  }

  private String scalar(String path, @Nullable JsonToken token) throws IOException {
    if (token == null || !token.isScalarValue()) {
      throw wrong(path, parser.getText(), "one value");
    }
    if (parser.isCurrentAlias()) {
      throw wrong(path, "*" + parser.getText(), "a value, not an alias of one");
    }
    return parser.getText();
  }

  /** A key without a value is one that nobody has set, as a variable without a value is. */
  private boolean isEmpty(JsonToken token) throws IOException {
    return token == JsonToken.VALUE_NULL
        || (token == JsonToken.VALUE_STRING && parser.getText().isEmpty());
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  private InvalidInputException wrong(String path, @Nullable String found, String allowed) {
    return new InvalidInputException(path, found, allowed).at(file + ":" + line());
  }
}
