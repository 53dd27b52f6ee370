package io.siskin.server.rpc.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import io.siskin.server.retrieve.ResponseTooLargeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes messages as JSON, as protobuf does: names in camel case, 64-bit numbers as texts, instants
 * and durations as texts. A field that cannot be absent is always written, also when it has its
 * default, so that an answer has the same members each time; an empty list is {@code []}.
 *
 * <p>Of {@code Any}, it knows the details of errors. Safe for concurrent use.
 */
final class MessageWriter {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int FIRST_BYTES = 1_024;
  private static final int NANOS_PER_MILLI = 1_000_000;
  private static final int NANOS_PER_MICRO = 1_000;

  /** What the details of an error can be, by the full name. */
  private static final Map<String, Message> DETAILS =
      Stream.<Message>of(
              BadRequest.getDefaultInstance(),
              ErrorInfo.getDefaultInstance(),
              ResourceInfo.getDefaultInstance(),
              RetryInfo.getDefaultInstance())
          .collect(
              Collectors.toMap(
                  detail -> detail.getDescriptorForType().getFullName(), Function.identity()));

  private MessageWriter() {}

  /**
   * Writes a message.
   *
   * @param message the message
   * @param lengthBytesMax the longest text, in bytes
   * @return JSON in UTF-8
   * @throws ResponseTooLargeException when it would be longer
   */
  static byte[] write(Message message, int lengthBytesMax) {
    Bounded bytes = new Bounded(lengthBytesMax);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      writeMessage(json, message);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.buffer.toByteArray();
  }

  private static void writeMessage(JsonGenerator json, Message message) throws IOException {
    Descriptor type = message.getDescriptorForType();
    if (message instanceof Any any) {
      writeAny(json, any);
      return;
    }
    switch (MessageShape.of(type).form()) {
      case TIMESTAMP -> json.writeString(timestamp(message, type));
      case DURATION -> json.writeString(duration(message, type));
      case OBJECT -> {
        json.writeStartObject();
        writeFields(json, message, type);
        json.writeEndObject();
      }
    }
  }

  private static void writeFields(JsonGenerator json, Message message, Descriptor type)
      throws IOException {
    for (FieldDescriptor field : type.getFields()) {
      if (field.hasPresence() && !message.hasField(field)) {
        continue;
      }
      json.writeFieldName(field.getJsonName());
      if (field.isMapField()) {
        writeMap(json, (List<?>) message.getField(field));
      } else if (field.isRepeated()) {
        json.writeStartArray();
        for (Object element : (List<?>) message.getField(field)) {
          writeValue(json, field, element);
        }
        json.writeEndArray();
      } else {
        writeValue(json, field, message.getField(field));
      }
    }
  }

  private static void writeMap(JsonGenerator json, List<?> entries) throws IOException {
    json.writeStartObject();
    for (Object element : entries) {
      Message entry = (Message) element;
      FieldDescriptor key = entry.getDescriptorForType().findFieldByName("key");
      FieldDescriptor value = entry.getDescriptorForType().findFieldByName("value");
      json.writeFieldName(String.valueOf(entry.getField(key)));
      writeValue(json, value, entry.getField(value));
    }
    json.writeEndObject();
  }

  private static void writeValue(JsonGenerator json, FieldDescriptor field, Object value)
      throws IOException {
    switch (field.getType()) {
      case STRING -> json.writeString((String) value);
      case BOOL -> json.writeBoolean((Boolean) value);
      // What is not a number is written in quotation marks.
      case FLOAT -> json.writeNumber((Float) value);
      case DOUBLE -> json.writeNumber((Double) value);
      case INT32, SINT32, SFIXED32 -> json.writeNumber((Integer) value);
      case UINT32, FIXED32 -> json.writeNumber(Integer.toUnsignedLong((Integer) value));
      case INT64, SINT64, SFIXED64 -> json.writeString(Long.toString((Long) value));
      case UINT64, FIXED64 -> json.writeString(Long.toUnsignedString((Long) value));
      case BYTES -> json.writeBinary(((com.google.protobuf.ByteString) value).toByteArray());
      case ENUM -> {
        EnumValueDescriptor named = (EnumValueDescriptor) value;
        if (named.getIndex() < 0) {
          json.writeNumber(named.getNumber());
        } else {
          json.writeString(named.getName());
        }
      }
      case MESSAGE, GROUP -> writeMessage(json, (Message) value);
    }
  }

  private static void writeAny(JsonGenerator json, Any any) throws IOException {
    json.writeStartObject();
    json.writeStringField("@type", any.getTypeUrl());
    Message known = DETAILS.get(any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('/') + 1));
    if (known == null) {
      json.writeBinaryField("value", any.getValue().toByteArray());
    } else {
      try {
        Message detail = known.getParserForType().parseFrom(any.getValue());
        writeFields(json, detail, detail.getDescriptorForType());
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("a detail that this server made cannot be read", e);
      }
    }
    json.writeEndObject();
  }

  private static String timestamp(Message timestamp, Descriptor type) {
    return Instant.ofEpochSecond(
            (Long) timestamp.getField(type.findFieldByName("seconds")),
            (Integer) timestamp.getField(type.findFieldByName("nanos")))
        .toString();
  }

  private static String duration(Message duration, Descriptor type) {
    long seconds = (Long) duration.getField(type.findFieldByName("seconds"));
    int nanos = (Integer) duration.getField(type.findFieldByName("nanos"));
    StringBuilder text = new StringBuilder();
    if (seconds < 0 || nanos < 0) {
      text.append('-');
    }
    text.append(Math.abs(seconds));
    int fraction = Math.abs(nanos);
    if (fraction > 0) {
      if (fraction % NANOS_PER_MILLI == 0) {
        text.append(String.format(Locale.ROOT, ".%03d", fraction / NANOS_PER_MILLI));
      } else if (fraction % NANOS_PER_MICRO == 0) {
        text.append(String.format(Locale.ROOT, ".%06d", fraction / NANOS_PER_MICRO));
      } else {
        text.append(String.format(Locale.ROOT, ".%09d", fraction));
      }
    }
    return text.append('s').toString();
  }

  /** Takes bytes up to a number of them. */
  private static final class Bounded extends OutputStream {
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(FIRST_BYTES);
    private final int lengthBytesMax;

    Bounded(int lengthBytesMax) {
      this.lengthBytesMax = lengthBytesMax;
    }

    @Override
    public void write(int single) {
      check(1);
      buffer.write(single);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      check(length);
      buffer.write(bytes, offset, length);
    }

    private void check(int length) {
      if (buffer.size() + (long) length > lengthBytesMax) {
        throw new ResponseTooLargeException(buffer.size() + (long) length, lengthBytesMax);
      }
    }
  }
}
