package io.siskin.server.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.nio.charset.StandardCharsets;

/**
 * What is wrong with a text that is no JSON, in words of its own: the library's speak of its own
 * switches, and are cut.
 */
public final class JsonFaults {
  /** How deep arrays and objects may be nested in each other. */
  static final int DEPTH_MAX = 1_000;

  /** The longest number, in characters. */
  static final int NUMBER_LENGTH_MAX = 1_000;

  private static final int NEAR_BEFORE = 20;
  private static final int NEAR_AFTER = 20;
  private static final String DUPLICATE = "Duplicate field";

  private JsonFaults() {}

  /**
   * Says what is wrong with a text.
   *
   * @param fault what the parser threw
   * @param text what it was given
   * @return for example {@code malformed at character 7, near '{"a":NaN}'}
   */
  public static String describe(JsonProcessingException fault, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (fault instanceof JsonEOFException) {
      return "cut off before the end of its value";
    }
    if (fault instanceof MismatchedInputException) {
      return "followed by more than white space";
    }
    if (isDuplicate(fault)) {
      return "a member is given twice";
    }
    if (fault instanceof StreamConstraintsException) {
      return isTooDeep(fault)
          ? "nested more than " + DEPTH_MAX + " deep"
          : "with a number of more than " + NUMBER_LENGTH_MAX + " characters";
    }
    long at = fault.getLocation() == null ? 0 : Math.max(0, fault.getLocation().getCharOffset());
    int character = (int) Math.min(at, text.length());
    int inBytes = text.substring(0, character).getBytes(StandardCharsets.UTF_8).length;
    return "malformed at character " + character + near(bytes, 0, inBytes, bytes.length);
  }

  /** Tells whether the nesting is the limit that valid JSON goes beyond, and not a number. */
  static boolean isTooDeep(JsonProcessingException fault) {
    return String.valueOf(fault.getOriginalMessage()).contains("nesting depth");
  }

  /** Tells whether an escape that is no character is the fault: the library refuses it in names. */
  static boolean isUnpairedSurrogate(JsonProcessingException fault) {
    return String.valueOf(fault.getOriginalMessage()).contains("surrogate");
  }

  private static boolean isDuplicate(JsonProcessingException fault) {
    return String.valueOf(fault.getOriginalMessage()).startsWith(DUPLICATE);
  }

  /**
   * Returns what stands around a place of a text, in words; nothing where nothing stands there.
   *
   * @param bytes holds the text, UTF-8
   * @param start where the text starts
   * @param at the place
   * @param end where the text ends, exclusive
   */
  static String near(byte[] bytes, int start, int at, int end) {
    int from = Math.max(start, at - NEAR_BEFORE);
    while (from > start && isWithinCharacter(bytes[from])) {
      from--;
    }
    int to = Math.min(end, at + NEAR_AFTER);
    while (to < end && isWithinCharacter(bytes[to])) {
      to++;
    }
    String part = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    if (part.isBlank()) {
      return "";
    }
    boolean isNoNumber = part.contains("NaN") || part.contains("Infinity");
    return ", near '" + part + "'" + (isNoNumber ? "; JSON has neither NaN nor Infinity" : "");
  }

  private static boolean isWithinCharacter(byte value) {
    return (value & 0xC0) == 0x80;
  }
}
