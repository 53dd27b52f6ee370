package io.siskin.server.rank.formula;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.NearestNames;
import io.siskin.server.rank.formula.Expression.Binary;
import io.siskin.server.rank.formula.Expression.Unary;
import io.siskin.server.rank.list.Ranked;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a formula by recursive descent. Used once, by one thread.
 *
 * <pre>
 * sum     = product { ("+" | "-") product }
 * product = sign { ("*" | "/") sign }
 * sign    = "-" sign | value
 * value   = number | "(" sum ")" | name "(" [ argument { "," argument } ] ")"
 * </pre>
 */
final class FormulaParser {
  private static final int DEPTH_MAX = 64;
  private static final Map<String, Unary> UNARY = new TreeMap<>();
  private static final Map<String, Binary> BINARY = new TreeMap<>();
  private static final Map<String, TermFeature> TERMS = new TreeMap<>();
  private static final List<String> OTHERS =
      List.of("score", "rank", "dense", "field", "matches", "now");

  static {
    for (Unary function : Unary.values()) {
      if (function != Unary.NEGATE) {
        UNARY.put(function.name().toLowerCase(Locale.ROOT), function);
      }
    }
    for (TermFeature feature : TermFeature.values()) {
      TERMS.put(feature.name().toLowerCase(Locale.ROOT), feature);
    }
    for (Binary function : Binary.values()) {
      switch (function) {
        case ADD, SUBTRACT, MULTIPLY, DIVIDE -> {
          // They are written as operators.
        }
        case POW, MIN, MAX, SATURATION, EXP_DECAY, GAUSS_DECAY, LINEAR_DECAY ->
            BINARY.put(function.name().toLowerCase(Locale.ROOT), function);
      }
    }
  }

  private final String text;
  private int at;
  private int depth;

  /**
   * Prepares to read.
   *
   * @param text the formula
   */
  FormulaParser(String text) {
    this.text = text;
  }

  /** Reads the whole. */
  Expression parse() {
    Expression whole = sum();
    if (peek() != 0) {
      throw unexpected("an operator or the end");
    }
    return whole;
  }

  private Expression sum() {
    enter();
    Expression left = product();
    while (true) {
      if (take('+')) {
        left = new Expression.OfTwo(Binary.ADD, left, product());
      } else if (take('-')) {
        left = new Expression.OfTwo(Binary.SUBTRACT, left, product());
      } else {
        depth--;
        return left;
      }
    }
  }

  private Expression product() {
    Expression left = sign();
    while (true) {
      if (take('*')) {
        left = new Expression.OfTwo(Binary.MULTIPLY, left, sign());
      } else if (take('/')) {
        left = new Expression.OfTwo(Binary.DIVIDE, left, sign());
      } else {
        return left;
      }
    }
  }

  private Expression sign() {
    if (!take('-')) {
      return value();
    }
    enter();
    Expression part = sign();
    depth--;
    return new Expression.OfOne(Unary.NEGATE, part);
  }

  private void enter() {
    if (++depth > DEPTH_MAX) {
      throw new InvalidInputException(
          "expression", "nested deeper than " + DEPTH_MAX, "at most " + DEPTH_MAX + " deep");
    }
  }

  private Expression value() {
    char next = peek();
    if (take('(')) {
      Expression inside = sum();
      require(')');
      return inside;
    }
    if ((next >= '0' && next <= '9') || next == '.') {
      return new Expression.Constant(number());
    }
    if (next >= 'a' && next <= 'z') {
      return call();
    }
    throw unexpected("a number, '(', '-' or a function");
  }

  private Expression call() {
    int from = at;
    while (at < text.length() && (text.charAt(at) == '_' || isLetter(text.charAt(at)))) {
      at++;
    }
    String name = text.substring(from, at);
    Unary unary = UNARY.get(name);
    Binary binary = BINARY.get(name);
    TermFeature feature = TERMS.get(name);
    if (unary == null && binary == null && feature == null && !OTHERS.contains(name)) {
      throw unknown(name, from);
    }
    require('(');
    Expression call;
    if (feature != null) {
      call = new Expression.OfTerms(feature);
    } else if (unary != null) {
      call = new Expression.OfOne(unary, sum());
    } else if (binary != null) {
      Expression left = sum();
      require(',');
      call = new Expression.OfTwo(binary, left, sum());
    } else {
      call = lookup(name);
    }
    require(')');
    return call;
  }

  private Expression lookup(String name) {
    if (name.equals("now")) {
      return new Expression.Now();
    }
    if (peek() == ')' && (name.equals("score") || name.equals("rank"))) {
      return name.equals("score") ? new Expression.InputScore() : new Expression.InputRank();
    }
    String what = quoted();
    require(',');
    return switch (name) {
      case "score" -> new Expression.StageScore(what, signedNumber());
      case "rank" -> new Expression.StageRank(what, signedNumber());
      case "dense" -> new Expression.DenseScore(what, signedNumber());
      case "field" -> new Expression.FieldNumber(what, signedNumber());
      default -> new Expression.Matches(what, quoted());
    };
  }

  private double signedNumber() {
    return take('-') ? -number() : number();
  }

  private double number() {
    peek();
    int from = at;
    while (at < text.length() && isOfNumber(at, from)) {
      at++;
    }
    String digits = text.substring(from, at);
    double value;
    try {
      value = Double.parseDouble(digits);
    } catch (NumberFormatException none) {
      at = from;
      throw unexpected("a number");
    }
    if (!(Math.abs(value) <= Ranked.SCORE_MAX)) {
      throw new InvalidInputException("expression", "with the number " + digits, "up to 1e30");
    }
    return value;
  }

  /** Tells whether a character goes on with a number: digits, a point, an exponent and its sign. */
  private boolean isOfNumber(int index, int from) {
    char c = text.charAt(index);
    boolean exponentBefore = index > from && text.charAt(index - 1) == 'e';
    return (c >= '0' && c <= '9')
        || c == '.'
        || (c == 'e' && index > from)
        || ((c == '-' || c == '+') && exponentBefore);
  }

  private String quoted() {
    char quote = peek();
    if (quote != '"' && quote != '\'') {
      throw unexpected("a text in quotes");
    }
    at++;
    StringBuilder inside = new StringBuilder();
    while (at < text.length() && text.charAt(at) != quote) {
      if (text.charAt(at) == '\\' && at + 1 < text.length()) {
        at++;
      }
      inside.append(text.charAt(at++));
    }
    if (at == text.length()) {
      throw unexpected("the end of the text: " + quote);
    }
    at++;
    return inside.toString();
  }

  /** Returns the next character that is no space; 0 at the end. */
  private char peek() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private boolean take(char expected) {
    if (peek() != expected) {
      return false;
    }
    at++;
    return true;
  }

  private void require(char expected) {
    if (!take(expected)) {
      throw unexpected("'" + expected + "'");
    }
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z';
  }

  private InvalidInputException unexpected(String allowed) {
    char found = peek();
    return new InvalidInputException(
        "expression",
        (found == 0 ? "at its end" : "'" + found + "'") + " at character " + (at + 1),
        allowed);
  }

  private static InvalidInputException unknown(String name, int from) {
    List<String> known = new ArrayList<>(OTHERS);
    known.addAll(UNARY.keySet());
    known.addAll(BINARY.keySet());
    known.addAll(TERMS.keySet());
    return new InvalidInputException(
        "expression",
        "'" + name + "' at character " + (from + 1),
        "a function of docs/ranking.md" + NearestNames.hint(name, known));
  }
}
