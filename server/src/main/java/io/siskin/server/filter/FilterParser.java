package io.siskin.server.filter;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.server.filter.Filter.AllOf;
import io.siskin.server.filter.Filter.AnyOf;
import io.siskin.server.filter.Filter.Bound;
import io.siskin.server.filter.Filter.Exists;
import io.siskin.server.filter.Filter.In;
import io.siskin.server.filter.Filter.InRange;
import io.siskin.server.filter.Filter.Not;
import io.siskin.server.filter.Filter.Prefix;
import io.siskin.server.filter.FilterLexer.Kind;
import io.siskin.server.filter.FilterLexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Reads filters that are written in the grammar of {@code docs/filters.md}. Each value is read by
 * the type of the field that it is compared with.
 *
 * <p>Parentheses and negations are read by recursion, which their limit bounds.
 */
public final class FilterParser {
  /** The longest filter, in UTF-16 code units. */
  public static final int LENGTH_MAX = 65_536;

  private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+");
  private static final Pattern REAL =
      Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");
  private static final String FIELD = "the name of a field";

  private final Schema schema;
  private final FilterLexer lexer;
  private Token token;
  private int tokenEnd;
  private int nesting;
  private int conditions;

  private FilterParser(String text, Schema schema) {
    this.schema = schema;
    this.lexer = new FilterLexer(text);
    this.token = lexer.next();
    this.tokenEnd = lexer.end();
  }

  /**
   * Reads a filter.
   *
   * @param text the filter, at most {@value #LENGTH_MAX} UTF-16 code units
   * @param schema the fields that it may name
   * @return a filter that fits the schema and keeps all limits; not in canonical form
   * @throws InvalidInputException when it cannot be read. The error names the place, what was found
   *     and what was expected there
   */
  public static Filter parse(String text, Schema schema) {
    Ranges.check("length of the filter in UTF-16 code units", text.length(), 0, LENGTH_MAX);
    FilterParser parser = new FilterParser(text, schema);
    Filter filter = parser.disjunction();
    if (parser.token.kind() != Kind.END) {
      throw parser.unexpected("'and', 'or' or the end of the filter");
    }
    FilterCheck.check(filter, schema);
    return filter;
  }

  private Filter disjunction() {
    return list("or", this::conjunction, AnyOf::new);
  }

  private Filter conjunction() {
    return list("and", this::negation, AllOf::new);
  }

  private Filter list(
      String word, Supplier<Filter> part, Function<List<Filter>, Filter> combination) {
    Filter first = part.get();
    if (!isWord(word)) {
      return first;
    }
    countCondition();
    List<Filter> parts = new ArrayList<>(List.of(first));
    while (takeWord(word)) {
      parts.add(part.get());
    }
    return combination.apply(parts);
  }

  private Filter negation() {
    if (isWord("not")) {
      return nested(
          () -> {
            countCondition();
            return new Not(negation());
          });
    }
    if (token.kind() == Kind.OPEN) {
      return nested(
          () -> {
            Filter inside = disjunction();
            take(Kind.CLOSE, "'and', 'or' or ')'");
            return inside;
          });
    }
    countCondition();
    if (takeWord("true")) {
      return AllOf.EVERYTHING;
    }
    if (takeWord("false")) {
      return AnyOf.NOTHING;
    }
    if (isFieldName()) {
      return condition();
    }
    if (token.kind() == Kind.TEXT || token.kind() == Kind.NUMBER) {
      return rangeFromItsLowerEnd();
    }
    throw unexpected("a condition: " + FIELD + ", a value, 'not' or '('");
  }

  /** Reads what follows the current token, which opens something. */
  private Filter nested(Supplier<Filter> inside) {
    if (++nesting > Filter.DEPTH_MAX) {
      throw lexer.error(
          token.start(),
          "nested more than " + Filter.DEPTH_MAX + " deep",
          "parentheses and negations nested 1 to " + Filter.DEPTH_MAX + " deep");
    }
    advance();
    Filter filter = inside.get();
    nesting--;
    return filter;
  }

  private void countCondition() {
    if (++conditions > Filter.CONDITION_COUNT_MAX) {
      throw lexer.error(
          token.start(),
          "the condition after the first " + Filter.CONDITION_COUNT_MAX,
          "1 to " + Filter.CONDITION_COUNT_MAX + " conditions, those that combine others counted");
    }
  }

  private Filter condition() {
    Schema.Field field = field();
    if (token.kind() == Kind.OPERATOR) {
      return comparison(field);
    }
    boolean negated = takeWord("not");
    if (negated) {
      countCondition();
    }
    Filter condition;
    if (takeWord("in")) {
      condition = new In(field.name(), values(field));
    } else if (takeWord("exists")) {
      condition = new Exists(field.name());
    } else if (isWord("starts")) {
      condition = prefix(field);
    } else {
      throw unexpected(
          negated ? "'in', 'exists' or 'starts with'" : "a comparison of " + quoted(field));
    }
    return negated ? new Not(condition) : condition;
  }

  private Filter comparison(Schema.Field field) {
    Token operator = token;
    int operatorEnd = tokenEnd;
    advance();
    return switch (operator.value()) {
      case "=" -> new In(field.name(), List.of(value(field)));
      case "!=" -> {
        countCondition();
        yield new Not(new In(field.name(), List.of(value(field))));
      }
      case "<", "<=", ">", ">=" -> {
        if (field.type() == FieldType.BOOL) {
          throw wrongOperator(operator, operatorEnd, field);
        }
        Bound bound = new Bound(value(field), operator.value().endsWith("="));
        yield operator.value().startsWith("<")
            ? new InRange(field.name(), null, bound)
            : new InRange(field.name(), bound, null);
      }
      default -> throw wrongOperator(operator, operatorEnd, field);
    };
  }

