package io.siskin.server.encode.file;

import io.siskin.index.error.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The text of a file that was read whole. */
public final class FileText {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private FileText() {}

  /**
   * Returns the text of some bytes. A byte order mark at the start is left out.
   *
   * @param file the file's path, for messages
   * @param content its bytes
   * @throws InvalidInputException when the bytes are not UTF-8, with the file, the line and the
   *     byte
   */
  public static String of(String file, byte[] content) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer bytes = ByteBuffer.wrap(content);
    CharBuffer text = CharBuffer.allocate(content.length);
    CoderResult result = decoder.decode(bytes, text, true);
    if (result.isError()) {
      throw notUtf8(file, content, bytes.position());
    }
    text.flip();
    if (text.hasRemaining() && text.get(text.position()) == BYTE_ORDER_MARK) {
      text.get();
    }
    return text.toString();
  }

  /**
   * Returns the lines of a text without their ends, {@code LF} or {@code CR LF}. The end of the
   * last line may be missing. Other characters that Unicode calls line ends are part of a line.
   *
   * @param text the text
   */
  public static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    for (int start = 0; start < text.length(); ) {
      int end = text.indexOf('\n', start);
      int next = end < 0 ? text.length() : end;
      boolean carriageReturn = end > start && text.charAt(end - 1) == '\r';
      lines.add(text.substring(start, carriageReturn ? end - 1 : next));
      start = next + 1;
    }
    return lines;
  }

  private static InvalidInputException notUtf8(String file, byte[] content, int wrong) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < wrong; i++) {
      if (content[i] == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new InvalidInputException(
            "byte " + (wrong - lineStart + 1) + " of the line",
            String.format(Locale.ROOT, "0x%02X", content[wrong]),
            "text in UTF-8")
        .at(file + ":" + line);
  }
}
