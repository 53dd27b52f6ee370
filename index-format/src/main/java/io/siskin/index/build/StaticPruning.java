package io.siskin.index.build;

import java.util.Arrays;

/**
 * Which postings of each list are kept: the heaviest of the whole segment by stored weight, up to a
 * number for each document on average ("global threshold" pruning in Seismic), with each list's
 * length bounded from both sides.
 *
 * <p>The threshold comes from one histogram over the upper bits of the weights, so the heap is
 * bounded whatever the number of postings. A bucket of the histogram is 1/256 of a binade; of the
 * bucket that the threshold falls into each list keeps the same share, so that collections with few
 * distinct weights are cut to the wanted size as well.
 *
 * <p>Immutable; safe to share.
 */
final class StaticPruning {
  /** Weights are above zero, so 8 bits of exponent and 8 of mantissa order them. */
  private static final int BUCKET_SHIFT = 15;

  private static final int BUCKETS = 1 << (Integer.SIZE - 1 - BUCKET_SHIFT);

  private final InvertedPostings inverted;
  private final int thresholdBucket;
  private final double thresholdShare;
  private final int lengthMin;
  private final int lengthMax;

  private StaticPruning(
      InvertedPostings inverted,
      int thresholdBucket,
      double thresholdShare,
      int lengthMin,
      int lengthMax) {
    this.inverted = inverted;
    this.thresholdBucket = thresholdBucket;
    this.thresholdShare = thresholdShare;
    this.lengthMin = lengthMin;
    this.lengthMax = lengthMax;
  }

  /** Finds the threshold: reads all postings once. */
  static StaticPruning of(InvertedPostings inverted, ClusterOptions options) {
    long[] histogram = new long[BUCKETS];
    int longest = 0;
    for (int term = 0; term < inverted.termCount(); term++) {
      longest = Math.max(longest, inverted.documentFrequency(term));
    }
    int[] documents = new int[longest];
    byte[] impacts = new byte[longest];
    for (int term = 0; term < inverted.termCount(); term++) {
      int length = inverted.read(term, documents, impacts);
      for (int i = 0; i < length; i++) {
        histogram[bucket(weight(inverted, documents[i], impacts[i]))]++;
      }
    }
    double limit = Math.ceil(options.postingsPerDocument() * inverted.documentCount());
    long wanted = (long) Math.min(limit, (double) inverted.postingCount());
    long kept = 0;
    int bucket = BUCKETS - 1;
    while (bucket > 0 && kept + histogram[bucket] <= wanted) {
      kept += histogram[bucket--];
    }
    double share = histogram[bucket] == 0 ? 1 : (double) (wanted - kept) / histogram[bucket];
    int lengthMax =
        Math.max(
            ClusterOptions.LIST_LENGTH_CAP_MIN,
            (int) Math.ceil(options.listShareMax() * inverted.documentCount()));
    return new StaticPruning(inverted, bucket, share, options.listLengthMin(), lengthMax);
  }

  /**
   * Moves the document numbers of a list's kept postings to the front of the array, ascending.
   *
   * @param documents the list's document numbers, as {@link InvertedPostings#read} gives them;
   *     rearranged
   * @param impacts their impacts
   * @param keys scratch, at least {@code length} long
   * @param length the list's length
   * @return how many are kept
   */
  int prune(int[] documents, byte[] impacts, long[] keys, int length) {
    int above = 0;
    int atThreshold = 0;
    for (int i = 0; i < length; i++) {
      float weight = weight(inverted, documents[i], impacts[i]);
      int bucket = bucket(weight);
      above += bucket > thresholdBucket ? 1 : 0;
      atThreshold += bucket == thresholdBucket ? 1 : 0;
      // Heaviest first, ties by document number.
      keys[i] = (long) ~Float.floatToRawIntBits(weight) << Integer.SIZE | documents[i];
    }
    int wanted = above + (int) Math.round(thresholdShare * atThreshold);
    int kept = Math.min(length, Math.max(lengthMin, Math.min(lengthMax, wanted)));
    if (kept < length) {
      Arrays.sort(keys, 0, length);
      for (int i = 0; i < kept; i++) {
        documents[i] = (int) keys[i];
      }
      Arrays.sort(documents, 0, kept);
    }
    return kept;
  }

  private static float weight(InvertedPostings inverted, int document, byte impact) {
    return inverted.documentScale(document) * (impact & 0xFF);
  }

  private static int bucket(float weight) {
    return Float.floatToRawIntBits(weight) >>> BUCKET_SHIFT;
  }
}
