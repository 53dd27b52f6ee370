package io.siskin.server.filter;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.server.filter.Filter.AllOf;
import io.siskin.server.filter.Filter.AnyOf;
import io.siskin.server.filter.Filter.Bound;
import io.siskin.server.filter.Filter.Exists;
import io.siskin.server.filter.Filter.In;
import io.siskin.server.filter.Filter.InRange;
import io.siskin.server.filter.Filter.Not;
import io.siskin.server.filter.Filter.Prefix;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Random filters and documents of one schema with fields of all types, some of odd names. */
final class RandomFilters {
  static final Schema SCHEMA =
      new Schema(
          List.of(
              new Schema.Field("lang", FieldType.STRING),
              new Schema.Field("tags", FieldType.STRING_LIST),
              new Schema.Field("year", FieldType.INT64),
              new Schema.Field("score", FieldType.DOUBLE),
              new Schema.Field("open", FieldType.BOOL),
              new Schema.Field("created", FieldType.TIMESTAMP),
              new Schema.Field("Not", FieldType.INT64),
              new Schema.Field("exists", FieldType.STRING),
              new Schema.Field("a.b-c", FieldType.BOOL)),
          null);

  /** Texts around the borders of bytes, of UTF-16 units and of code points. */
  private static final List<String> TEXTS =
      List.of(
          "",
          "\0",
          "a",
          "a\0",
          "ab",
          "a\"b'\\\n\t\u0001",
          "a\u007f",
          "a\u0080",
          "aé",
          "a\ud7ff",
          "a\ue000",
          "a\uffff",
          "a\ud800\udc00",
          "a\udbff\udfff",
          "a\udbff\udfffz",
          "\udbff\udfff",
          "b",
          "starts with");

  private static final double[] DOUBLES = {
    Double.NEGATIVE_INFINITY,
    -Double.MAX_VALUE,
    -1.5,
    -Double.MIN_VALUE,
    -0.0,
    0,
    Double.MIN_VALUE,
    1,
    1e10,
    Double.MAX_VALUE,
    Double.POSITIVE_INFINITY
  };

  private static final long[] LONGS = {
    Long.MIN_VALUE, Long.MIN_VALUE + 1, -1_000_000, -1, 0, 1, 2, 3, 2020, Long.MAX_VALUE
  };

  private final Random random;

  RandomFilters(Random random) {
    this.random = random;
  }

  /** Returns a filter that fits the schema, at most {@code depth} deep. */
  Filter filter(int depth) {
    int kind = random.nextInt(depth <= 1 ? 4 : 8);
    return switch (kind) {
      case 4, 5 -> new AllOf(filters(depth - 1));
      case 6 -> new AnyOf(filters(depth - 1));
      case 7 -> new Not(filter(depth - 1));
      default -> condition(SCHEMA.fields().get(random.nextInt(SCHEMA.fields().size())), kind);
    };
  }

  private List<Filter> filters(int depth) {
    return IntStream.range(0, random.nextInt(4)).mapToObj(_ -> filter(depth)).toList();
  }

  private Filter condition(Schema.Field field, int kind) {
    FieldType type = field.type();
    if (kind == 0) {
      return new Exists(field.name());
    }
    if (kind == 1 && type != FieldType.BOOL) {
      return new InRange(field.name(), bound(type), bound(type));
    }
    if (kind == 2 && type.isText()) {
      return new Prefix(field.name(), text());
    }
    int values = random.nextInt(10) == 0 ? 40 : random.nextInt(4);
    return new In(
        field.name(), IntStream.range(0, values).mapToObj(_ -> conditionValue(type)).toList());
  }

  private @Nullable Bound bound(FieldType type) {
    return random.nextInt(3) == 0 ? null : new Bound(conditionValue(type), random.nextBoolean());
  }

  private FieldValue conditionValue(FieldType type) {
    return value(type == FieldType.STRING_LIST ? FieldType.STRING : type);
  }

  FieldValue value(FieldType type) {
    return switch (type) {
      case STRING -> new FieldValue.Text(text());
      case STRING_LIST ->
          new FieldValue.TextList(
              IntStream.range(0, random.nextInt(4)).mapToObj(_ -> text()).toList());
      case INT64 -> new FieldValue.Whole(number());
      case DOUBLE -> new FieldValue.Real(DOUBLES[random.nextInt(DOUBLES.length)]);
      case BOOL -> new FieldValue.Flag(random.nextBoolean());
      case TIMESTAMP -> new FieldValue.Moment(number());
    };
  }

  private long number() {
    return random.nextInt(4) == 0 ? random.nextInt(200) : LONGS[random.nextInt(LONGS.length)];
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  /**
   * Returns documents of which each has some fields.
   *
   * @param without no document has these
   */
  List<Map<String, FieldValue>> documents(int count, List<String> without) {
    List<Map<String, FieldValue>> documents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, FieldValue> document = new LinkedHashMap<>();
      for (Schema.Field field : SCHEMA.fields()) {
        if (random.nextInt(4) > 0 && !without.contains(field.name())) {
          document.put(field.name(), value(field.type()));
        }
      }
      documents.add(document);
    }
    return documents;
  }

  /** Returns whether a filter admits a document, in the most direct way. */
  static boolean admits(Filter filter, Map<String, FieldValue> document) {
    return switch (filter) {
      case AllOf(List<Filter> filters) -> filters.stream().allMatch(f -> admits(f, document));
      case AnyOf(List<Filter> filters) -> filters.stream().anyMatch(f -> admits(f, document));
      case Not(Filter inside) -> !admits(inside, document);
      case Exists(String field) -> document.containsKey(field);
      case In(String field, List<FieldValue> values) ->
          values(document.get(field)).stream().anyMatch(values::contains);
      case InRange(String field, Bound lower, Bound upper) ->
          values(document.get(field)).stream()
              .anyMatch(
                  value ->
                      (lower == null || isBelow(lower.value(), value, lower.inclusive()))
                          && (upper == null || isBelow(value, upper.value(), upper.inclusive())));
      case Prefix(String field, String prefix) ->
          values(document.get(field)).stream()
              .anyMatch(value -> ((FieldValue.Text) value).value().startsWith(prefix));
    };
  }

  private static List<FieldValue> values(@Nullable FieldValue value) {
    return switch (value) {
      case null -> List.of();
      case FieldValue.TextList(List<String> texts) ->
          texts.stream().<FieldValue>map(FieldValue.Text::new).toList();
      default -> List.of(value);
    };
  }

  private static boolean isBelow(FieldValue left, FieldValue right, boolean orEqual) {
    int order =
        switch (left) {
          case FieldValue.Text(String text) ->
              Arrays.compareUnsigned(
                  text.getBytes(StandardCharsets.UTF_8),
                  ((FieldValue.Text) right).value().getBytes(StandardCharsets.UTF_8));
          case FieldValue.Whole(long number) ->
              Long.compare(number, ((FieldValue.Whole) right).value());
          case FieldValue.Real(double number) ->
              number < ((FieldValue.Real) right).value()
                  ? -1
                  : number > ((FieldValue.Real) right).value() ? 1 : 0;
          case FieldValue.Moment(long micros) ->
              Long.compare(micros, ((FieldValue.Moment) right).epochMicros());
          case FieldValue.Flag _, FieldValue.TextList _ ->
              throw new IllegalArgumentException("no order");
        };
    return order < 0 || (orEqual && order == 0);
  }
}
