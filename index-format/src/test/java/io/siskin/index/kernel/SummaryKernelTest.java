package io.siskin.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.format.FileLayout;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.VectorWidths;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Checks that every operation of the SIMD kernel equals its scalar twin, for several lengths,
 * contents and widths.
 */
final class SummaryKernelTest {
  private static final int[] LENGTHS = {
    0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 251, 255, 256, 257,
    1021, 4096, 65_535
  };

  /** The largest weight. Times 255, it still fits an int. */
  private static final int WEIGHT_MAX = Integer.MAX_VALUE / 255;

  @Test
  void panamaEqualsScalarAtTheWidthOfThisMachine() {
    checkAll(new PanamaSummaryKernel(), Seeds.next());
  }

  @Test
  void panamaEqualsScalarAtEveryWidth() {
    Map<Integer, SummaryKernel> widths =
        VectorWidths.of("PanamaSummaryKernel", SummaryKernel.class);
    assertThat(widths).containsOnlyKeys(128, 256, 512);
    for (SummaryKernel panama : widths.values()) {
      checkAll(panama, Seeds.next());
    }
  }

  private static void checkAll(SummaryKernel panama, long seed) {
    SummaryKernel scalar = new ScalarSummaryKernel();
    Random random = new Random(seed);
    for (int length : LENGTHS) {
      for (Content content : Content.values()) {
        checkDense(scalar, panama, length, content, random);
        checkSelection(scalar, panama, length, content, random);
        for (int numberLength = 1; numberLength <= 2; numberLength++) {
          if (length <= (numberLength == 1 ? 256 : 65_535)) {
            checkSparse(scalar, panama, length, numberLength, content, random);
          }
        }
      }
    }
  }

  private enum Content {
    RANDOM,
    ZERO,
    MAX;

    int value(Random random) {
      return switch (this) {
        case RANDOM -> random.nextInt(256);
        case ZERO -> 0;
        case MAX -> 255;
      };
    }
  }

  private static void checkDense(
      SummaryKernel scalar, SummaryKernel panama, int blocks, Content content, Random random) {
    int start = random.nextInt(64);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment lists = arena.allocate(start + blocks + 64L);
      for (int i = 0; i < blocks; i++) {
        lists.set(FileLayout.U8, start + i, (byte) content.value(random));
      }
      int weight = content == Content.MAX ? WEIGHT_MAX : random.nextInt(WEIGHT_MAX);
      int[] expected = sums(content, blocks, random);
      int[] found = expected.clone();
      scalar.addDense(lists, start, blocks, weight, expected);
      panama.addDense(lists, start, blocks, weight, found);
      assertThat(found).as("%d blocks, %s", blocks, content).isEqualTo(expected);
    }
  }

  private static void checkSparse(
      SummaryKernel scalar,
      SummaryKernel panama,
      int entries,
      int numberLength,
      Content content,
      Random random) {
    int start = random.nextInt(64);
    int blocks = numberLength == 1 ? 256 : 65_535;
    int[] numbers = IntStream.range(0, blocks).toArray();
    for (int i = 0; i < entries; i++) {
      int other = i + random.nextInt(blocks - i);
      int number = numbers[other];
      numbers[other] = numbers[i];
      numbers[i] = number;
    }
    Arrays.sort(numbers, 0, entries);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment lists = arena.allocate(start + entries * (numberLength + 1L) + 64);
      for (int i = 0; i < entries; i++) {
        if (numberLength == 1) {
          lists.set(FileLayout.U8, start + i, (byte) numbers[i]);
        } else {
          lists.set(FileLayout.U16, start + 2L * i, (short) numbers[i]);
        }
        lists.set(
            FileLayout.U8, start + (long) entries * numberLength + i, (byte) content.value(random));
      }
      int weight = content == Content.MAX ? WEIGHT_MAX : random.nextInt(WEIGHT_MAX);
      int[] expected = sums(content, blocks, random);
      int[] found = expected.clone();
      scalar.addSparse(lists, start, entries, numberLength, weight, expected);
      panama.addSparse(lists, start, entries, numberLength, weight, found);
      assertThat(found).as("%d entries of %d bytes", entries, numberLength).isEqualTo(expected);
    }
  }

  private static void checkSelection(
      SummaryKernel scalar, SummaryKernel panama, int blocks, Content content, Random random) {
    int[] sums = sums(content, blocks, random);
    int some = blocks == 0 ? 0 : sums[random.nextInt(blocks)];
    for (int minimum : new int[] {0, 1, some, some + 1, Integer.MAX_VALUE}) {
      int[] expected = new int[blocks];
      int[] found = new int[blocks];
      int expectedCount = scalar.selectAtLeast(sums, blocks, minimum, expected);
      int foundCount = panama.selectAtLeast(sums, blocks, minimum, found);
      assertThat(foundCount).isEqualTo(expectedCount);
      assertThat(Arrays.copyOf(found, foundCount))
          .as("%d blocks, minimum %d", blocks, minimum)
          .isEqualTo(Arrays.copyOf(expected, expectedCount));
    }
  }

  /** Returns sums of an earlier row, and two more sums that must not change. */
  private static int[] sums(Content content, int blocks, Random random) {
    int[] sums = new int[blocks + 2];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = content == Content.RANDOM ? random.nextInt(1 << 20) : 0;
    }
    return sums;
  }
}
