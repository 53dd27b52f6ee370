package io.siskin.server.filter;

import io.siskin.index.error.InvalidInputException;
import java.util.Set;
import java.util.function.IntPredicate;

/** Cuts the text of a filter into tokens, one at a time. Used by one thread. */
final class FilterLexer {
  /** Words that name a field only in backticks, in lower case. */
  static final Set<String> RESERVED = Set.of("and", "or", "not", "in", "true", "false");

  private static final String OPERATOR_CHARACTERS = "=!<>&|";
  private static final int ESCAPE_DIGITS = 4;

  /** What a token is. */
  enum Kind {
    /** A keyword or the name of a field. */
    WORD,
    /** The name of a field in backticks. */
    QUOTED_FIELD,
    /** A text in quotes. */
    TEXT,
    /** What begins like a number. */
    NUMBER,
    /** Signs of a comparison. */
    OPERATOR,
    /** An opening parenthesis. */
    OPEN,
    /** A closing parenthesis. */
    CLOSE,
    /** A comma. */
    COMMA,
    /** The end of the filter. */
    END
  }

  /**
   * A token.
   *
   * @param kind what it is
   * @param value its characters, without quotes and with escapes resolved
   * @param start the index in the filter where it begins
   */
  record Token(Kind kind, String value, int start) {}

  private final String filter;
  private int at;

  /**
   * Begins with the first token.
   *
   * @param filter the text of a filter
   */
  FilterLexer(String filter) {
    this.filter = filter;
  }

  /**
   * Returns the next token; after the last one, that of the end.
   *
   * @throws InvalidInputException when no token begins like this, or when one does not end
   */
  Token next() {
    while (at < filter.length() && isSpace(filter.charAt(at))) {
      at++;
    }
    int start = at;
    if (at == filter.length()) {
      return new Token(Kind.END, "", start);
    }
    char first = filter.charAt(at);
    return switch (first) {
      case '(' -> single(Kind.OPEN);
      case ')' -> single(Kind.CLOSE);
      case ',' -> single(Kind.COMMA);
      case '"', '\'' -> new Token(Kind.TEXT, text(first), start);
      case '`' -> new Token(Kind.QUOTED_FIELD, quotedField(), start);
      default -> {
        if (isNameStart(first)) {
          yield run(Kind.WORD, FilterLexer::isNamePart);
        }
        if (isNumberStart(first)) {
          yield run(Kind.NUMBER, c -> isNamePart(c) || c == '+' || c == ':');
        }
        if (OPERATOR_CHARACTERS.indexOf(first) >= 0) {
          yield run(Kind.OPERATOR, c -> OPERATOR_CHARACTERS.indexOf(c) >= 0);
        }
        throw error(
            start,
            "'" + Character.toString(filter.codePointAt(start)) + "'",
            "a name, a value in quotes, a number, a comparison, a comma or a parenthesis");
      }
    };
  }

  private Token single(Kind kind) {
    at++;
    return new Token(kind, filter.substring(at - 1, at), at - 1);
  }

  private Token run(Kind kind, IntPredicate belongs) {
    int start = at;
    while (at < filter.length() && belongs.test(filter.charAt(at))) {
      at++;
    }
    return new Token(kind, filter.substring(start, at), start);
  }

  private String quotedField() {
    int end = filter.indexOf('`', at + 1);
    if (end < 0) {
      throw error(at, "a name in backticks that does not end", "a backtick after the name");
    }
    String name = filter.substring(at + 1, end);
    at = end + 1;
    return name;
  }

  private String text(char quote) {
    int start = at++;
    StringBuilder text = new StringBuilder();
    while (at < filter.length()) {
      char c = filter.charAt(at++);
      if (c == quote) {
        return text.toString();
      }
      text.append(c == '\\' ? escaped() : c);
    }
    throw error(start, "a text that does not end", "a " + quote + " at the end of the text");
  }

  /** Reads what follows a backslash. */
  private char escaped() {
    int start = at - 1;
    char c = at < filter.length() ? filter.charAt(at++) : ' ';
    return switch (c) {
      case '\\', '"', '\'' -> c;
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode(start);
      default ->
          throw error(
              start,
              "'"
                  + filter.substring(start, filter.offsetByCodePoints(start, codePoints(start)))
                  + "'",
              "\\\\, \\\", \\', \\n, \\r, \\t or \\u and four hexadecimal digits");
    };
  }

  /** Returns the length of a wrong escape in code points: the backslash and what follows. */
  private int codePoints(int start) {
    return Math.min(2, filter.codePointCount(start, filter.length()));
  }

  private char unicode(int start) {
    int value = 0;
    for (int i = 0; i < ESCAPE_DIGITS; i++) {
      int digit = at < filter.length() ? hexDigit(filter.charAt(at++)) : -1;
      if (digit < 0) {
        throw error(
            start, "'" + filter.substring(start, at) + "'", "\\u and four hexadecimal digits");
      }
      value = value << 4 | digit;
    }
    return (char) value;
  }

  private static int hexDigit(char c) {
    // Character.digit would also read the digits of other scripts.
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  /**
   * Returns the error of a filter that cannot be read.
   *
   * @param start the index where the wrong part begins
   * @param found what stands there
   * @param expected what could stand there
   */
  InvalidInputException error(int start, String found, String expected) {
    return new InvalidInputException(place(start), found, expected);
  }

  /**
   * Returns the place of an index in words. Characters are counted from 1.
   *
   * @param start an index in the filter
   */
  String place(int start) {
    return "filter at character " + (filter.codePointCount(0, start) + 1);
  }

  /**
   * Returns the part of the filter that a token was made of, in quotes.
   *
   * @param token the token that was read last, or one before it
   * @param end the index after it
   */
  String describe(Token token, int end) {
    return token.kind() == Kind.END
        ? "at its end"
        : "'" + filter.substring(token.start(), end) + "'";
  }

  /** Returns the index after the token that was read last. */
  int end() {
    return at;
  }

  private static boolean isSpace(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  private static boolean isNameStart(int c) {
    return isLetter(c) || c == '_';
  }

  private static boolean isNamePart(int c) {
    return isLetter(c) || isDigit(c) || c == '_' || c == '.' || c == '-';
  }

  private static boolean isNumberStart(int c) {
    return isDigit(c) || c == '+' || c == '-' || c == '.';
  }

  private static boolean isLetter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
