package io.siskin.index.build;

import io.siskin.index.format.v1.ClusterLayout;
import io.siskin.index.segment.ForwardIndex;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Cuts the documents of one list into posting blocks of similar documents. Random documents of the
 * list are the centroids. Each document joins the centroid with the largest inner product. This is
 * Seismic's "shallow k-means", which has one assignment and no iteration.
 *
 * <p>The inner product uses the heaviest terms of the document and all terms of the centroid. A
 * small inverted index of the centroids makes it fast. The term number is the seed of all random
 * choices, and the first centroid wins a tie. So the result is always the same for the same list.
 * An object holds scratch memory for one thread and is reused for many lists.
 */
final class GeometricBlocking {
  private static final int NONE = -1;

  private final ForwardIndex.Cursor cursor;
  private final DocumentHeads heads;
  private final double centroidShare;
  private final int blockSizeMin;

  private final int[] headTerms;
  private final byte[] headImpacts;

  /**
   * The end of each term's postings in the inverted index of the centroids, indexed by term number.
   * It is 0 for a term that the index does not have. Between two lists, all entries are zero.
   */
  private final int[] termEnds;

  /**
   * The number of each term's postings in the inverted index of the centroids, indexed by term
   * number. Between two lists, all entries are zero.
   */
  private final int[] termCounts;

  private int[] centroidTerms = new int[1024];
  private float[] centroidWeights = new float[1024];
  private int[] centroidSizes = new int[64];
  private int[] indexCentroids = new int[1024];
  private float[] indexWeights = new float[1024];
  private float[] products = new float[64];
  private int[] blockSizes = new int[64];
  private int[] blockOf = new int[64];
  private int[] picks = new int[64];

  GeometricBlocking(
      ForwardIndex forward, int termCount, DocumentHeads heads, ClusterOptions options) {
    this.cursor = forward.cursor();
    this.heads = heads;
    this.centroidShare = options.centroidShare();
    this.blockSizeMin = options.blockSizeMin();
    this.headTerms = new int[heads.cut()];
    this.headImpacts = new byte[heads.cut()];
    this.termEnds = new int[termCount];
    this.termCounts = new int[termCount];
  }

  /**
   * Rearranges the documents of a list posting block by posting block. They are in ascending order
   * inside each block.
   *
   * @param term the term number of the list, which is the seed for the choice of centroids
   * @param documents the documents of the list in ascending order. The method rearranges them
   * @param count the number of documents, 1 or more
   * @param blockStarts receives the start of each posting block, and then {@code count}. It must
   *     have at least {@code count + 1} elements
   * @return the number of posting blocks, 1 or more
   */
  int block(int term, int[] documents, int count, int[] blockStarts) {
    int centroids =
        Math.clamp(
            Math.round(centroidShare * count),
            1,
            Math.min(count, ClusterLayout.LIST_BLOCK_COUNT_MAX));
    reserve(count, centroids);
    pickCentroids(new SplittableRandom(term), documents, count, centroids);
    int touched = indexCentroids(centroids);
    Arrays.fill(blockSizes, 0, centroids, 0);
    for (int i = 0; i < count; i++) {
      blockOf[i] = nearest(documents[i], centroids);
      blockSizes[blockOf[i]]++;
    }
    dissolveSmall(documents, count, centroids);
    for (int i = 0; i < touched; i++) {
      termEnds[centroidTerms[i]] = 0;
      termCounts[centroidTerms[i]] = 0;
    }
    return gather(documents, count, centroids, blockStarts);
  }

  private void pickCentroids(SplittableRandom random, int[] documents, int count, int centroids) {
    for (int i = 0; i < count; i++) {
      picks[i] = i;
    }
    for (int i = 0; i < centroids; i++) {
      int other = i + random.nextInt(count - i);
      int pick = picks[other];
      picks[other] = picks[i];
      picks[i] = pick;
    }
    Arrays.sort(picks, 0, centroids);
    for (int i = 0; i < centroids; i++) {
      picks[i] = documents[picks[i]];
    }
  }

