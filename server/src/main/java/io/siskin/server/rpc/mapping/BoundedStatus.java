package io.siskin.server.rpc.mapping;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import com.google.rpc.Status;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Makes statuses that fit into the trailers of a call, whatever names and values they quote.
 *
 * <p>Many clients accept 8 KiB of headers, and end a call whose trailers are longer with
 * RESOURCE_EXHAUSTED, so that its caller never learns what went wrong. The message travels twice:
 * percent-encoded in {@code grpc-message}, where a byte outside of ASCII takes three, and with the
 * details in {@code grpc-status-details-bin}, in base 64.
 */
final class BoundedStatus {
  /** The most bytes that message and details take in the trailers, with the names of both. */
  static final int TRAILERS_BYTES_MAX = 4_096;

  /** The most bytes of a message as {@code grpc-message}. */
  static final int MESSAGE_BYTES_MAX = 900;

  // Before base 64, which adds a third.
  private static final int STATUS_BYTES_MAX = 2_100;

  // Of one text within the details.
  private static final int DETAIL_TEXT_BYTES_MAX = 600;

  // Tags and lengths of a part, generously.
  private static final int PART_OVERHEAD_BYTES = 8;

  private static final String ELLIPSIS = "…";

  private BoundedStatus() {}

  /**
   * Makes a status. Long texts in it are cut between characters and end in an ellipsis; elements of
   * lists that do not fit are left out from the last one on.
   *
   * @param code the code
   * @param message what went wrong
   * @param details typed details
   */
  static Status of(Code code, String message, Message... details) {
    Status.Builder status =
        Status.newBuilder().setCode(code.getNumber()).setMessage(cutMessage(message));
    for (Message detail : details) {
      int free = STATUS_BYTES_MAX - status.build().getSerializedSize() - typeOverheadBytes(detail);
      Message bounded = bounded(detail, free);
      if (bounded.getSerializedSize() <= free) {
        status.addDetails(Any.pack(bounded));
      }
    }
    return status.build();
  }

  /**
   * Cuts a text so that it is short as a whole message.
   *
   * @param text any text
   */
  static String cutMessage(String text) {
    return cutPercentEncoded(text, MESSAGE_BYTES_MAX);
  }

  /**
   * Cuts a text between two characters.
   *
   * @param text any text
   * @param bytesMax how long it may be when it is percent-encoded, in bytes; at least 9
   */
  static String cutPercentEncoded(String text, int bytesMax) {
    return cut(
        text,
        bytesMax,
        character ->
            character >= ' ' && character < 0x7F && character != '%'
                ? 1
                : 3 * utf8Bytes(character));
  }

  private static String cut(String text, int bytesMax, IntUnaryOperator cost) {
    int budget = bytesMax - cost.applyAsInt(ELLIPSIS.codePointAt(0));
    int used = 0;
    int fitting = 0;
    for (int at = 0; at < text.length(); ) {
      int character = text.codePointAt(at);
      at += Character.charCount(character);
      used += cost.applyAsInt(character);
      if (used > bytesMax) {
        return text.substring(0, fitting) + ELLIPSIS;
      }
      if (used <= budget) {
        fitting = at;
      }
    }
    return text;
  }

  private static int utf8Bytes(int character) {
    if (character < 0x80) {
      return 1;
    }
    if (character < 0x800) {
      return 2;
    }
    return character < 0x10000 ? 3 : 4;
  }

  private static int typeOverheadBytes(Message detail) {
    return "type.googleapis.com/".length()
        + detail.getDescriptorForType().getFullName().length()
        + 2 * PART_OVERHEAD_BYTES;
  }

  private static Message bounded(Message message, int bytesMax) {
    Message.Builder bounded = message.newBuilderForType();
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              if (field.isRepeated()) {
                addWhatFits(bounded, field, (List<?>) value, bytesMax);
              } else {
                bounded.setField(field, boundedValue(value, bytesMax));
              }
            });
    return bounded.build();
  }

  private static void addWhatFits(
      Message.Builder message, FieldDescriptor field, List<?> elements, int bytesMax) {
    int free = bytesMax - message.build().getSerializedSize();
    for (Object element : elements) {
      Object bounded = boundedValue(element, bytesMax);
      free -= lengthBytes(bounded) + PART_OVERHEAD_BYTES;
      if (free < 0) {
        return;
      }
      message.addRepeatedField(field, bounded);
    }
  }

  private static Object boundedValue(Object value, int bytesMax) {
    return switch (value) {
      case String text -> cut(text, DETAIL_TEXT_BYTES_MAX, BoundedStatus::utf8Bytes);
      case Message message -> bounded(message, bytesMax);
      default -> value;
    };
  }

  private static int lengthBytes(Object value) {
    return switch (value) {
      case String text -> text.codePoints().map(BoundedStatus::utf8Bytes).sum();
      case Message message -> message.getSerializedSize();
      default -> Long.BYTES;
    };
  }
}
