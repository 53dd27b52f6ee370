package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.util.regex.Pattern;

/**
 * The one rule by which the columns of TREC's files, judgments and runs alike, are told apart: by
 * ASCII white space (space, tab, line feed, vertical tab, form feed, carriage return), as trec_eval
 * does. Other spaces of Unicode, such as U+00A0, U+2009 and U+3000, are part of a column.
 */
public final class TrecColumns {
  private static final String SPACES = " \\t\\n\\x0B\\f\\r";
  private static final Pattern SEPARATOR = Pattern.compile("[" + SPACES + "]+");
  private static final Pattern AROUND = Pattern.compile("^[" + SPACES + "]+|[" + SPACES + "]+$");

  private TrecColumns() {}

  /**
   * Returns the columns of a line; none for a line of white space alone.
   *
   * @param line the line, without its end
   */
  public static String[] split(String line) {
    String content = AROUND.matcher(line).replaceAll("");
    return content.isEmpty() ? new String[0] : SEPARATOR.split(content, -1);
  }

  /**
   * Refuses what would not be one column.
   *
   * @param name what the value is, for the message
   * @param value an id or a tag
   * @return the value
   * @throws InvalidInputException when it is empty or has ASCII white space
   */
  public static String check(String name, String value) {
    if (value.isEmpty() || SEPARATOR.matcher(value).find()) {
      throw new InvalidInputException(
          name,
          "'" + value + "'",
          "not empty and without ASCII white space, by which the TREC format separates columns");
    }
    return value;
  }
}