  private InvalidInputException wrongOperator(Token operator, int end, Schema.Field field) {
    return lexer.error(
        operator.start(),
        lexer.describe(operator, end),
        field.type() == FieldType.BOOL
            ? "'=' or '!=', for " + quoted(field)
            : "'=', '!=', '<', '<=', '>' or '>='");
  }

  /** Reads {@code 1 <= field < 9}, of which the second part may be missing. */
  private Filter rangeFromItsLowerEnd() {
    Token lowerToken = token;
    int lowerEnd = tokenEnd;
    advance();
    boolean lowerInclusive = takeLess("'<' or '<=', and then " + FIELD);
    Schema.Field field = field();
    if (field.type() == FieldType.BOOL) {
      throw lexer.error(
          lowerToken.start(), "the end of a range of " + quoted(field), "'=' or '!=' for a bool");
    }
    Bound lower = new Bound(value(field, lowerToken, lowerEnd), lowerInclusive);
    Bound upper = null;
    if (token.kind() == Kind.OPERATOR) {
      boolean upperInclusive = takeLess("'<' or '<='");
      upper = new Bound(value(field), upperInclusive);
    }
    return new InRange(field.name(), lower, upper);
  }

  /** Returns whether the comparison includes its end. */
  private boolean takeLess(String expected) {
    if (token.kind() != Kind.OPERATOR
        || !(token.value().equals("<") || token.value().equals("<="))) {
      throw unexpected(expected);
    }
    boolean inclusive = token.value().endsWith("=");
    advance();
    return inclusive;
  }

  private List<FieldValue> values(Schema.Field field) {
    take(Kind.OPEN, "'('");
    List<FieldValue> values = new ArrayList<>();
    while (token.kind() != Kind.CLOSE) {
      if (!values.isEmpty()) {
        take(Kind.COMMA, "',' or ')'");
      }
      if (values.size() == Filter.VALUE_COUNT_MAX) {
        throw lexer.error(
            token.start(),
            "the value after the first " + Filter.VALUE_COUNT_MAX,
            "0 to " + Filter.VALUE_COUNT_MAX + " values");
      }
      values.add(value(field));
    }
    advance();
    return values;
  }

  private Filter prefix(Schema.Field field) {
    if (!field.type().isText()) {
      throw unexpected(
          "'exists', 'in' or a comparison, since " + quoted(field) + " is of no texts");
    }
    advance();
    if (!takeWord("with")) {
      throw unexpected("'with'");
    }
    FieldValue value = value(field);
    return new Prefix(field.name(), value.toText());
  }

  private boolean isFieldName() {
    return token.kind() == Kind.QUOTED_FIELD
        || (token.kind() == Kind.WORD
            && !FilterLexer.RESERVED.contains(token.value().toLowerCase(Locale.ROOT)));
  }

  private Schema.Field field() {
    if (!isFieldName()) {
      throw unexpected(FIELD);
    }
    Schema.Field field = schema.field(token.value());
    if (field == null) {
      throw unexpected(schema.allowedInsteadOf(token.value()));
    }
    advance();
    return field;
  }

  /** Reads the current token as a value of a field, and goes on. */
  private FieldValue value(Schema.Field field) {
    FieldValue value = value(field, token, tokenEnd);
    advance();
    return value;
  }

  private FieldValue value(Schema.Field field, Token literal, int end) {
    boolean isValue =
        switch (field.type()) {
          case STRING, STRING_LIST, TIMESTAMP -> literal.kind() == Kind.TEXT;
          case INT64 -> literal.kind() == Kind.NUMBER && WHOLE.matcher(literal.value()).matches();
          case DOUBLE -> literal.kind() == Kind.NUMBER && isReal(literal.value());
          case BOOL -> literal.kind() == Kind.WORD && isFlag(literal.value());
        };
    if (!isValue) {
      throw lexer.error(
          literal.start(),
          lexer.describe(literal, end),
          FilterText.allowed(field.type()) + ", for " + quoted(field));
    }
    try {
      if (field.type().isText()) {
        FilterCheck.checkText("text", literal.value());
        return new FieldValue.Text(literal.value());
      }
      return field.type().parse(field.name(), javaNumber(literal.value()));
    } catch (InvalidInputException unreadable) {
      throw unreadable.at(lexer.place(literal.start()));
    }
  }

  private static boolean isFlag(String word) {
    return word.equalsIgnoreCase("true") || word.equalsIgnoreCase("false");
  }

  private static boolean isReal(String number) {
    // A number beyond the largest double would silently become infinite.
    return isInfinity(number)
        || (REAL.matcher(number).matches() && !Double.isInfinite(Double.parseDouble(number)));
  }

  private static boolean isInfinity(String number) {
    return number.equalsIgnoreCase("+infinity") || number.equalsIgnoreCase("-infinity");
  }

  private static String javaNumber(String number) {
    return isInfinity(number) ? number.charAt(0) + "Infinity" : number;
  }

  private static String quoted(Schema.Field field) {
    return "field '" + field.name() + "' of type " + field.type().word();
  }

  private boolean isWord(String word) {
    return token.kind() == Kind.WORD && token.value().equalsIgnoreCase(word);
  }

  private boolean takeWord(String word) {
    boolean found = isWord(word);
    if (found) {
      advance();
    }
    return found;
  }

  private void take(Kind kind, String expected) {
    if (token.kind() != kind) {
      throw unexpected(expected);
    }
    advance();
  }

  private void advance() {
    token = lexer.next();
    tokenEnd = lexer.end();
  }

  private InvalidInputException unexpected(String expected) {
    return lexer.error(token.start(), lexer.describe(token, tokenEnd), expected);
  }
}
