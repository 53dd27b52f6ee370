package io.siskin.index.build;

import java.util.Arrays;

/**
 * Decides which postings of each list are kept. These are the heaviest postings of the whole
 * segment by stored weight, up to an average number of postings per document. Seismic calls this
 * "global threshold" pruning. The length of each list is also bounded from both sides.
 *
 * <p>The threshold comes from one histogram over the upper bits of the weights, so the heap use
 * does not depend on the number of postings. A bucket of the histogram is 1/256 of a binade. The
 * threshold falls into one bucket, and each list keeps the same share of its postings in this
 * bucket. So collections with few distinct weights are also cut to the wanted size.
 *
 * <p>Instances are immutable and safe to share between threads.
 */
final class StaticPruning {
  /**
   * The shift that leaves 8 bits of exponent and 8 bits of mantissa. They are enough to order the
   * weights, because all weights are above zero.
   */
  private static final int BUCKET_SHIFT = 15;

  /**
   * The number of buckets that finite weights need. Weights that are not finite would make sums of
   * weights useless.
   */
  private static final int BUCKETS = bucket(Float.MAX_VALUE) + 1;

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

  /**
   * Finds the threshold. It reads all postings once.
   *
   * @param postingsPerDocument the average number of postings that are kept per document
   * @param weightShareMin the smallest share of the sum of all weights that the kept postings have,
   *     0 to 1
   * @param lengthMin the smallest number of postings that a list keeps. A shorter list keeps all of
   *     its postings
   * @param lengthMax the largest number of postings that a list keeps
   */
  static StaticPruning of(
      InvertedPostings inverted,
      double postingsPerDocument,
      double weightShareMin,
      int lengthMin,
      int lengthMax) {
    long[] histogram = histogram(inverted);
    double limit = Math.ceil(postingsPerDocument * inverted.documentCount());
    long wanted = (long) Math.min(limit, (double) inverted.postingCount());
    wanted = Math.max(wanted, heaviest(histogram, weightShareMin));
    long kept = 0;
    int bucket = BUCKETS - 1;
    while (bucket > 0 && kept + histogram[bucket] <= wanted) {
      kept += histogram[bucket--];
    }
    double share = histogram[bucket] == 0 ? 1 : (double) (wanted - kept) / histogram[bucket];
    return new StaticPruning(inverted, bucket, share, lengthMin, lengthMax);
  }

  /** Counts the postings of each bucket of weights. */
  private static long[] histogram(InvertedPostings inverted) {
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
    return histogram;
  }

  /**
   * Returns the number of heaviest postings that together have a share of the sum of all weights.
   */
  private static long heaviest(long[] histogram, double weightShare) {
    double all = 0;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      all += histogram[bucket] * (double) weightOf(bucket);
    }
    long postings = 0;
    double sum = 0;
    for (int bucket = BUCKETS - 1; bucket >= 0 && sum < weightShare * all; bucket--) {
      postings += histogram[bucket];
      sum += histogram[bucket] * (double) weightOf(bucket);
    }
    return postings;
  }

  /**
   * Moves the document numbers of the kept postings of a list to the front of the array, in
   * ascending order.
   *
   * @param documents the document numbers of the list, as {@link InvertedPostings#read} gives them.
   *     The method rearranges them
   * @param impacts their impacts
   * @param keys scratch, at least {@code length} long
   * @param length the list's length
   * @return the number of postings that are kept
   */
  int prune(int[] documents, byte[] impacts, long[] keys, int length) {
    int kept = keys(documents, impacts, keys, length);
    if (kept < length) {
      Arrays.sort(keys, 0, length);
      for (int i = 0; i < kept; i++) {
        documents[i] = documentOf(keys[i]);
      }
      Arrays.sort(documents, 0, kept);
    }
    return kept;
  }

  /**
   * Makes a key of each posting of a list, in the order of the list.
   *
   * @param documents the list's document numbers
   * @param impacts their impacts
   * @param keys receives the keys. Sorted keys are in the order in which postings are kept: the
   *     heaviest first, and ties by document number
   * @param length the list's length
   * @return how many postings are kept
   */
  int keys(int[] documents, byte[] impacts, long[] keys, int length) {
    int above = 0;
    int atThreshold = 0;
    for (int i = 0; i < length; i++) {
      float weight = weight(inverted, documents[i], impacts[i]);
      int bucket = bucket(weight);
      above += bucket > thresholdBucket ? 1 : 0;
      atThreshold += bucket == thresholdBucket ? 1 : 0;
      keys[i] = (long) ~Float.floatToRawIntBits(weight) << Integer.SIZE | documents[i];
    }
    int wanted = above + (int) Math.round(thresholdShare * atThreshold);
    int kept = Math.min(length, Math.max(lengthMin, Math.min(lengthMax, wanted)));
    return kept;
  }

  /** Returns the document number of a key. */
  static int documentOf(long key) {
    return (int) key;
  }

  /** Returns the weight of a key. */
  static float weightOf(long key) {
    return Float.intBitsToFloat(~(int) (key >>> Integer.SIZE));
  }

  /** Returns the smallest weight of a bucket. */
  private static float weightOf(int bucket) {
    return Float.intBitsToFloat(bucket << BUCKET_SHIFT);
  }

  private static float weight(InvertedPostings inverted, int document, byte impact) {
    return inverted.documentScale(document) * (impact & 0xFF);
  }

  private static int bucket(float weight) {
    return Float.floatToRawIntBits(weight) >>> BUCKET_SHIFT;
  }
}
