package io.siskin.server.rpc.gateway;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Makes messages of any type of the API at random. */
public final class RandomMessages {
  private static final int DEPTH_MAX = 5;
  private static final float[] FLOATS = {
    0,
    1,
    -1.5f,
    0.1f,
    Float.MIN_VALUE,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    16_777_216,
    Float.MIN_NORMAL,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY
  };
  private static final double[] DOUBLES = {
    0, 1, -1.5, 0.1, Double.MIN_VALUE, Double.MAX_VALUE, 1e22, Double.NaN, Double.POSITIVE_INFINITY
  };
  private static final long[] LONGS = {
    0, 1, -1, 9, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE, Long.MIN_VALUE, 4_294_967_295L
  };
  private static final List<String> TEXTS =
      List.of("", "a", "Käse", "\u0000\n\t\"\\/", "\ud83d\udc26", "</script>", "\u2028", "x y=z");

  private final Random random;

  /** Makes messages with this source of randomness. */
  public RandomMessages(Random random) {
    this.random = random;
  }

  /** Returns a message of the type of another one. */
  public Message like(Message prototype) {
    return fill(prototype.newBuilderForType(), 0);
  }

  private Message fill(Message.Builder message, int depth) {
    Descriptor type = message.getDescriptorForType();
    for (FieldDescriptor field : type.getFields()) {
      boolean nests = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      if (random.nextInt(3) == 0 || (nests && depth >= DEPTH_MAX)) {
        continue;
      }
      if (field.isMapField()) {
        fillMap(message, field, depth);
      } else if (field.isRepeated()) {
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
          message.addRepeatedField(field, value(message, field, depth));
        }
      } else {
        // Of a oneof, the last one that is set counts.
        message.setField(field, value(message, field, depth));
      }
    }
    return message.build();
  }

  private void fillMap(Message.Builder message, FieldDescriptor field, int depth) {
    Set<String> names = new HashSet<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      String name = TEXTS.get(random.nextInt(TEXTS.size()));
      if (names.add(name)) {
        Message.Builder entry = message.newBuilderForField(field);
        FieldDescriptor value = field.getMessageType().findFieldByName("value");
        entry.setField(field.getMessageType().findFieldByName("key"), name);
        entry.setField(value, value(entry, value, depth));
        message.addRepeatedField(field, entry.build());
      }
    }
  }

  private Object value(Message.Builder message, FieldDescriptor field, int depth) {
    return switch (field.getType()) {
      case STRING -> TEXTS.get(random.nextInt(TEXTS.size()));
      case BOOL -> random.nextBoolean();
      case FLOAT ->
          random.nextBoolean()
              ? FLOATS[random.nextInt(FLOATS.length)]
              : Float.intBitsToFloat(random.nextInt() & 0x7F7F_FFFF);
      case DOUBLE ->
          random.nextBoolean() ? DOUBLES[random.nextInt(DOUBLES.length)] : random.nextGaussian();
      case UINT32, INT32 -> (int) LONGS[random.nextInt(LONGS.length)];
      case UINT64, INT64 -> LONGS[random.nextInt(LONGS.length)];
      case ENUM -> {
        List<EnumValueDescriptor> values = field.getEnumType().getValues();
        yield values.get(random.nextInt(values.size()));
      }
      case MESSAGE -> messageValue(message.newBuilderForField(field), depth);
      default -> throw new AssertionError("the API has no field like " + field.getFullName());
    };
  }

  private Message messageValue(Message.Builder message, int depth) {
    return switch (message.getDescriptorForType().getFullName()) {
      case "google.protobuf.Timestamp" ->
          Timestamp.newBuilder()
              .setSeconds(random.nextLong(-62_135_596_800L, 253_402_300_800L))
              .setNanos(nanos())
              .build();
      case "google.protobuf.Duration" -> {
        int sign = random.nextBoolean() ? 1 : -1;
        yield Duration.newBuilder()
            .setSeconds(sign * random.nextLong(315_576_000_000L))
            .setNanos(sign * nanos())
            .build();
      }
      // Its details are of any type; ErrorJsonTest has those that there are.
      case "google.rpc.Status" ->
          com.google.rpc.Status.newBuilder().setCode(random.nextInt(17)).setMessage("x").build();
      default -> fill(message, depth + 1);
    };
  }

  private int nanos() {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> random.nextInt(1_000) * 1_000_000;
      case 2 -> random.nextInt(1_000_000) * 1_000;
      default -> random.nextInt(1_000_000_000);
    };
  }
}