  /**
   * Inverts the vectors of the centroids. Returns the number of elements of {@link #centroidTerms}
   * that are set. Every term of the index is among them.
   */
  private int indexCentroids(int centroids) {
    int size = 0;
    for (int c = 0; c < centroids; c++) {
      cursor.moveTo(picks[c]);
      int start = size;
      if (size + cursor.size() > centroidTerms.length) {
        int capacity = Math.max(2 * centroidTerms.length, size + cursor.size());
        centroidTerms = Arrays.copyOf(centroidTerms, capacity);
        centroidWeights = Arrays.copyOf(centroidWeights, capacity);
      }
      while (cursor.next()) {
        centroidTerms[size] = cursor.termNumber();
        centroidWeights[size] = cursor.scale() * cursor.impact();
        termEnds[centroidTerms[size]]++;
        size++;
      }
      centroidSizes[c] = size - start;
    }
    if (indexCentroids.length < size) {
      indexCentroids = new int[centroidTerms.length];
      indexWeights = new float[centroidTerms.length];
    }
    // This turns counts into starts. The loop below fills the index and moves each start to the end
    // of its term's postings.
    int start = 0;
    for (int i = 0; i < size; i++) {
      int term = centroidTerms[i];
      if (termCounts[term] == 0) {
        termCounts[term] = termEnds[term];
        termEnds[term] = start;
        start += termCounts[term];
      }
    }
    for (int c = 0, i = 0; c < centroids; c++) {
      for (int end = i + centroidSizes[c]; i < end; i++) {
        int at = termEnds[centroidTerms[i]]++;
        indexCentroids[at] = c;
        indexWeights[at] = centroidWeights[i];
      }
    }
    return size;
  }

  private int nearest(int document, int centroids) {
    Arrays.fill(products, 0, centroids, 0);
    heads.read(document, headTerms, headImpacts);
    for (int i = 0; i < headTerms.length && headImpacts[i] != 0; i++) {
      int term = headTerms[i];
      int impact = headImpacts[i] & 0xFF;
      int end = termEnds[term];
      for (int at = end - (end == 0 ? 0 : termCounts[term]); at < end; at++) {
        products[indexCentroids[at]] += impact * indexWeights[at];
      }
    }
    int best = NONE;
    float bestProduct = -1;
    for (int c = 0; c < centroids; c++) {
      if (products[c] > bestProduct && blockSizes[c] != NONE) {
        best = c;
        bestProduct = products[c];
      }
    }
    return best;
  }

  private void dissolveSmall(int[] documents, int count, int centroids) {
    int left = 0;
    for (int c = 0; c < centroids; c++) {
      left += blockSizes[c] >= blockSizeMin ? 1 : 0;
    }
    if (left == 0) {
      Arrays.fill(blockOf, 0, count, 0);
      return;
    }
    for (int c = 0; c < centroids; c++) {
      blockSizes[c] = blockSizes[c] >= blockSizeMin ? blockSizes[c] : NONE;
    }
    for (int i = 0; i < count; i++) {
      if (blockSizes[blockOf[i]] == NONE) {
        blockOf[i] = nearest(documents[i], centroids);
      }
    }
  }

  /** Sorts the documents by posting block with a stable sort. Empty blocks are left out. */
  private int gather(int[] documents, int count, int centroids, int[] blockStarts) {
    Arrays.fill(blockSizes, 0, centroids, 0);
    for (int i = 0; i < count; i++) {
      blockSizes[blockOf[i]]++;
    }
    int blocks = 0;
    int start = 0;
    for (int c = 0; c < centroids; c++) {
      if (blockSizes[c] > 0) {
        blockStarts[blocks++] = start;
      }
      int next = start + blockSizes[c];
      blockSizes[c] = start;
      start = next;
    }
    blockStarts[blocks] = count;
    for (int i = 0; i < count; i++) {
      picks[blockSizes[blockOf[i]]++] = documents[i];
    }
    System.arraycopy(picks, 0, documents, 0, count);
    return blocks;
  }

  private void reserve(int count, int centroids) {
    if (products.length < centroids) {
      products = new float[Math.max(2 * products.length, centroids)];
      blockSizes = new int[products.length];
      centroidSizes = new int[products.length];
    }
    if (picks.length < count) {
      picks = new int[Math.max(2 * picks.length, count)];
      blockOf = new int[picks.length];
    }
  }
}
