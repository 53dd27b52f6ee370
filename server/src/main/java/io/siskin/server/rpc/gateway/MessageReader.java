package io.siskin.server.rpc.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages from JSON, as protobuf writes them in JSON, in one pass and without a tree of the
 * text.
 *
 * <p>It takes what protobuf's own reader takes (which is its twin in the tests), except that it is
 * strict: names and values must be in quotation marks where JSON wants them, no name may stand
 * twice, an enum has no unknown numbers, and nothing follows the object. Each error names the
 * field, what is wrong with it and what is allowed. Of each dimension there is a limit: nesting
 * ({@value #DEPTH_MAX} levels), digits of a number ({@value #NUMBER_LENGTH_MAX}), and the length of
 * a name; the length of the whole is the caller's to limit.
 *
 * <p>It has no {@code Any}, no wrappers and no {@code Struct}, which no request has. Safe for
 * concurrent use.
 */
final class MessageReader {
  /**
   * How many objects and lists may be within each other. A filter of the greatest depth, which is
   * 32, has three for each of its levels.
   */
  static final int DEPTH_MAX = 128;

  /** The longest number, in characters. */
  static final int NUMBER_LENGTH_MAX = 100;

  private static final int NAME_LENGTH_MAX = 4_096;
  private static final int ENCODING_BYTES = 4;

  // Not interned: the names are the callers'. Its own table of names is bounded. (Without that
  // table,
  // Jackson would take bytes that are no UTF-8.)
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNumberLength(NUMBER_LENGTH_MAX)
                  .maxNameLength(NAME_LENGTH_MAX)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private MessageReader() {}

  /**
   * Reads one message.
   *
   * @param json an object in UTF-8; empty for a message without any field
   * @param message takes the fields
   * @throws InvalidInputException when it is not JSON, or no message of this type
   */
  static void read(byte[] json, Message.Builder message) {
    if (json.length == 0) {
      return;
    }
    checkEncoding(json);
    try (JsonParser parser = JSON.createParser(json)) {
      JsonPath root = JsonPath.root();
      readObject(parser, parser.nextToken(), message, root);
      if (parser.nextToken() != null) {
        throw new InvalidInputException("the body", "followed by more", "one object of JSON");
      }
    } catch (JsonProcessingException malformed) {
      throw malformed(malformed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Refuses what Jackson would take for UTF-16 or UTF-32. It finds out by the first four bytes, of
   * which none has these values where JSON is in UTF-8.
   */
  private static void checkEncoding(byte[] json) {
    for (int i = 0; i < Math.min(json.length, ENCODING_BYTES); i++) {
      if (json[i] == 0 || json[i] == (byte) 0xFE || json[i] == (byte) 0xFF) {
        throw new InvalidInputException(
            "the body", "not in UTF-8, by byte " + (i + 1), "one object of JSON in UTF-8");
      }
    }
  }

  private static InvalidInputException malformed(JsonProcessingException e) {
    String problem = e.getOriginalMessage();
    int line = problem.indexOf('\n');
    String place =
        e.getLocation() == null
            ? ""
            : " (line "
                + e.getLocation().getLineNr()
                + ", column "
                + e.getLocation().getColumnNr()
                + ")";
    String kind = e instanceof JsonParseException ? "not JSON" : "outside of the limits";
    return InvalidInputException.explained(
        "the body",
        kind + place + ": " + (line < 0 ? problem : problem.substring(0, line)),
        "one object of JSON in UTF-8, at most "
            + DEPTH_MAX
            + " levels deep, with numbers of at most "
            + NUMBER_LENGTH_MAX
            + " characters",
        e);
  }

  private static void readObject(
      JsonParser parser, @Nullable JsonToken token, Message.Builder message, JsonPath path)
      throws IOException {
    if (token != JsonToken.START_OBJECT) {
      throw JsonValues.mismatch(parser, path, "an object");
    }
    MessageShape shape = MessageShape.of(message.getDescriptorForType());
    Set<FieldDescriptor> seen = new HashSet<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      FieldDescriptor field = shape.field(name);
      if (field == null) {
        throw at(
            path,
            new InvalidInputException(
                name, "no field of " + message.getDescriptorForType().getName(), allowed(shape)));
      }
      if (!seen.add(field)) {
        throw at(path, new InvalidInputException(field.getName(), "given twice", "one value"));
      }
      JsonToken value = parser.nextToken();
      if (value != JsonToken.VALUE_NULL) {
        readField(parser, value, message, field, path);
      }
    }
  }

  private static String allowed(MessageShape shape) {
    return shape.fieldNames().isEmpty() ? "an object without members" : shape.fieldNames();
  }

  private static void readField(
      JsonParser parser,
      JsonToken token,
      Message.Builder message,
      FieldDescriptor field,
      JsonPath parent)
      throws IOException {
    JsonPath path = parent.field(field.getName());
    if (field.isMapField()) {
      readMap(parser, token, message, field, path);
    } else if (field.isRepeated()) {
      readList(parser, token, message, field, path);
    } else {
      checkOneof(message, field, parent);
      message.setField(field, readValue(parser, token, message, field, path));
    }
  }

  private static void checkOneof(Message.Builder message, FieldDescriptor field, JsonPath parent) {
    OneofDescriptor oneof = field.getRealContainingOneof();
    if (oneof != null && message.hasOneof(oneof)) {
      FieldDescriptor other = message.getOneofFieldDescriptor(oneof);
      throw at(
          parent,
          new InvalidInputException(
              field.getName(),
              "given beside " + other.getName(),
              "one of "
                  + oneof.getFields().stream()
                      .map(FieldDescriptor::getName)
                      .collect(Collectors.joining(", "))));
    }
  }

  private static void readList(
      JsonParser parser,
      JsonToken token,
      Message.Builder message,
      FieldDescriptor field,
      JsonPath path)
      throws IOException {
    if (token != JsonToken.START_ARRAY) {
      throw JsonValues.mismatch(parser, path, "a list");
    }
    for (JsonToken value = parser.nextToken();
        value != JsonToken.END_ARRAY;
        value = parser.nextToken()) {
      path.nextElement();
      message.addRepeatedField(field, readValue(parser, value, message, field, path));
    }
  }

  private static void readMap(
      JsonParser parser,
      JsonToken token,
      Message.Builder message,
      FieldDescriptor field,
      JsonPath path)
      throws IOException {
    if (token != JsonToken.START_OBJECT) {
      throw JsonValues.mismatch(parser, path, "an object");
    }
    FieldDescriptor key = field.getMessageType().findFieldByName("key");
    FieldDescriptor value = field.getMessageType().findFieldByName("value");
    Set<String> seen = new HashSet<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = JsonValues.wellFormed(parser.currentName(), path);
      if (!seen.add(name)) {
        throw at(path, new InvalidInputException(name, "given twice", "one value"));
      }
      Message.Builder entry = message.newBuilderForField(field);
      entry.setField(key, name);
      entry.setField(value, readValue(parser, parser.nextToken(), entry, value, path.field(name)));
      message.addRepeatedField(field, entry.build());
    }
  }

  private static Object readValue(
      JsonParser parser,
      JsonToken token,
      Message.Builder message,
      FieldDescriptor field,
      JsonPath path)
      throws IOException {
    if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      return JsonValues.read(parser, token, field, path);
    }
    return switch (MessageShape.of(field.getMessageType()).form()) {
      case TIMESTAMP -> JsonValues.timestamp(parser, token, path);
      case DURATION -> JsonValues.duration(parser, token, path);
      case OBJECT -> {
        Message.Builder child = message.newBuilderForField(field);
        readObject(parser, token, child, path);
        yield child.build();
      }
    };
  }

  private static InvalidInputException at(JsonPath path, InvalidInputException error) {
    return path.isRoot() ? error : error.at(path.toString());
  }
}
