package io.siskin.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.format.FileLayout;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.VectorWidths;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Checks that every operation of the SIMD kernel equals its scalar twin, for several lengths,
 * contents and widths.
 */
final class ImpactKernelTest {
  private static final int WINDOW = 1 << 16;
  private static final int SUM_MAX = 255;

  /** The weight with which an impact is added without a change. */
  private static final int WEIGHT_ONE = 1 << ImpactKernel.WEIGHT_SHIFT;

  private static final int[] LENGTHS = {
    0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 251, 255, 256, 257,
    1021, 4096, 65_535
  };

  private static final int[] COUNTS = {0, 64, 128, 192, 256, 320, 1024, 4032, 4096, 65_536};

  @Test
  void panamaEqualsScalarAtTheWidthOfThisMachine() {
    checkAll(new PanamaImpactKernel(), Seeds.next());
  }

  @Test
  void panamaEqualsScalarAtEveryWidth() {
    Map<Integer, ImpactKernel> widths = VectorWidths.of("PanamaImpactKernel", ImpactKernel.class);
    assertThat(widths).containsOnlyKeys(128, 256, 512);
    for (ImpactKernel panama : widths.values()) {
      checkAll(panama, Seeds.next());
    }
  }

  private static void checkAll(ImpactKernel panama, long seed) {
    ImpactKernel scalar = new ScalarImpactKernel();
    Random random = new Random(seed);
    for (Content content : Content.values()) {
      for (int length : LENGTHS) {
        checkAdd(scalar, panama, length, content, random);
      }
      for (int count : COUNTS) {
        checkCollect(scalar, panama, count, content, random);
      }
    }
  }

  /** The kind of impacts, weights and sums. */
  private enum Content {
    RANDOM,
    ZERO,
    MAX;

    int value(Random random, int max) {
      return switch (this) {
        case RANDOM -> random.nextInt(max + 1);
        case ZERO -> 0;
        case MAX -> max;
      };
    }
  }

  private static void checkAdd(
      ImpactKernel scalar, ImpactKernel panama, int length, Content content, Random random) {
    int[] documents = distinct(length, random);
    int weight = content.value(random, WEIGHT_ONE);
    int start = random.nextInt(64);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment postings = arena.allocate(start + 3L * length + 64);
      long impacts = start + 2L * length;
      byte[] expected = new byte[WINDOW];
      random.nextBytes(expected); // These are the sums of earlier terms.
      byte[] naive = expected.clone();
      for (int i = 0; i < length; i++) {
        int impact = content.value(random, 255);
        postings.set(FileLayout.U16, start + 2L * i, (short) documents[i]);
        postings.set(FileLayout.U8, impacts + i, (byte) impact);
        // This adds as much as still fits, so that many sums are 255 in the end.
        int added = (int) Math.floor((double) weight * impact / WEIGHT_ONE + 0.5);
        int before = Math.min(expected[documents[i]] & 0xFF, SUM_MAX - added);
        expected[documents[i]] = (byte) before;
        naive[documents[i]] = (byte) (before + added);
      }
      byte[] found = expected.clone();
      scalar.add(postings, start, impacts, length, weight, expected);
      panama.add(postings, start, impacts, length, weight, found);
      assertThat(expected).as("%d postings, %s", length, content).isEqualTo(naive);
      assertThat(found).as("%d postings, %s", length, content).isEqualTo(expected);
    }
  }

  private static void checkCollect(
      ImpactKernel scalar, ImpactKernel panama, int count, Content content, Random random) {
    int from =
        random.nextInt((WINDOW - count) / ImpactKernel.SUMS_STEP + 1) * ImpactKernel.SUMS_STEP;
    byte[] sums = new byte[WINDOW];
    for (int i = 0; i < WINDOW; i++) {
      sums[i] = (byte) content.value(random, SUM_MAX);
    }
    int some = count == 0 ? 1 : Math.max(1, sums[from + random.nextInt(count)] & 0xFF);
    for (int floor : new int[] {1, 127, 128, some, Math.min(some + 1, SUM_MAX), SUM_MAX}) {
      int[] naive =
          IntStream.range(from, from + count)
              .filter(i -> (sums[i] & 0xFF) >= floor)
              .map(i -> i << ImpactKernel.SUM_BITS | (sums[i] & 0xFF))
              .toArray();
      byte[] cleared = sums.clone();
      Arrays.fill(cleared, from, from + count, (byte) 0);
      for (ImpactKernel kernel : List.of(scalar, panama)) {
        byte[] left = sums.clone();
        int[] out = new int[count];
        int found = kernel.collect(left, from, count, floor, out);
        assertThat(Arrays.copyOf(out, found))
            .as("%d sums, %s, floor %d", count, content, floor)
            .isEqualTo(naive);
        assertThat(left).as("%d sums, others stay", count).isEqualTo(cleared);
      }
    }
  }

  /** Returns distinct positions of a window in random order. */
  private static int[] distinct(int count, Random random) {
    int[] positions = IntStream.range(0, WINDOW).toArray();
    for (int i = 0; i < count; i++) {
      int other = i + random.nextInt(WINDOW - i);
      int position = positions[other];
      positions[other] = positions[i];
      positions[i] = position;
    }
    return Arrays.copyOf(positions, count);
  }
}
