package io.siskin.server.access;

import io.siskin.index.error.InvalidInputException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The text of a key: {@code siskin_ID_SECRET}. The id is 10 characters and no secret. The secret is
 * 43 characters of base 62, which are 256 random bits, and 6 characters with the CRC-32 of all that
 * is before them. So a program that searches files for secrets can tell a key from a text that only
 * looks like one, and a key with a letter missing is refused without looking it up.
 *
 * <p>{@link #toString} shows the id alone, so that no log shows the secret.
 */
public final class KeyText {
  private static final String PREFIX = "siskin_";
  private static final String BEARER = "Bearer ";
  private static final int ID_LENGTH = 10;
  private static final int SECRET_LENGTH = 43;
  private static final int CHECKSUM_LENGTH = 6;
  private static final int SECRET_BITS = 256;
  private static final int ID_BITS = 59;
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final BigInteger BASE = BigInteger.valueOf(DIGITS.length());
  private static final Pattern ID = Pattern.compile("[0-9A-Za-z]{" + ID_LENGTH + "}");
  private static final Pattern TEXT =
      Pattern.compile(
          PREFIX
              + "([0-9A-Za-z]{"
              + ID_LENGTH
              + "})_[0-9A-Za-z]{"
              + SECRET_LENGTH
              + "}([0-9A-Za-z]{"
              + CHECKSUM_LENGTH
              + "})");

  /** The length of a key in characters. */
  public static final int LENGTH =
      PREFIX.length() + ID_LENGTH + 1 + SECRET_LENGTH + CHECKSUM_LENGTH;

  private final String id;
  private final String text;

  private KeyText(String id, String text) {
    this.id = id;
    this.text = text;
  }

  /**
   * Makes a new key.
   *
   * @param random where the bits come from
   */
  public static KeyText create(SecureRandom random) {
    String id = digits(new BigInteger(ID_BITS, random), ID_LENGTH);
    String body = PREFIX + id + "_" + digits(new BigInteger(SECRET_BITS, random), SECRET_LENGTH);
    return new KeyText(id, body + checksum(body));
  }

  /**
   * Reads a key.
   *
   * @param text what a caller has sent
   * @return the key, or null when it is none
   */
  public static @Nullable KeyText parse(String text) {
    if (text.length() != LENGTH) {
      return null;
    }
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      return null;
    }
    String body = text.substring(0, LENGTH - CHECKSUM_LENGTH);
    return parts.group(2).equals(checksum(body)) ? new KeyText(parts.group(1), text) : null;
  }

  /**
   * Returns what a caller has sent as a key, of the headers that may have it.
   *
   * @param authorization the header {@code authorization}, {@code Bearer KEY}; null if it was not
   *     sent. It counts more
   * @param apiKey the header {@code x-api-key}; null if it was not sent
   * @return the text, empty when the first header is of another form; null when there is neither
   */
  public static @Nullable String ofHeaders(
      @Nullable String authorization, @Nullable String apiKey) {
    if (authorization == null) {
      return apiKey;
    }
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? authorization.substring(BEARER.length()).strip()
        : "";
  }

  /**
   * Checks the id of a key.
   *
   * @param field what the caller calls it, for the message
   * @param id the id
   * @return the id
   * @throws InvalidInputException when no key has such an id
   */
  public static String checkId(String field, String id) {
    if (!ID.matcher(id).matches()) {
      throw new InvalidInputException(field, id, ID_LENGTH + " letters and digits");
    }
    return id;
  }

  /** Returns the id, which is no secret. */
  public String id() {
    return id;
  }

  /** Returns the whole text, which is the secret. */
  public String reveal() {
    return text;
  }

  /** Returns the bytes that are hashed: the whole text. */
  byte[] bytes() {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String checksum(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    return digits(BigInteger.valueOf(crc.getValue()), CHECKSUM_LENGTH);
  }

  private static String digits(BigInteger number, int length) {
    char[] digits = new char[length];
    BigInteger rest = number;
    for (int i = length - 1; i >= 0; i--) {
      BigInteger[] parts = rest.divideAndRemainder(BASE);
      digits[i] = DIGITS.charAt(parts[1].intValue());
      rest = parts[0];
    }
    assert rest.signum() == 0 : length + " digits are too few";
    return new String(digits);
  }

  @Override
  public String toString() {
    return "key " + id;
  }
}
