package io.siskin.server.rpc.mapping;

import com.google.protobuf.Timestamp;
import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.FieldValue;
import io.siskin.proto.v1.StringList;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The translation between the messages of field values and the domain's own. */
final class FieldMapper {
  private static final int NANOS_PER_SECOND = 1_000_000_000;

  private FieldMapper() {}

  /**
   * Translates the fields of a document.
   *
   * @param path their path in the request
   * @param messages the values by the names of the fields
   * @throws InvalidInputException when a value is not set or outside its range
   */
  static Map<String, io.siskin.index.document.FieldValue> toDomain(
      String path, Map<String, FieldValue> messages) {
    Map<String, io.siskin.index.document.FieldValue> values = new LinkedHashMap<>();
    messages.forEach((name, value) -> values.put(name, toDomain(path + "." + name, value)));
    return values;
  }

  /**
   * Translates a value.
   *
   * @param path its path in the request
   * @param message the value
   * @throws InvalidInputException when it is not set or outside its range
   */
  static io.siskin.index.document.FieldValue toDomain(String path, FieldValue message) {
    return switch (message.getKindCase()) {
      case STRING_VALUE -> new io.siskin.index.document.FieldValue.Text(message.getStringValue());
      case STRING_LIST_VALUE ->
          texts(path + ".string_list_value.values", message.getStringListValue());
      case INT64_VALUE -> new io.siskin.index.document.FieldValue.Whole(message.getInt64Value());
      case DOUBLE_VALUE -> {
        if (Double.isNaN(message.getDoubleValue())) {
          throw new InvalidInputException(path + ".double_value", "NaN", "a number");
        }
        yield new io.siskin.index.document.FieldValue.Real(message.getDoubleValue());
      }
      case BOOL_VALUE -> new io.siskin.index.document.FieldValue.Flag(message.getBoolValue());
      case TIMESTAMP_VALUE -> moment(path + ".timestamp_value", message.getTimestampValue());
      case KIND_NOT_SET -> throw new InvalidInputException(path, "not set", "a value");
    };
  }

  /** The count is checked here, before the texts are sorted: a list can be as long as a request. */
  private static io.siskin.index.document.FieldValue texts(String path, StringList message) {
    int countMax = io.siskin.index.document.FieldValue.LIST_SIZE_MAX;
    if (message.getValuesCount() > countMax) {
      throw new InvalidInputException(
          path, message.getValuesCount() + " texts", "at most " + countMax + " texts");
    }
    return new io.siskin.index.document.FieldValue.TextList(message.getValuesList());
  }

  private static io.siskin.index.document.FieldValue moment(String path, Timestamp message) {
    try {
      if (message.getNanos() < 0 || message.getNanos() >= NANOS_PER_SECOND) {
        throw new DateTimeException("nanoseconds out of range");
      }
      return io.siskin.index.document.FieldValue.Moment.of(
          Instant.ofEpochSecond(message.getSeconds(), message.getNanos()));
    } catch (DateTimeException | ArithmeticException outside) {
      throw new InvalidInputException(
          path,
          message.getSeconds() + " s, " + message.getNanos() + " ns",
          "an instant with 0 to 999,999,999 ns whose microseconds fit 64 bits");
    }
  }

  /**
   * Translates a value.
   *
   * @param value the value
   */
  static FieldValue toProto(io.siskin.index.document.FieldValue value) {
    FieldValue.Builder message = FieldValue.newBuilder();
    switch (value) {
      case io.siskin.index.document.FieldValue.Text(String text) -> message.setStringValue(text);
      case io.siskin.index.document.FieldValue.TextList list ->
          message.setStringListValue(StringList.newBuilder().addAllValues(list.values()));
      case io.siskin.index.document.FieldValue.Whole(long number) -> message.setInt64Value(number);
      case io.siskin.index.document.FieldValue.Real(double number) ->
          message.setDoubleValue(number);
      case io.siskin.index.document.FieldValue.Flag(boolean flag) -> message.setBoolValue(flag);
      case io.siskin.index.document.FieldValue.Moment moment ->
          message.setTimestampValue(timestamp(moment.instant()));
    }
    return message.build();
  }

  /**
   * Translates an instant.
   *
   * @param instant the instant
   */
  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
