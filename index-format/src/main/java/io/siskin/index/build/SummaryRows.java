package io.siskin.index.build;

import io.siskin.index.format.v1.ClusterLayout;
import io.siskin.index.segment.ForwardIndex;
import java.util.Arrays;

/**
 * The summaries of the posting blocks of one list, term by term. A summary has, for each term, the
 * largest weight that the documents of its block have. Only the heaviest terms are kept, up to a
 * share of the sum of weights. Seismic calls these alpha-mass summaries. The values have 8 bits,
 * and each list has one scale.
 *
 * <p>Seismic has one scale per summary. With one scale per list, a query can compare integer sums
 * with one integer threshold. {@code docs/adr/0006-clustered-lists.md} has the figures. An object
 * holds scratch memory for one thread and is reused for many lists.
 */
final class SummaryRows {
  private final ForwardIndex.Cursor cursor;
  private final double energy;
  private final int termsMin;
  private final int rowLengthMin;

  /**
   * The largest weight of each term in the current posting block, indexed by term number. Between
   * two blocks, all entries are zero.
   */
  private final float[] maxima;

  /**
   * The number of each term's entries in the list, indexed by term number. Between two lists, all
   * entries are zero.
   */
  private final int[] counts;

  private int[] blockTerms = new int[1024];
  private long[] blockKeys = new long[1024];

  private int entryCount;
  private int[] entryTerms = new int[4096];
  private int[] entryBlocks = new int[4096];
  private float[] entryWeights = new float[4096];
  private byte[] entryValues = new byte[4096];

  private float scale;
  private int rowCount;
  private int[] rowTerms = new int[1024];
  private int[] rowEnds = new int[1024];
  private int[] sortedBlocks = new int[4096];
  private byte[] sortedValues = new byte[4096];

  SummaryRows(ForwardIndex forward, int termCount, ClusterOptions options) {
    this.cursor = forward.cursor();
    this.energy = options.summaryEnergy();
    this.termsMin = options.summaryTermsMin();
    this.rowLengthMin = options.summaryRowLengthMin();
    this.maxima = new float[termCount];
    this.counts = new int[termCount];
  }

  /**
   * Summarises the posting blocks of a list.
   *
   * @param documents the documents of the list, posting block by posting block
   * @param blockStarts the start of each posting block, and then the number of documents
   * @param blockCount the number of posting blocks
   */
  void summarise(int[] documents, int[] blockStarts, int blockCount) {
    entryCount = 0;
    float largest = 0;
    for (int block = 0; block < blockCount; block++) {
      int terms = maximise(documents, blockStarts[block], blockStarts[block + 1]);
      largest = Math.max(largest, keepHeaviest(block, terms));
    }
    scale = largest / ClusterLayout.VALUE_MAX;
    quantise();
    dropThinRows();
    sortByTerm();
    scale = rowCount == 0 ? 0 : scale;
  }

  /** Sets the state of a list that has no summaries. */
  void clear() {
    entryCount = 0;
    rowCount = 0;
    scale = 0;
  }

  /** Returns the scale of the list. The weight of a term in a summary is scale × value. */
  float scale() {
    return scale;
  }

  /** Returns the number of rows, which is the number of terms that at least one summary has. */
  int rowCount() {
    return rowCount;
  }

  /** Returns the term number of a row. Term numbers ascend with the rows. */
  int rowTerm(int row) {
    return rowTerms[row];
  }

  /** Returns the first entry of a row, or the number of all entries after the last row. */
  int rowStart(int row) {
    return row == 0 ? 0 : rowEnds[row - 1];
  }

  /** Returns the posting block of an entry. Posting blocks ascend inside a row. */
  int block(int entry) {
    return sortedBlocks[entry];
  }

  /** Returns the value of an entry, 1 to 255 as an unsigned byte. */
  byte value(int entry) {
    return sortedValues[entry];
  }

  /**
   * Collects the maxima of a posting block. Returns the number of elements of {@link #blockTerms}
   * that are set.
   */
  private int maximise(int[] documents, int from, int to) {
    int terms = 0;
    for (int i = from; i < to; i++) {
      cursor.moveTo(documents[i]);
      if (terms + cursor.size() > blockTerms.length) {
        blockTerms =
            Arrays.copyOf(blockTerms, Math.max(2 * blockTerms.length, terms + cursor.size()));
        blockKeys = new long[blockTerms.length];
      }
      while (cursor.next()) {
        int term = cursor.termNumber();
        float weight = cursor.scale() * cursor.impact();
        if (maxima[term] == 0) {
          blockTerms[terms++] = term;
        }
        maxima[term] = Math.max(maxima[term], weight);
      }
    }
    return terms;
  }

