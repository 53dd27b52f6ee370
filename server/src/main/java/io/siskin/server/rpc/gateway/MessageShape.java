package io.siskin.server.rpc.gateway;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a message looks like in JSON: an object with its fields, or a text. Immutable; one per type
 * is kept.
 *
 * @param form object or text
 * @param byName the fields by both of their names: {@code documentCount} and {@code document_count}
 * @param fieldNames the names of the fields as they stand in the API's files, for errors
 */
record MessageShape(Form form, Map<String, FieldDescriptor> byName, String fieldNames) {
  /** What stands for a message. */
  enum Form {
    /** An object with a member for each field. */
    OBJECT,
    /** An instant as RFC 3339 writes it. */
    TIMESTAMP,
    /** Seconds with a unit: {@code 1.5s}. */
    DURATION
  }

  private static final Map<Descriptor, MessageShape> KEPT = new ConcurrentHashMap<>();

  /**
   * Returns the shape of a type.
   *
   * @param type a type of the API
   */
  static MessageShape of(Descriptor type) {
    MessageShape kept = KEPT.get(type);
    return kept == null ? KEPT.computeIfAbsent(type, MessageShape::read) : kept;
  }

  private static MessageShape read(Descriptor type) {
    Map<String, FieldDescriptor> byName = new HashMap<>();
    for (FieldDescriptor field : type.getFields()) {
      byName.put(field.getName(), field);
      byName.put(field.getJsonName(), field);
    }
    return new MessageShape(
        form(type),
        Map.copyOf(byName),
        type.getFields().stream().map(FieldDescriptor::getName).collect(Collectors.joining(", ")));
  }

  private static Form form(Descriptor type) {
    if (type.getFullName().equals(Timestamp.getDescriptor().getFullName())) {
      return Form.TIMESTAMP;
    }
    return type.getFullName().equals(Duration.getDescriptor().getFullName())
        ? Form.DURATION
        : Form.OBJECT;
  }

  /**
   * Returns the field of a name.
   *
   * @param name one of its two names
   * @return the field, or null
   */
  @Nullable FieldDescriptor field(String name) {
    return byName.get(name);
  }
}
