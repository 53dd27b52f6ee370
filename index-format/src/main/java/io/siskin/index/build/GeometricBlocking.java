package io.siskin.index.build;

import io.siskin.index.format.v1.ClusterLayout;
import io.siskin.index.segment.ForwardIndex;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Cuts one list's documents into cohesive posting blocks: random documents of the list are the
 * centroids, and each document joins the centroid with the largest inner product (Seismic's
 * "shallow k-means", one assignment and no iteration).
 *
 * <p>The inner product is taken over the document's heaviest terms and all of the centroid's,
 * through a small inverted index of the centroids. Random choices are seeded by the term number and
 * ties go to the first centroid, so that the result depends on nothing else. Scratch for one
 * thread; reused for many lists.
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
   * By term number: one past the last of its postings in the centroids' inverted index; 0 for a
   * term that it lacks.
   */
  private final int[] termEnds;

  /** By term number: how many postings it has there. Both are all zeros between two lists. */
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
   * Rearranges a list's documents block by block, ascending in each block.
   *
   * @param term the list's term number, which seeds the choice of centroids
   * @param documents the list's documents, ascending; rearranged
   * @param count how many, 1 or more
   * @param blockStarts receives the start of each block and {@code count} after the last; at least
   *     {@code count + 1} long
   * @return the number of blocks, 1 or more
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
   * Inverts the centroids' vectors; returns how many of {@link #centroidTerms} are set: every
   * indexed term is there.
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
    // From counts to starts, each set at the term's first posting; filling then moves each to its
    // end.
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

  /** Sorts the documents by block, stably, leaving empty blocks out. */
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
