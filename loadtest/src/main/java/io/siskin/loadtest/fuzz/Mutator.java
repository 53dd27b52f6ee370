package io.siskin.loadtest.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Makes damaged inputs of valid ones: a few changes at random places. The same random numbers make
 * the same inputs.
 *
 * <p>Used by one thread.
 */
final class Mutator {
  private static final int LENGTH_BYTES_MAX = 1 << 16;
  private static final int CHANGES_MAX = 6;

  /** What borders of ranges look like, in several encodings, and what parsers stumble over. */
  private static final List<byte[]> PIECES =
      List.of(
          new byte[] {0},
          new byte[] {-1},
          new byte[] {-1, -1, -1, -1},
          new byte[] {-1, -1, -1, 127},
          new byte[] {0, 0, 0, -128},
          new byte[] {-1, -1, -1, -1, -1, -1, -1, 127},
          new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, 1},
          new byte[] {-128, -128, -128, -128, 8},
          new byte[] {0, 0, -64, 127},
          new byte[] {0, 0, -128, 127},
          ascii("NaN"),
          ascii("Infinity"),
          ascii("-1"),
          ascii("16777216"),
          ascii("2147483647"),
          ascii("2147483648"),
          new byte[] {-1, -1, -1, -1, 7},
          new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, 127},
          ascii("9223372036854775808"),
          ascii("1e400"),
          ascii("1e-400"),
          ascii("null"),
          ascii("{}"),
          ascii("[]"),
          ascii("\"\""),
          ascii("\\u0000"),
          ascii("\\ud800"),
          ascii("../"),
          ascii("(((((((((((((((("),
          ascii("[[[[[[[[[[[[[[[["),
          ascii("{\"a\":{\"a\":{\"a\":"),
          // What looks like another encoding of text than UTF-8.
          new byte[] {0, 0, 0},
          new byte[] {0, 0, -2, -1},
          new byte[] {-19, -96, -128},
          new byte[] {-16, -112, -128, -128},
          new byte[] {-61, 40});

  private final Random random;

  Mutator(Random random) {
    this.random = random;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Returns an input.
   *
   * @param corpus valid inputs, one or more
   */
  byte[] next(List<byte[]> corpus) {
    byte[] input = pick(corpus).clone();
    int changes = random.nextInt(CHANGES_MAX);
    for (int i = 0; i <= changes; i++) {
      input = change(input, corpus);
      if (input.length > LENGTH_BYTES_MAX) {
        input = Arrays.copyOf(input, LENGTH_BYTES_MAX);
      }
    }
    return input;
  }

  private byte[] pick(List<byte[]> pieces) {
    return pieces.get(random.nextInt(pieces.size()));
  }

  private byte[] change(byte[] input, List<byte[]> corpus) {
    int place = random.nextInt(input.length + 1);
    int end = Math.min(input.length, place + 1 + random.nextInt(16));
    return switch (random.nextInt(10)) {
      case 0, 1 -> withBitFlipped(input);
      case 2 -> replaced(input, place, end, pick(PIECES));
      case 3 -> replaced(input, place, place, pick(PIECES));
      case 4 -> replaced(input, place, end, new byte[0]);
      case 5 -> Arrays.copyOf(input, place);
      case 6 -> replaced(input, place, place, Arrays.copyOfRange(input, place, end));
      case 7 -> {
        byte[] other = pick(corpus);
        int from = random.nextInt(other.length + 1);
        yield replaced(input, place, input.length, Arrays.copyOfRange(other, from, other.length));
      }
      case 8 -> repeated(input, place, end);
      default -> {
        byte[] noise = new byte[1 + random.nextInt(8)];
        random.nextBytes(noise);
        yield replaced(input, place, end, noise);
      }
    };
  }

  private byte[] withBitFlipped(byte[] input) {
    if (input.length == 0) {
      return input;
    }
    byte[] changed = input.clone();
    changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
    return changed;
  }

  private byte[] repeated(byte[] input, int begin, int end) {
    if (begin == end) {
      return input;
    }
    byte[] piece = Arrays.copyOfRange(input, begin, end);
    int times = 1 + random.nextInt(1 << random.nextInt(11));
    byte[] many = new byte[Math.min(piece.length * times, LENGTH_BYTES_MAX)];
    for (int i = 0; i < many.length; i++) {
      many[i] = piece[i % piece.length];
    }
    return replaced(input, begin, end, many);
  }

  private static byte[] replaced(byte[] input, int begin, int end, byte[] by) {
    byte[] changed = new byte[input.length - (end - begin) + by.length];
    System.arraycopy(input, 0, changed, 0, begin);
    System.arraycopy(by, 0, changed, begin, by.length);
    System.arraycopy(input, end, changed, begin + by.length, input.length - end);
    return changed;
  }
}
