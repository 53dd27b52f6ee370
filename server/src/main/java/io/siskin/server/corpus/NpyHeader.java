package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The beginning of a {@code .npy} file, by which NumPy saves one array: a magic number, a version,
 * the length of a text, and the text, a literal of Python with the type of the numbers, their order
 * and the shape. Versions 1 to 3 differ in the length's length and in the text's encoding.
 *
 * @param type the type of the numbers
 * @param rowCount rows, 0 to 2^31 − 1
 * @param columnCount numbers of a row, 1 to 4,096
 * @param lengthBytes the bytes before the first number
 */
record NpyHeader(Type type, long rowCount, int columnCount, int lengthBytes) {
  /** How many bytes are read to find the header; longer ones are refused. */
  static final int LENGTH_BYTES_MAX = 1 << 16;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int VERSION_MAX = 3;
  private static final int COLUMN_COUNT_MAX = 4_096;
  private static final String DESCR = "descr";
  private static final String ORDER = "fortran_order";
  private static final String SHAPE = "shape";
  private static final String SHAPE_ALLOWED =
      "(rows, columns) with 0 to 2147483647 rows and 1 to 4096 columns";

  /** The types of numbers that are read, all little-endian. */
  enum Type {
    /** Half precision. */
    F2(2),
    /** Single precision. */
    F4(4),
    /** Double precision, which is rounded to single precision. */
    F8(8);

    private final int lengthBytes;

    Type(int lengthBytes) {
      this.lengthBytes = lengthBytes;
    }

    /** Returns how many bytes a number has. */
    int lengthBytes() {
      return lengthBytes;
    }

    private static Type of(String descr) {
      for (Type type : values()) {
        if (descr.equals("<" + type.name().toLowerCase(Locale.ROOT))) {
          return type;
        }
      }
      throw new InvalidInputException(
          "type of the numbers", "'" + descr + "'", "'<f2', '<f4' or '<f8'");
    }
  }

  /** Returns how many bytes a row has. */
  int rowLengthBytes() {
    return columnCount * type.lengthBytes();
  }

  /** Returns the length of a whole file. */
  long fileLengthBytes() {
    return lengthBytes + rowCount * rowLengthBytes();
  }

  /**
   * Reads a header.
   *
   * @param start the first bytes of the file, {@link #LENGTH_BYTES_MAX} of them or the whole file
   * @throws InvalidInputException when it is no header, or that of an array of another kind
   */
  static NpyHeader read(byte[] start) {
    ByteBuffer bytes = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = Arrays.copyOf(start, MAGIC.length);
    if (start.length < MAGIC.length + 4 || !Arrays.equals(magic, MAGIC)) {
      throw new InvalidInputException("first bytes", "others", "those of a .npy file");
    }
    int version = start[MAGIC.length];
    if (version < 1 || version > VERSION_MAX || start[MAGIC.length + 1] != 0) {
      throw new InvalidInputException(
          "version", version + "." + start[MAGIC.length + 1], "1.0, 2.0 or 3.0");
    }
    bytes.position(MAGIC.length + 2);
    if (version > 1 && bytes.remaining() < Integer.BYTES) {
      throw cut(start.length);
    }
    long length =
        version == 1
            ? Short.toUnsignedInt(bytes.getShort())
            : Integer.toUnsignedLong(bytes.getInt());
    if (length > bytes.remaining()) {
      throw cut(length);
    }
    String text = new String(start, bytes.position(), (int) length, StandardCharsets.ISO_8859_1);
    return read(text, bytes.position() + (int) length);
  }

  private static InvalidInputException cut(long length) {
    return new InvalidInputException(
        "length of the header", length, "inside the file, and at most " + LENGTH_BYTES_MAX);
  }

  private static NpyHeader read(String text, int lengthBytes) {
    Map<String, String> members = new Literal(text).members();
    if (!members.keySet().equals(Set.of(DESCR, ORDER, SHAPE))) {
      throw new InvalidInputException(
          "members of the header", members.keySet(), "descr, fortran_order and shape");
    }
    String descr = members.getOrDefault(DESCR, "");
    if (!descr.startsWith("'")) {
      throw new InvalidInputException(
          "type of the numbers", descr, "one type for all: '<f2', '<f4' or '<f8'");
    }
    Type type = Type.of(descr.substring(1));
    if (!members.getOrDefault(ORDER, "").equals("False")) {
      throw new InvalidInputException(
          "fortran_order", members.get(ORDER), "False: rows one after another");
    }
    String shape = members.getOrDefault(SHAPE, "");
    String[] sizes = shape.substring(1).split(",", -1);
    if (!shape.startsWith("(") || sizes.length != 2) {
      throw new InvalidInputException("shape", shape + ")", SHAPE_ALLOWED);
    }
    return new NpyHeader(
        type,
        size(sizes[0], 0, Integer.MAX_VALUE),
        (int) size(sizes[1], 1, COLUMN_COUNT_MAX),
        lengthBytes);
  }

  private static long size(String digits, long min, long max) {
    long size;
    try {
      size = Long.parseLong(digits);
    } catch (NumberFormatException none) {
      size = -1;
    }
    if (size < min || size > max) {
      throw new InvalidInputException("shape", "with the size '" + digits + "'", SHAPE_ALLOWED);
    }
    return size;
  }

  /**
   * Reads the literal of a header. Values are texts: that of a string begins with {@code '}, and
   * that of a tuple with {@code (}; its sizes stand between commas. Used once.
   */
  private static final class Literal {
    private final String text;
    private int at;

    Literal(String text) {
      this.text = text;
    }

    Map<String, String> members() {
      Map<String, String> members = new HashMap<>();
      require('{');
      while (!take('}')) {
        String key = string();
        require(':');
        if (members.put(key, value()) != null) {
          throw new InvalidInputException("members of the header", key + " twice", "each once");
        }
        if (!take(',')) {
          require('}');
          break;
        }
      }
      if (peek() != 0) {
        throw unexpected();
      }
      return members;
    }

    private String value() {
      char next = peek();
      if (next == '\'' || next == '"') {
        return "'" + string();
      }
      return next == '(' ? tuple() : word();
    }

    private String tuple() {
      require('(');
      StringBuilder sizes = new StringBuilder("(");
      while (!take(')')) {
        sizes.append(sizes.length() > 1 ? "," : "").append(word());
        if (!take(',')) {
          require(')');
          break;
        }
      }
      return sizes.toString();
    }

    private String string() {
      char quote = peek();
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0) {
        throw unexpected();
      }
      String inside = text.substring(at + 1, end);
      at = end + 1;
      return inside;
    }

    private String word() {
      char first = peek();
      int from = at;
      while (at < text.length() && isOfWord(text.charAt(at))) {
        at++;
      }
      if (first == 0 || at == from) {
        throw unexpected();
      }
      return text.substring(from, at);
    }

    private static boolean isOfWord(char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
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
        throw unexpected();
      }
    }

    /** Returns the next character that is no white space; 0 at the end. */
    private char peek() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      return at < text.length() ? text.charAt(at) : 0;
    }

    private InvalidInputException unexpected() {
      return new InvalidInputException(
          "header",
          at < text.length() ? "with '" + text.charAt(at) + "' at character " + at : "cut off",
          "a literal with descr, fortran_order and shape, as NumPy writes it");
    }
  }
}
