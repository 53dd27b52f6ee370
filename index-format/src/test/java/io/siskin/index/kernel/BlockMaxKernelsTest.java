package io.siskin.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.BlockMaxLayout;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.VectorWidths;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that every SIMD kernel equals its scalar twin exactly, with every vector width. */
final class BlockMaxKernelsTest {
  private static final BlockMaxKernels SCALAR = new ScalarBlockMaxKernels();
  private static final List<BlockMaxKernels> SIMD =
      List.copyOf(VectorWidths.of("PanamaBlockMaxKernels", BlockMaxKernels.class).values());
  private static final int PADDING = 64;

  /** The kind of bytes. */
  enum Content {
    RANDOM {
      @Override
      byte next(Random random) {
        return (byte) random.nextInt(256);
      }
    },
    ALL_MAX {
      @Override
      byte next(Random random) {
        return (byte) 255;
      }
    },
    ALL_ZERO {
      @Override
      byte next(Random random) {
        return 0;
      }
    };

    abstract byte next(Random random);

    MemorySegment memory(int length, Random random) {
      byte[] bytes = new byte[length + PADDING];
      for (int i = 0; i < length; i++) {
        bytes[i] = next(random);
      }
      return MemorySegment.ofArray(bytes);
    }
  }

  @ParameterizedTest
  @EnumSource(Content.class)
  void superblockMaxima(Content content) {
    Random random = new Random(Seeds.next());
    for (int count : new int[] {0, 16, 32, 48, 64, 80, 256, 1008}) {
      MemorySegment maxima = content.memory(7 + count, random);
      int weight = 1 + random.nextInt(1 << 20);
      int[] expected = ints(5 + count, 1 << 20, random);
      for (BlockMaxKernels simd : simd()) {
        int[] actual = expected.clone();
        simd.addSuperblockMaxima(maxima, 7, count, weight, actual, 5);
        int[] sums = expected.clone();
        SCALAR.addSuperblockMaxima(maxima, 7, count, weight, sums, 5);
        assertThat(actual).isEqualTo(sums);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Content.class)
  void blockMaxima(Content content) {
    Random random = new Random(Seeds.next());
    for (int count : new int[] {0, 1, 2, 3, 31, 128}) {
      int superblocks = 1 + 2 * count;
      MemorySegment wide = content.memory(24 * superblocks, random);
      MemorySegment packed = content.memory(16 * superblocks, random);
      int[] chosen = ints(count, superblocks, random);
      int weight = 1 + random.nextInt(1 << 15);
      int[] before = ints(16 * count, 1 << 20, random);
      int[] expectedWide = before.clone();
      SCALAR.addBlockMaxima(wide, 0, chosen, count, weight, expectedWide);
      int[] expectedPacked = before.clone();
      SCALAR.addPackedBlockMaxima(packed, 0, chosen, count, weight, expectedPacked);
      int[] expectedLargest = new int[count];
      SCALAR.largest(expectedPacked, count, expectedLargest);
      for (BlockMaxKernels simd : simd()) {
        int[] bounds = before.clone();
        simd.addBlockMaxima(wide, 0, chosen, count, weight, bounds);
        assertThat(bounds).isEqualTo(expectedWide);
        bounds = before.clone();
        simd.addPackedBlockMaxima(packed, 0, chosen, count, weight, bounds);
        assertThat(bounds).isEqualTo(expectedPacked);
        int[] largest = new int[count];
        simd.largest(bounds, count, largest);
        assertThat(largest).isEqualTo(expectedLargest);
        for (int i = 0; i < count; i++) {
          int threshold = expectedPacked[16 * i + random.nextInt(16)];
          assertThat(simd.atLeast(bounds, 16 * i, threshold))
              .isEqualTo(SCALAR.atLeast(bounds, 16 * i, threshold));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 1000})
  void select(int differentValues) {
    Random random = new Random(Seeds.next());
    for (int count : new int[] {0, 16, 32, 48, 528}) {
      int[] values = ints(count, differentValues, random);
      for (int trial = 0; trial < 10; trial++) {
        int least = random.nextInt(differentValues + 1);
        int below = least + random.nextInt(differentValues + 1);
        int[] expected = new int[count];
        int size = SCALAR.select(values, count, least, below, expected);
        for (BlockMaxKernels simd : simd()) {
          int[] actual = new int[count];
          assertThat(simd.select(values, count, least, below, actual)).isEqualTo(size);
          assertThat(actual).isEqualTo(expected);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256})
  void postings(int rowLength) {
    Random random = new Random(Seeds.next());
    for (int maximumBits : new int[] {4, 8}) {
      for (int listCount : new int[] {0, 1, 17, 90}) {
        Postings postings = new Postings(rowLength, maximumBits, listCount, random);
        for (int rowCount : new int[] {0, 1, 2, 24}) {
          ScoreRows expected = postings.rows(rowCount, random);
          ScoreRows actual = copy(expected);
          int added =
              SCALAR.addPostings(
                  postings.entries, maximumBits, postings.postings, postings.lists, expected);
          for (BlockMaxKernels simd : simd()) {
            ScoreRows sums = copy(actual);
            assertThat(
                    simd.addPostings(
                        postings.entries, maximumBits, postings.postings, postings.lists, sums))
                .isEqualTo(added);
            assertThat(sums.sums).isEqualTo(expected.sums);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 12, 16, 20, 64, 256})
  void candidates(int count) {
    Random random = new Random(Seeds.next());
    MemorySegment scales = MemorySegment.ofArray(new byte[4 * (count + 3) + PADDING]);
    for (int i = 0; i < count + 3; i++) {
      scales.set(FileLayout.F32, 4L * i, random.nextFloat());
    }
    int[] sums = ints(count + 40, 1 << 30, random);
    for (float threshold : new float[] {0, Float.MIN_VALUE, 1 << 27, 1 << 29, Float.MAX_VALUE}) {
      int[] expected = new int[count];
      int found = SCALAR.candidates(sums, 9, scales, 3, count, threshold, expected);
      for (BlockMaxKernels simd : simd()) {
        int[] actual = new int[count];
        assertThat(simd.candidates(sums, 9, scales, 3, count, threshold, actual)).isEqualTo(found);
        assertThat(actual).isEqualTo(expected);
      }
    }
  }

  /** Lists over some superblocks. Some entries are full, and some are empty. */
  private static final class Postings {
    static final int SUPERBLOCKS = 30;

    final int rowLength;
    final MemorySegment entries;
    final MemorySegment postings;
    final DenseLists lists;

    Postings(int rowLength, int maximumBits, int listCount, Random random) {
      this.rowLength = rowLength;
      int entryLength = BlockMaxLayout.entryLength(maximumBits);
      this.entries = Content.RANDOM.memory(listCount * SUPERBLOCKS * entryLength, random);
      this.postings = Content.RANDOM.memory(2 * listCount * SUPERBLOCKS * rowLength, random);
      this.lists = new DenseLists(listCount);
      long at = 0;
      for (int list = 0; list < listCount; list++) {
        lists.entries[list] = (long) list * SUPERBLOCKS * entryLength;
        lists.postings[list] = at;
        lists.weights[list] = random.nextInt(1 << 20);
        int start = 0;
        for (int superblock = 0; superblock < SUPERBLOCKS; superblock++) {
          int count = random.nextInt(4) * rowLength / 3;
          long tail =
              lists.entries[list]
                  + (long) superblock * entryLength
                  + BlockMaxLayout.maximaLength(maximumBits);
          entries.set(FileLayout.U32, tail + BlockMaxLayout.ENTRY_START_OFFSET, start);
          entries.set(FileLayout.U16, tail + BlockMaxLayout.ENTRY_COUNT_OFFSET, (short) count);
          int[] locals = random.ints(0, rowLength).distinct().limit(count).sorted().toArray();
          for (int i = 0; i < count; i++) {
            postings.set(FileLayout.U8, at + i, (byte) locals[i]);
          }
          at += 2L * count;
          start += count;
        }
      }
      lists.count = listCount;
    }

    ScoreRows rows(int count, Random random) {
      ScoreRows rows = new ScoreRows(24, rowLength);
      for (int row = 0; row < count; row++) {
        boolean whole = random.nextInt(4) == 0;
        rows.superblocks[row] = random.nextInt(SUPERBLOCKS);
        rows.firsts[row] = whole ? 0 : random.nextInt(rowLength);
        rows.lasts[row] =
            whole ? rowLength - 1 : rows.firsts[row] + random.nextInt(rowLength - rows.firsts[row]);
        rows.masks[row] = random.nextInt(3) == 0 ? 0 : 1L << random.nextInt(64);
        rows.secondMasks[row] = random.nextInt(3) == 0 ? 0 : random.nextLong();
      }
      rows.count = count;
      return rows;
    }
  }

  private static ScoreRows copy(ScoreRows rows) {
    ScoreRows copy = new ScoreRows(rows.superblocks.length, rows.rowLength);
    System.arraycopy(rows.superblocks, 0, copy.superblocks, 0, rows.count);
    System.arraycopy(rows.firsts, 0, copy.firsts, 0, rows.count);
    System.arraycopy(rows.lasts, 0, copy.lasts, 0, rows.count);
    System.arraycopy(rows.masks, 0, copy.masks, 0, rows.count);
    System.arraycopy(rows.secondMasks, 0, copy.secondMasks, 0, rows.count);
    copy.count = rows.count;
    return copy;
  }

  private static int[] ints(int count, int below, Random random) {
    int[] values = new int[count];
    Arrays.setAll(values, i -> random.nextInt(below));
    return values;
  }

  private static List<BlockMaxKernels> simd() {
    return SIMD;
  }
}