  /**
   * Appends the heaviest terms of a posting block as entries and clears its maxima. Returns the
   * largest weight.
   */
  private float keepHeaviest(int block, int terms) {
    double mass = 0;
    for (int i = 0; i < terms; i++) {
      int term = blockTerms[i];
      float weight = maxima[term];
      mass += weight;
      maxima[term] = 0;
      // Ascending keys give the heaviest term first. Ties are in the order of term numbers.
      blockKeys[i] = (long) ~Float.floatToRawIntBits(weight) << Integer.SIZE | term;
    }
    Arrays.sort(blockKeys, 0, terms);
    reserveEntries(terms);
    double kept = 0;
    for (int i = 0; i < terms && (i < termsMin || kept < energy * mass); i++) {
      float weight = weightOf(blockKeys[i]);
      kept += weight;
      entryTerms[entryCount] = (int) blockKeys[i];
      entryBlocks[entryCount] = block;
      entryWeights[entryCount] = weight;
      entryCount++;
    }
    return terms == 0 ? 0 : weightOf(blockKeys[0]);
  }

  private static float weightOf(long key) {
    return Float.intBitsToFloat(~(int) (key >>> Integer.SIZE));
  }

  /** Turns the weights into 8-bit values and collects the terms of the list. */
  private void quantise() {
    int kept = 0;
    rowCount = 0;
    for (int i = 0; i < entryCount; i++) {
      int value = Math.round(entryWeights[i] / scale);
      if (value == 0) {
        // The weight is below 1/510 of the largest in the list and adds nothing to a score.
        continue;
      }
      int term = entryTerms[i];
      if (counts[term]++ == 0) {
        if (rowCount == rowTerms.length) {
          rowTerms = Arrays.copyOf(rowTerms, 2 * rowCount);
          rowEnds = new int[2 * rowCount];
        }
        rowTerms[rowCount++] = term;
      }
      entryTerms[kept] = term;
      entryBlocks[kept] = entryBlocks[i];
      entryValues[kept++] = (byte) value;
    }
    entryCount = kept;
  }

  /**
   * Sorts the entries by term with a stable sort. So the entries of a row are in the order of
   * posting blocks.
   */
  private void sortByTerm() {
    Arrays.sort(rowTerms, 0, rowCount);
    int start = 0;
    for (int row = 0; row < rowCount; row++) {
      int count = counts[rowTerms[row]];
      counts[rowTerms[row]] = start;
      start += count;
    }
    for (int i = 0; i < entryCount; i++) {
      int at = counts[entryTerms[i]]++;
      sortedBlocks[at] = entryBlocks[i];
      sortedValues[at] = entryValues[i];
    }
    // The loop above has moved each start to the end of its row.
    for (int row = 0; row < rowCount; row++) {
      rowEnds[row] = counts[rowTerms[row]];
      counts[rowTerms[row]] = 0;
    }
  }

  /**
   * Leaves out the terms that too few summaries have. A query with such a term finds the documents
   * of these summaries in the term's own list, which is shorter. A row here would need more bytes
   * than its entries.
   */
  private void dropThinRows() {
    int rows = 0;
    for (int row = 0; row < rowCount; row++) {
      int term = rowTerms[row];
      if (counts[term] >= rowLengthMin) {
        rowTerms[rows++] = term;
      } else {
        counts[term] = 0;
      }
    }
    rowCount = rows;
    int kept = 0;
    for (int i = 0; i < entryCount; i++) {
      if (counts[entryTerms[i]] > 0) {
        entryTerms[kept] = entryTerms[i];
        entryBlocks[kept] = entryBlocks[i];
        entryValues[kept++] = entryValues[i];
      }
    }
    entryCount = kept;
  }

  private void reserveEntries(int more) {
    if (entryCount + more > entryTerms.length) {
      int capacity = Math.max(2 * entryTerms.length, entryCount + more);
      entryTerms = Arrays.copyOf(entryTerms, capacity);
      entryBlocks = Arrays.copyOf(entryBlocks, capacity);
      entryWeights = Arrays.copyOf(entryWeights, capacity);
      entryValues = new byte[capacity];
      sortedBlocks = new int[capacity];
      sortedValues = new byte[capacity];
    }
  }
}
