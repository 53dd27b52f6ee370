package io.siskin.index.testing;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Random values of declared fields: of all types, dense and sparse, constant, rising, and over all
 * 64 bits, with texts beyond ASCII.
 */
public final class RandomFields {
  /** The declared fields. */
  public static final Schema SCHEMA =
      new Schema(
          List.of(
              new Schema.Field("zone", FieldType.STRING),
              new Schema.Field("name", FieldType.STRING),
              new Schema.Field("tags", FieldType.STRING_LIST),
              new Schema.Field("rank", FieldType.INT64),
              new Schema.Field("wide", FieldType.INT64),
              new Schema.Field("same", FieldType.INT64),
              new Schema.Field("price", FieldType.DOUBLE),
              new Schema.Field("open", FieldType.BOOL),
              new Schema.Field("at", FieldType.TIMESTAMP)),
          null);

  private static final String[] PARTS = {"a", "b", "ab", "é", "\uffee", "\ud83d\udc26", "z", ""};

  private RandomFields() {}

  /** Draws the fields of some documents. */
  public static List<Map<String, FieldValue>> draw(int documents, Random random) {
    List<Map<String, FieldValue>> all = new ArrayList<>();
    // Some fields are in all documents of a stretch, and others in none of it.
    int stretch = 1 + random.nextInt(700);
    for (int i = 0; i < documents; i++) {
      Map<String, FieldValue> values = new LinkedHashMap<>();
      for (Schema.Field field : SCHEMA.fields()) {
        int mood = (i / stretch + field.name().length()) % 3;
        if (mood == 0 || (mood == 1 && random.nextInt(3) == 0)) {
          values.put(field.name(), value(field, i, random));
        }
      }
      all.add(values);
    }
    return all;
  }

  private static FieldValue value(Schema.Field field, int i, Random random) {
    return switch (field.name()) {
      case "zone" -> new FieldValue.Text("z" + random.nextInt(3));
      case "name" -> new FieldValue.Text(text(random));
      case "tags" -> {
        List<String> texts = new ArrayList<>();
        for (int left = random.nextInt(5); left > 0; left--) {
          texts.add(text(random));
        }
        yield new FieldValue.TextList(texts);
      }
      case "rank" -> new FieldValue.Whole(1_000_000 + i);
      case "wide" -> new FieldValue.Whole(random.nextLong());
      case "same" -> new FieldValue.Whole(-7);
      case "price" ->
          new FieldValue.Real(
              random.nextInt(20) == 0 ? Double.NEGATIVE_INFINITY : random.nextGaussian() * 100);
      case "open" -> new FieldValue.Flag(random.nextBoolean());
      case "at" -> new FieldValue.Moment(1_700_000_000_000_000L + random.nextInt(1_000_000_000));
      default -> throw new AssertionError(field);
    };
  }

  /** Draws a text. */
  public static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(5); left > 0; left--) {
      text.append(PARTS[random.nextInt(PARTS.length)]);
    }
    return text.toString();
  }
}
