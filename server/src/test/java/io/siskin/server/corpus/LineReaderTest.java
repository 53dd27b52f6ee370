package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  private static final String OVERLONG = "<overlong>";

  @Test
  void cutsAnyTextLikeTheObviousWayWhateverTheBatchSize() throws IOException {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "\uFEFF" : "");
      for (int i = random.nextInt(60); i > 0; i--) {
        text.append("ab\r\n\n".charAt(random.nextInt(5)));
      }
      int lineLengthMax = 1 + random.nextInt(12);
      int batchBytes = 4 + random.nextInt(20);
      assertThat(read(slow(bytes(text), random), lineLengthMax, batchBytes))
          .as("%s, lines to %d, batches of %d", text, lineLengthMax, batchBytes)
          .isEqualTo(expected(text.toString(), lineLengthMax));
    }
  }

  @Test
  void wholeLinesBeforeAFailureComeFirst() throws IOException {
    byte[] begun = "one\ntwo\nthr".getBytes(StandardCharsets.UTF_8);
    InputStream failing =
        new FilterInputStream(new ByteArrayInputStream(begun)) {
          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            int count = super.read(target, offset, length);
            if (count < 0) {
              throw new IOException("disk on fire");
            }
            return count;
          }
        };
    LineReader reader = new LineReader(failing, "f", 100, 64);
    assertThat(lines(reader.next())).containsExactly("f:1 one", "f:2 two");
    assertThatThrownBy(reader::next).isInstanceOf(IOException.class).hasMessage("disk on fire");
    assertThatThrownBy(reader::next).isInstanceOf(IOException.class);
  }

  @Test
  void anOverlongLineTakesNoMoreHeapThanTheLimit() throws IOException {
    long length = 1L << 30;
    InputStream endless =
        new InputStream() {
          private long left = length;

          @Override
          public int read() {
            throw new AssertionError("byte by byte");
          }

          @Override
          public int read(byte[] target, int offset, int wanted) {
            // A reader that collected the line would ask for ever larger pieces.
            assertThat(wanted).isLessThanOrEqualTo(8 << 20);
            int count = (int) Math.min(wanted, left);
            left -= count;
            return count == 0 ? -1 : count;
          }
        };
    assertThat(read(endless, 1 << 20, LineReader.BATCH_BYTES)).containsExactly("f:1 " + OVERLONG);
  }

  private static List<String> read(InputStream in, int lineLengthMax, int batchBytes)
      throws IOException {
    LineReader reader = new LineReader(in, "f", lineLengthMax, batchBytes);
    List<String> lines = new ArrayList<>();
    for (LineBatch batch = reader.next(); batch != null; batch = reader.next()) {
      lines.addAll(lines(batch));
    }
    return lines;
  }

  private static List<String> lines(LineBatch batch) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < batch.count(); i++) {
      String place = batch.place(i);
      String line;
      try {
        batch.check(i, place);
        line =
            new String(
                batch.bytes(),
                batch.start(i),
                batch.end(i) - batch.start(i),
                StandardCharsets.UTF_8);
      } catch (InvalidInputException e) {
        line = OVERLONG;
      }
      lines.add(place + " " + line);
    }
    return lines;
  }

  private static List<String> expected(String text, int lineLengthMax) {
    List<String> lines = new ArrayList<>();
    String[] parts = (text.startsWith("\uFEFF") ? text.substring(1) : text).split("\n", -1);
    for (int i = 0; i < parts.length; i++) {
      if (i == parts.length - 1 && parts[i].isEmpty()) {
        break;
      }
      String line =
          parts[i].endsWith("\r") ? parts[i].substring(0, parts[i].length() - 1) : parts[i];
      lines.add("f:" + (i + 1) + " " + (line.length() > lineLengthMax ? OVERLONG : line));
    }
    return lines;
  }

  /** Gives few bytes at a time, as an unpacking stream may. */
  private static InputStream slow(byte[] bytes, Random random) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] target, int offset, int length) {
        return super.read(target, offset, Math.min(length, 1 + random.nextInt(7)));
      }
    };
  }

  private static byte[] bytes(CharSequence text) {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
