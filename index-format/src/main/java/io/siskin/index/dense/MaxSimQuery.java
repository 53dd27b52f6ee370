package io.siskin.index.dense;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.kernel.DenseKernel;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.vector.SparseVector;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A query of several vectors, prepared for late interaction: the score of a document is the sum,
 * over the vectors of the query, of the largest inner product with a vector of the document
 * (Khattab and Zaharia, "ColBERT: Efficient and Effective Passage Search via Contextualized Late
 * Interaction over BERT", SIGIR 2020).
 *
 * <p>Every inner product is a single with the bits that {@link DenseQuery} gives, and they are
 * added in double precision in the order of the query's vectors. So a score does not depend on the
 * order of the document's vectors.
 *
 * <p>Used by one thread at a time, since it holds scratch memory.
 */
public abstract sealed class MaxSimQuery {
  /** The most vectors of a query. */
  public static final int VECTOR_COUNT_MAX = 128;

  private final DenseType type;
  private final int count;

  /** The length of a row in bytes. */
  final int rowBytes;

  /** The largest inner product of each vector of the query so far, and maybe others after them. */
  final float[] largest;

  MaxSimQuery(DenseType type, int count, int length) {
    this.type = type;
    this.count = count;
    this.rowBytes = type.rowBytes();
    this.largest = new float[length];
  }

  /**
   * Prepares a query with the kernels of this process.
   *
   * @param field the field that is asked, which stores values
   * @param vectors the vectors of the query, 1 to 128; they are copied
   * @throws InvalidInputException when there are too few or too many, or as for {@link
   *     DenseQuery#of(DenseFieldSpec, float[])}
   */
  public static MaxSimQuery of(DenseFieldSpec field, List<float[]> vectors) {
    return of(field, vectors, KernelProvider.current().newDenseKernel());
  }

  /**
   * Prepares a query with a given kernel.
   *
   * @param field as above
   * @param vectors as above
   * @param kernel computes the inner products; used by no other thread
   * @throws InvalidInputException as above
   */
  public static MaxSimQuery of(DenseFieldSpec field, List<float[]> vectors, DenseKernel kernel) {
    checkCount(vectors.size());
    List<DenseQuery> queries = new ArrayList<>(vectors.size());
    for (float[] vector : vectors) {
      queries.add(DenseQuery.of(field, vector, kernel));
    }
    return switch (field.type().storage()) {
      case F32, F16 -> new Blocks(field.type(), queries, kernel);
      case INT8, BINARY -> new Singles(field.type(), queries);
      case TERMS, SLICES, KEYED_F32, KEYED_F16, HASHED -> throw new AssertionError(field);
    };
  }

  /**
   * Prepares a query of vectors with keys, for a field that stores keys. Only vectors with the same
   * key are compared. A vector of the query whose key a document does not have adds 0.
   *
   * @param field the field that is asked
   * @param vectors the vectors of the query, 1 to 128; they are copied
   * @throws InvalidInputException when the field stores something else, or as for {@link
   *     #of(DenseFieldSpec, List)}
   */
  public static MaxSimQuery ofKeyed(DenseFieldSpec field, List<KeyedVector> vectors) {
    return ofKeyed(field, vectors, KernelProvider.current().newDenseKernel());
  }

  /**
   * Prepares a query of vectors with keys, with a given kernel.
   *
   * @param field as above
   * @param vectors as above
   * @param kernel computes the inner products; used by no other thread
   * @throws InvalidInputException as above
   */
  public static MaxSimQuery ofKeyed(
      DenseFieldSpec field, List<KeyedVector> vectors, DenseKernel kernel) {
    if (!field.type().hasKeys()) {
      throw new InvalidInputException(
          "query of dense field '" + field.name() + "'",
          "vectors with keys",
          field.type().storage().wanted());
    }
    checkCount(vectors.size());
    return new Keyed(field, vectors, kernel);
  }

  /**
   * Prepares a query of token vectors, for a field that stores {@link DenseStorage#TERMS}.
   *
   * @param field the field that is asked
   * @param vectors the vectors of the query, 1 to 128, each of at most 4,096 terms
   * @throws InvalidInputException when there are too few or too many, when a weight is too large,
   *     or when the field stores something else
   */
  public static MaxSimQuery ofTerms(DenseFieldSpec field, List<? extends SparseVector> vectors) {
    checkTerms(field, vectors);
    return new Terms(field.type(), vectors);
  }

  /**
   * Checks token vectors for a field that stores {@link DenseStorage#TERMS} without preparing them.
   *
   * @param field the field that is asked
   * @param vectors the vectors of the query
   * @throws InvalidInputException as for {@link #ofTerms}
   */
  public static void checkTerms(DenseFieldSpec field, List<? extends SparseVector> vectors) {
    String what = "query of dense field '" + field.name() + "'";
    if (field.type().storage() != DenseStorage.TERMS) {
      throw new InvalidInputException(
          what,
          "token vectors",
          "vectors of " + field.type().dimensions() + " numbers, since the field stores no terms");
    }
    checkCount(vectors.size());
    for (SparseVector vector : vectors) {
      DenseValues.check(what, vector);
      Ranges.check(
          "terms of a vector of the " + what, vector.size(), 0, FormatV2.DENSE_DIMENSIONS_MAX);
    }
  }

  private static void checkCount(int count) {
    Ranges.check("vectors of the query", count, 1, VECTOR_COUNT_MAX);
  }

  /** Returns what the vectors of its field are. */
  public final DenseType type() {
    return type;
  }

  /**
   * Returns the score of a document.
   *
   * @param rows the memory of its rows; 64 bytes after them may be read
   * @param offset where the first row begins, in bytes; the others follow
   * @param scales the memory of the scales or keys of the rows; ignored where vectors have none
   * @param scalesOffset where the first scale or key is, in bytes; the others follow
   * @param rowCount how many rows the document has, 1 or more
   */
  public final double score(
      MemorySegment rows, long offset, MemorySegment scales, long scalesOffset, int rowCount) {
    Arrays.fill(largest, Float.NEGATIVE_INFINITY);
    offer(rows, offset, scales, scalesOffset, rowCount);
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += largest[i];
    }
    return sum;
  }

  /**
   * Returns the score of a document of a block.
   *
   * @param block where its rows are
   * @param index which document, 0 to the size of the block − 1
   * @return NaN if it has no row
   */
  public final double score(RowBlock block, int index) {
    int count = block.count(index);
    return count == 0
        ? Double.NaN
        : score(
            block.rows(index),
            block.offset(index),
            block.scales(index),
            block.scalesOffset(index),
            count);
  }

  /** Raises the largest inner products to those with the rows of a document. */
  abstract void offer(
      MemorySegment rows, long offset, MemorySegment scales, long scalesOffset, int rowCount);

  /** Returns the scale of a row; 1 where vectors have none. */
  final float scale(MemorySegment scales, long scalesOffset, int row) {
    return type.hasScales()
        ? scales.get(FileLayout.F32, scalesOffset + (long) Float.BYTES * row)
        : 1;
  }

  /** Vectors of floats: a row is read once, and multiplied with sixteen vectors at a time. */
  private static final class Blocks extends MaxSimQuery {
    private final DenseKernel kernel;
    private final float[][] blocks;
    private final float[] row;
    private final float[] dots = new float[DenseKernel.BLOCK_LENGTH];

    Blocks(DenseType type, List<DenseQuery> queries, DenseKernel kernel) {
      super(type, queries.size(), blockCount(queries) * DenseKernel.BLOCK_LENGTH);
      this.kernel = kernel;
      this.row = new float[type.rowValues()];
      this.blocks = new float[blockCount(queries)][row.length * DenseKernel.BLOCK_LENGTH];
      for (int query = 0; query < queries.size(); query++) {
        queries.get(query).copyTo(blocks[query / DenseKernel.BLOCK_LENGTH], query);
      }
    }

    private static int blockCount(List<DenseQuery> queries) {
      return (queries.size() + DenseKernel.BLOCK_LENGTH - 1) / DenseKernel.BLOCK_LENGTH;
    }

    @Override
    void offer(
        MemorySegment rows, long offset, MemorySegment scales, long scalesOffset, int rowCount) {
      boolean isF16 = type().storage() == DenseStorage.F16;
      for (int i = 0; i < rowCount; i++) {
        long at = offset + (long) i * rowBytes;
        if (isF16) {
          kernel.widenF16(rows, at, row, row.length);
        } else {
          MemorySegment.copy(rows, FileLayout.F32, at, row, 0, row.length);
        }
        offerRow();
      }
    }

    private void offerRow() {
      for (int block = 0; block < blocks.length; block++) {
        kernel.dotBlock(row, blocks[block], row.length, dots);
        int first = block * DenseKernel.BLOCK_LENGTH;
        for (int i = 0; i < DenseKernel.BLOCK_LENGTH; i++) {
          largest[first + i] = Math.max(largest[first + i], dots[i]);
        }
      }
    }
  }

  /** Vectors of bytes or bits, whose rows are so short that all of them stay in the cache. */
  private static final class Singles extends MaxSimQuery {
    private final DenseQuery[] queries;

    Singles(DenseType type, List<DenseQuery> queries) {
      super(type, queries.size(), queries.size());
      this.queries = queries.toArray(DenseQuery[]::new);
    }

    @Override
    void offer(
        MemorySegment rows, long offset, MemorySegment scales, long scalesOffset, int rowCount) {
      // Query by query, so that a loop has one query, whose arrays stay in registers.
      for (int i = 0; i < queries.length; i++) {
        DenseQuery query = queries[i];
        float best = Float.NEGATIVE_INFINITY;
        for (int row = 0; row < rowCount; row++) {
          float scale = scale(scales, scalesOffset, row);
          best = Math.max(best, query.score(rows, offset + (long) row * rowBytes, scale));
        }
        largest[i] = best;
      }
    }
  }

  /**
   * Vectors with keys (Gao, Dai and Callan, "COIL: Revisit Exact Lexical Match in Information
   * Retrieval with Contextualized Inverted List", NAACL 2021). The keys of query and document both
   * ascend, so those that both have are found by going along both.
   */
  private static final class Keyed extends MaxSimQuery {
    /** The vectors of the query by ascending keys, with the type of rows without keys. */
    private final DenseQuery[] queries;

    /** By ascending keys: the key, and the place in the query. */
    private final int[] keys;

    private final int[] places;

    Keyed(DenseFieldSpec field, List<KeyedVector> vectors, DenseKernel kernel) {
      super(field.type(), vectors.size(), vectors.size());
      DenseFieldSpec rows =
          new DenseFieldSpec(field.name(), field.type().ofRow(), field.vectorsMax());
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < vectors.size(); i++) {
        order.add(i);
      }
      order.sort((a, b) -> Integer.compareUnsigned(vectors.get(a).key(), vectors.get(b).key()));
      this.queries = new DenseQuery[vectors.size()];
      this.keys = new int[vectors.size()];
      this.places = new int[vectors.size()];
      for (int i = 0; i < places.length; i++) {
        places[i] = order.get(i);
        keys[i] = vectors.get(places[i]).key();
        queries[i] = DenseQuery.of(rows, vectors.get(places[i]).values(), kernel);
      }
    }

    @Override
    void offer(
        MemorySegment rows, long offset, MemorySegment marks, long marksOffset, int rowCount) {
      int row = 0;
      for (int i = 0; i < queries.length; i++) {
        // Vectors of the query with one key begin at the same row.
        while (row < rowCount && isBelow(key(marks, marksOffset, row), keys[i])) {
          row++;
        }
        float best = Float.NEGATIVE_INFINITY;
        for (int same = row; same < rowCount && key(marks, marksOffset, same) == keys[i]; same++) {
          best = Math.max(best, queries[i].score(rows, offset + (long) same * rowBytes, 1));
        }
        largest[places[i]] = best == Float.NEGATIVE_INFINITY ? 0 : best;
      }
    }

    private static int key(MemorySegment marks, long marksOffset, int row) {
      return marks.get(FileLayout.U32, marksOffset + (long) Integer.BYTES * row);
    }

    private static boolean isBelow(int key, int other) {
      return Integer.compareUnsigned(key, other) < 0;
    }
  }

  /**
   * Sparse vectors. A hash table leads from the number of a term to the vectors of the query that
   * have it. The weights of the query are whole numbers, as those of a {@link DenseQuery}, so sums
   * have no order.
   */
  private static final class Terms extends MaxSimQuery {
    private final int dimensions;
    private final double step;

    /** By slot: the number of a term. */
    private final int[] numbers;

    /** By slot: where the entries of the term begin; the slot is free if they end there, too. */
    private final int[] starts;

    private final int[] ends;

    /** By entry: which vector of the query, and the level of the term in it. */
    private final int[] vectors;

    private final int[] levels;
    private final int[] sums;

    Terms(DenseType type, List<? extends SparseVector> query) {
      super(type, query.size(), query.size());
      this.dimensions = type.dimensions();
      this.sums = new int[query.size()];
      Map<Integer, List<int[]>> byNumber = new TreeMap<>();
      int exponent = DenseQuery.exponent(largestSum(query));
      this.step = Math.scalb(1.0, -exponent);
      int entries = 0;
      for (int i = 0; i < query.size(); i++) {
        PrunedTerms terms = PrunedTerms.of(query.get(i), query.get(i).size());
        for (int j = 0; j < terms.numbers().length; j++) {
          byNumber
              .computeIfAbsent(terms.numbers()[j], _ -> new ArrayList<>())
              .add(new int[] {i, DenseQuery.level(terms.weights()[j], exponent)});
          entries++;
        }
      }
      // At most half of the slots are taken.
      int slots = Integer.highestOneBit(Math.max(1, byNumber.size())) * 4;
      this.numbers = new int[slots];
      this.starts = new int[slots];
      this.ends = new int[slots];
      this.vectors = new int[entries];
      this.levels = new int[entries];
      fill(byNumber);
    }

    private void fill(Map<Integer, List<int[]>> byNumber) {
      int entry = 0;
      for (Map.Entry<Integer, List<int[]>> term : byNumber.entrySet()) {
        int slot = slot(term.getKey());
        numbers[slot] = term.getKey();
        starts[slot] = entry;
        for (int[] each : term.getValue()) {
          vectors[entry] = each[0];
          levels[entry++] = each[1];
        }
        ends[slot] = entry;
      }
    }

    private static double largestSum(List<? extends SparseVector> query) {
      double largest = 0;
      for (SparseVector vector : query) {
        double sum = 0;
        for (int i = 0; i < vector.size(); i++) {
          sum += vector.weight(i);
        }
        largest = Math.max(largest, sum);
      }
      return largest;
    }

    /** Returns the slot of a term, or a free one if the query does not have it. */
    private int slot(int number) {
      int mask = numbers.length - 1;
      int slot = ((number * 0x9E3779B9) >>> 7) & mask;
      while (ends[slot] > starts[slot] && numbers[slot] != number) {
        slot = (slot + 1) & mask;
      }
      return slot;
    }

    @Override
    void offer(
        MemorySegment rows, long offset, MemorySegment scales, long scalesOffset, int rowCount) {
      for (int row = 0; row < rowCount; row++) {
        offerRow(rows, offset + (long) row * rowBytes, scale(scales, scalesOffset, row));
      }
    }

    private void offerRow(MemorySegment memory, long offset, float scale) {
      long weights = offset + (long) Integer.BYTES * dimensions;
      for (int i = 0; i < dimensions; i++) {
        int weight = memory.get(ValueLayout.JAVA_BYTE, weights + i);
        if (weight == 0) {
          break;
        }
        int slot = slot(memory.get(FileLayout.U32, offset + (long) Integer.BYTES * i));
        for (int entry = starts[slot]; entry < ends[slot]; entry++) {
          sums[vectors[entry]] += weight * levels[entry];
        }
      }
      double factor = scale * step;
      for (int i = 0; i < sums.length; i++) {
        largest[i] = Math.max(largest[i], (float) (sums[i] * factor));
        sums[i] = 0;
      }
    }
  }
}
