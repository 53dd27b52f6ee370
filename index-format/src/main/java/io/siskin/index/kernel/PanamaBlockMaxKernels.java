package io.siskin.index.kernel;

import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.BlockMaxLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link BlockMaxKernels} on vectors of {@link PanamaSpecies#BITS} bits. With 512 bits, the 16
 * bounds of a superblock are one vector. With fewer bits, each step is repeated for each part of
 * them.
 *
 * <p>Each method is small and has its loop inside. In a method with many vector calls, C2 stops
 * inlining them and then allocates one vector per call.
 */
final class PanamaBlockMaxKernels implements BlockMaxKernels {
  private static final VectorShape SHAPE = PanamaSpecies.shape(PanamaSpecies.BITS);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);

  /**
   * Vectors with one byte per int lane. Java has no 32-bit vectors, so with 128 bits only half of
   * such a vector is used.
   */
  private static final VectorSpecies<Byte> NARROW =
      VectorSpecies.of(byte.class, PanamaSpecies.shape(Math.max(64, PanamaSpecies.BITS / 4)));

  private static final int LANES = INTS.length();
  private static final int WIDE_ENTRY_LENGTH = BlockMaxLayout.entryLength(Byte.SIZE);
  private static final int PACKED_ENTRY_LENGTH = BlockMaxLayout.entryLength(4);
  private static final int PACKED_MAXIMUM_OFFSET =
      BlockMaxLayout.maximaLength(4) + BlockMaxLayout.ENTRY_MAXIMUM_OFFSET;
  private static final int BYTE_LANES = BYTES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /**
   * The shift of each document block inside its int lane, after the packed u64 has been broadcast
   * to all lanes.
   */
  private static final int[] SHIFTS = shifts();

  @Override
  public void addSuperblockMaxima(
      MemorySegment maxima, long offset, int count, int weight, int[] bounds, int from) {
    for (int i = 0; i < count; i += LANES) {
      widen(maxima, offset + i)
          .mul(weight)
          .add(IntVector.fromArray(INTS, bounds, from + i))
          .intoArray(bounds, from + i);
    }
  }

  @Override
  public void addBlockMaxima(
      MemorySegment entries, long row, int[] superblocks, int count, int weight, int[] bounds) {
    for (int i = 0; i < count; i++) {
      long entry = row + (long) WIDE_ENTRY_LENGTH * superblocks[i];
      for (int part = 0; part < BLOCKS; part += LANES) {
        int at = BLOCKS * i + part;
        widen(entries, entry + part)
            .mul(weight)
            .add(IntVector.fromArray(INTS, bounds, at))
            .intoArray(bounds, at);
      }
    }
  }

  @Override
  public void addPackedBlockMaxima(
      MemorySegment entries, long row, int[] superblocks, int count, int weight, int[] bounds) {
    for (int i = 0; i < count; i++) {
      long entry = row + (long) PACKED_ENTRY_LENGTH * superblocks[i];
      int scaled = weight * (entries.get(FileLayout.U8, entry + PACKED_MAXIMUM_OFFSET) & 0xFF);
      IntVector halves =
          LongVector.broadcast(LONGS, entries.get(FileLayout.U64, entry)).reinterpretAsInts();
      for (int part = 0; part < BLOCKS; part += LANES) {
        int at = BLOCKS * i + part;
        IntVector shifts = IntVector.fromArray(INTS, SHIFTS, part);
        halves
            .lanewise(VectorOperators.LSHR, shifts)
            .and(15)
            .mul(scaled)
            .add(IntVector.fromArray(INTS, bounds, at))
            .intoArray(bounds, at);
      }
    }
  }

  @Override
  public int atLeast(int[] bounds, int from, int threshold) {
    long mask = 0;
    for (int part = 0; part < BLOCKS; part += LANES) {
      mask |=
          IntVector.fromArray(INTS, bounds, from + part)
                  .compare(VectorOperators.GE, threshold)
                  .toLong()
              << part;
    }
    return (int) mask;
  }

  @Override
  public void largest(int[] bounds, int count, int[] out) {
    for (int i = 0; i < count; i++) {
      IntVector largest = IntVector.fromArray(INTS, bounds, BLOCKS * i);
      for (int part = LANES; part < BLOCKS; part += LANES) {
        largest = largest.max(IntVector.fromArray(INTS, bounds, BLOCKS * i + part));
      }
      out[i] = largest.reduceLanes(VectorOperators.MAX);
    }
  }

  @Override
  public int select(int[] values, int count, int least, int below, int[] out) {
    int selected = 0;
    for (int i = 0; i < count; i += LANES) {
      IntVector lanes = IntVector.fromArray(INTS, values, i);
      VectorMask<Integer> inside =
          lanes.compare(VectorOperators.GE, least).and(lanes.compare(VectorOperators.LT, below));
      for (long mask = inside.toLong(); mask != 0; mask &= mask - 1) {
        out[selected++] = i + Long.numberOfTrailingZeros(mask);
      }
    }
    return selected;
  }

  @Override
  public int addPostings(
      MemorySegment entries,
      int maximumBits,
      MemorySegment postings,
      DenseLists lists,
      ScoreRows rows) {
    int added = 0;
    int step = ScoreRows.ITEMS / Math.max(1, rows.count);
    for (int list = 0; list < lists.count; list += step) {
      int items = 0;
      for (int i = list; i < Math.min(lists.count, list + step); i++) {
        items = locate(entries, maximumBits, lists, i, rows, items);
      }
      touch(postings, rows, items);
      narrow(postings, rows, items);
      added += addItems(postings, rows, items);
    }
    return added;
  }

  /**
   * Appends the rows in which a list has postings that matter. It has no branch that depends on the
   * data.
   */
  private static int locate(
      MemorySegment entries,
      int maximumBits,
      DenseLists lists,
      int list,
      ScoreRows rows,
      int fromItem) {
    int entryLength = BlockMaxLayout.entryLength(maximumBits);
    int tail = BlockMaxLayout.maximaLength(maximumBits);
    long firstEntry = lists.entries[list];
    long firstPosting = lists.postings[list];
    int weight = lists.weights[list];
    int item = fromItem;
    for (int row = 0; row < rows.count; row++) {
      long entry = firstEntry + (long) entryLength * rows.superblocks[row];
      long matters =
          (entries.get(FileLayout.U64, entry) & rows.masks[row])
              | (entries.get(FileLayout.U64, entry + Long.BYTES) & rows.secondMasks[row]);
      rows.offsets[item] =
          firstPosting
              + 2L * entries.get(FileLayout.U32, entry + tail + BlockMaxLayout.ENTRY_START_OFFSET);
      rows.counts[item] =
          entries.get(FileLayout.U16, entry + tail + BlockMaxLayout.ENTRY_COUNT_OFFSET) & 0xFFFF;
      rows.itemRows[item] = row;
      rows.itemWeights[item] = weight;
      item += (int) ((matters | -matters) >>> (Long.SIZE - 1));
    }
    return item;
  }

  /**
   * Reads a byte of the first and the last cache line of each item's postings. No branch here
   * depends on the data, so the cache misses of all items overlap. {@link #narrow} and {@link
   * #addItems} have branches that depend on the postings. A mispredicted branch that waits for
   * memory would make the misses happen one after another.
   */
  private static void touch(MemorySegment postings, ScoreRows rows, int items) {
    int touched = 0;
    for (int item = 0; item < items; item++) {
      long at = rows.offsets[item];
      touched ^=
          postings.get(FileLayout.U8, at)
              ^ postings.get(FileLayout.U8, at + 2L * rows.counts[item]);
    }
    rows.touched ^= touched;
  }

  /**
   * Handles the items of rows in which only a range of documents matters. It narrows them to the
   * postings of these documents. Like every loop with vectors, it has its own method, because C2
   * stops inlining in a method with more of them.
   */
  private static void narrow(MemorySegment postings, ScoreRows rows, int items) {
    int whole = rows.rowLength - 1;
    for (int item = 0; item < items; item++) {
      int row = rows.itemRows[item];
      int first = rows.firsts[row];
      int width = rows.lasts[row] - first;
      int count = rows.counts[item];
      rows.impactDistances[item] = count;
      if (width < whole) {
        // Local document numbers ascend, so the documents inside the range are neighbours.
        long at = rows.offsets[item];
        int before = 0;
        int inside = 0;
        for (int i = 0; i < count; i += BYTE_LANES) {
          ByteVector locals = ByteVector.fromMemorySegment(BYTES, postings, at + i, ORDER);
          long known = count - i < BYTE_LANES ? (1L << (count - i)) - 1 : -1L;
          before +=
              Long.bitCount(known & locals.compare(VectorOperators.ULT, (byte) first).toLong());
          inside +=
              Long.bitCount(
                  known
                      & locals
                          .sub((byte) first)
                          .compare(VectorOperators.ULE, (byte) width)
                          .toLong());
        }
        rows.offsets[item] = at + before;
        rows.counts[item] = inside;
      }
    }
  }

  private static int addItems(MemorySegment postings, ScoreRows rows, int items) {
    int added = 0;
    int pairs = 0;
    for (int item = 0; item < items; item++) {
      long locals = rows.offsets[item];
      int count = rows.counts[item];
      pairs =
          pair(
              postings,
              locals,
              locals + rows.impactDistances[item],
              count,
              rows.itemWeights[item],
              rows.itemRows[item] * rows.rowLength,
              rows,
              pairs);
      added += count;
      if (pairs >= ScoreRows.PAIRS) {
        scatter(rows.positions, rows.products, pairs, rows.sums);
        pairs = 0;
      }
    }
    scatter(rows.positions, rows.products, pairs, rows.sums);
    return added;
  }

  /**
   * Appends the positions of the sums and the products of a run of postings. Returns the new number
   * of pairs. Vectors cannot scatter to memory here. They do all other work, with few branches.
   * Most runs are shorter than a vector. A run may write beyond its end, and the next run
   * overwrites that part.
   */
  private static int pair(
      MemorySegment postings,
      long locals,
      long impacts,
      int count,
      int weight,
      int from,
      ScoreRows rows,
      int fromPair) {
    int i = 0;
    do {
      widen(postings, locals + i).add(from).intoArray(rows.positions, fromPair + i);
      widen(postings, impacts + i).mul(weight).intoArray(rows.products, fromPair + i);
      i += LANES;
    } while (i < count);
    return fromPair + count;
  }

  private static void scatter(int[] positions, int[] products, int count, int[] sums) {
    for (int i = 0; i < count; i++) {
      sums[positions[i]] += products[i];
    }
  }

  @Override
  public int candidates(
      int[] sums,
      int from,
      MemorySegment scales,
      long document,
      int count,
      float threshold,
      int[] out) {
    int found = 0;
    for (int i = 0; i < count; i += LANES) {
      FloatVector products =
          ((FloatVector) IntVector.fromArray(INTS, sums, from + i).convert(VectorOperators.I2F, 0))
              .mul(
                  FloatVector.fromMemorySegment(
                      FLOATS, scales, Float.BYTES * (document + i), ORDER));
      long mask = products.compare(VectorOperators.GE, threshold).toLong();
      if (count - i < LANES) {
        mask &= (1L << (count - i)) - 1;
      }
      for (; mask != 0; mask &= mask - 1) {
        out[found++] = i + Long.numberOfTrailingZeros(mask);
      }
    }
    return found;
  }

  private static IntVector widen(MemorySegment bytes, long offset) {
    return (IntVector)
        ByteVector.fromMemorySegment(NARROW, bytes, offset, ORDER)
            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
  }

  private static int[] shifts() {
    int[] shifts = new int[BLOCKS];
    for (int block = 0; block < BLOCKS; block++) {
      shifts[block] = BlockMaxLayout.packedShift(block) % Integer.SIZE;
    }
    return shifts;
  }
}
