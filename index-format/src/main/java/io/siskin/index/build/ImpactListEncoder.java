package io.siskin.index.build;

import io.siskin.index.format.v1.ImpactOrderedLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Encodes impact-ordered posting lists, one after another. {@link ImpactOrderedLayout} describes
 * the bytes. An encoder holds scratch memory, so only one thread may use it.
 */
final class ImpactListEncoder {
  private static final int LEVELS = ImpactOrderedLayout.LEVEL_COUNT;

  private final InvertedPostings inverted;
  private final StaticPruning pruning;
  private final int windowCount;
  private final int[] documents;
  private final byte[] impacts;
  private final long[] keys;
  private final int[] windowCounts;
  private final int[] windowStarts;
  private final int[] windowDone;

  /** The number of postings whose impact is on exactly this level, indexed by window and level. */
  private final int[] levelCounts;

  /**
   * Makes an encoder.
   *
   * @param longest the number of postings of the longest list that it will encode
   */
  ImpactListEncoder(
      InvertedPostings inverted, StaticPruning pruning, int windowCount, int longest) {
    this.inverted = inverted;
    this.pruning = pruning;
    this.windowCount = windowCount;
    this.documents = new int[longest];
    this.impacts = new byte[longest];
    this.keys = new long[longest];
    this.windowCounts = new int[windowCount];
    this.windowStarts = new int[windowCount];
    this.windowDone = new int[windowCount];
    this.levelCounts = new int[windowCount * LEVELS];
  }

  /**
   * One list, in the form in which the file holds it.
   *
   * @param windows the entries of a windowed list; empty for a plain list
   */
  @SuppressWarnings("ArrayRecordComponent") // records are written, and never compared
  record EncodedList(
      int postingCount,
      float scale,
      byte[] rankedImpacts,
      byte[] totals,
      byte[] windows,
      byte[] postings) {}

  /** Encodes a term's list. */
  EncodedList encode(int term) {
    int length = inverted.read(term, documents, impacts);
    int kept = pruning.keys(documents, impacts, keys, length);
    byte[] ranked = new byte[ImpactOrderedLayout.rankCount()];
    if (kept == 0) {
      return new EncodedList(0, 0, ranked, new byte[0], new byte[0], new byte[0]);
    }
    Arrays.sort(keys, 0, length);
    float scale = StaticPruning.weightOf(keys[0]) / ImpactOrderedLayout.IMPACT_MAX;
    if (!ImpactOrderedLayout.isWindowed(kept, windowCount)) {
      rank(ranked, kept, scale);
      return new EncodedList(kept, scale, ranked, new byte[0], new byte[0], plain(kept, scale));
    }
    kept = fitWindows(kept);
    rank(ranked, kept, scale);
    byte[] totals = new byte[ImpactOrderedLayout.TOTALS_LENGTH];
    byte[] windows = new byte[windowCount * ImpactOrderedLayout.WINDOW_ENTRY_LENGTH];
    byte[] postings = new byte[kept * ImpactOrderedLayout.WINDOWED_POSTING_LENGTH];
    writeWindowed(kept, scale, buffer(totals), buffer(windows), buffer(postings));
    return new EncodedList(kept, scale, ranked, totals, windows, postings);
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int impact(long key, float scale) {
    int impact = Math.round(StaticPruning.weightOf(key) / scale);
    return Math.clamp(impact, 1, ImpactOrderedLayout.IMPACT_MAX);
  }

  private void rank(byte[] ranked, int kept, float scale) {
    for (int i = 0; i < ranked.length; i++) {
      int rank = ImpactOrderedLayout.rank(i);
      ranked[i] = (byte) (rank <= kept ? impact(keys[rank - 1], scale) : 0);
    }
  }

  private byte[] plain(int kept, float scale) {
    // A plain list is in the order of documents. The low half of a key is the document number.
    int[] order = new int[kept];
    for (int i = 0; i < kept; i++) {
      order[i] = StaticPruning.documentOf(keys[i]);
    }
    byte[] byDocument = new byte[kept];
    Arrays.sort(order);
    for (int i = 0; i < kept; i++) {
      int at = Arrays.binarySearch(order, StaticPruning.documentOf(keys[i]));
      byDocument[at] = (byte) impact(keys[i], scale);
    }
    byte[] bytes = new byte[kept * ImpactOrderedLayout.PLAIN_POSTING_LENGTH];
    ByteBuffer out = buffer(bytes);
    for (int document : order) {
      out.putInt(document);
    }
    out.put(byDocument);
    return bytes;
  }

  /**
   * Drops the lightest postings of a window that has more postings than a 16-bit count can hold.
   */
  private int fitWindows(int kept) {
    Arrays.fill(windowCounts, 0);
    int fitting = 0;
    for (int i = 0; i < kept; i++) {
      int window = StaticPruning.documentOf(keys[i]) >>> ImpactOrderedLayout.WINDOW_SHIFT;
      if (windowCounts[window] < ImpactOrderedLayout.WINDOW_POSTING_COUNT_MAX) {
        windowCounts[window]++;
        keys[fitting++] = keys[i];
      }
    }
    return fitting;
  }

  private void writeWindowed(
      int kept, float scale, ByteBuffer totals, ByteBuffer windows, ByteBuffer postings) {
    int start = 0;
    for (int window = 0; window < windowCount; window++) {
      windows.putInt(
          window * ImpactOrderedLayout.WINDOW_ENTRY_LENGTH
              + ImpactOrderedLayout.WINDOW_START_OFFSET,
          start);
      windowStarts[window] = start;
      start += windowCounts[window];
    }
    Arrays.fill(levelCounts, 0);
    int[] done = windowDone;
    Arrays.fill(done, 0);
    for (int i = 0; i < kept; i++) {
      int document = StaticPruning.documentOf(keys[i]);
      int window = document >>> ImpactOrderedLayout.WINDOW_SHIFT;
      int impact = impact(keys[i], scale);
      int at = windowStarts[window] * ImpactOrderedLayout.WINDOWED_POSTING_LENGTH;
      postings.putShort(at + Short.BYTES * done[window], (short) document);
      postings.put(at + Short.BYTES * windowCounts[window] + done[window], (byte) impact);
      done[window]++;
      levelCounts[window * LEVELS + ImpactOrderedLayout.levelAt(impact)]++;
    }
    writeCounts(totals, windows);
  }

  /** Turns the count of each level into the count of that level and all levels above it. */
  private void writeCounts(ByteBuffer totals, ByteBuffer windows) {
    for (int window = 0; window < windowCount; window++) {
      int counts =
          window * ImpactOrderedLayout.WINDOW_ENTRY_LENGTH
              + ImpactOrderedLayout.WINDOW_COUNTS_OFFSET;
      int reaching = 0;
      for (int level = LEVELS - 1; level >= 0; level--) {
        reaching += levelCounts[window * LEVELS + level];
        windows.putShort(counts + level * Short.BYTES, (short) reaching);
        int total = level * Integer.BYTES;
        totals.putInt(total, totals.getInt(total) + reaching);
      }
    }
  }
}
