package io.siskin.index.testing;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.BuiltSegment;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A random collection with content that is difficult for evaluators: Zipf terms, log-normal
 * weights, ties, copies, empty documents, queries of one term, and terms that no document has.
 *
 * @param documents the documents by number. The external id of number n is {@code d + n}
 * @param queries queries over the same vocabulary and a few more terms
 */
public record RandomCollection(List<SparseVector> documents, List<SparseVector> queries) {
  /**
   * The parameters of a random collection.
   *
   * @param documents the number of documents
   * @param vocabulary the largest number of different terms
   * @param termsPerDocument the mean number of terms per document
   * @param topics the number of topics. Documents of one topic share most of their terms
   * @param distinctWeights the number of different weights. With few of them, ties are frequent
   * @param byToken true if terms are tokens, false if they are term ids spread over 32 bits
   */
  public record Shape(
      int documents,
      int vocabulary,
      int termsPerDocument,
      int topics,
      int distinctWeights,
      boolean byToken) {
    /** Draws a shape. It is small, so that limits are reached often. */
    public static Shape random(Random random) {
      return new Shape(
          random.nextInt(1200),
          1 + random.nextInt(400),
          1 + random.nextInt(40),
          1 + random.nextInt(12),
          random.nextBoolean() ? 1 + random.nextInt(4) : 1 << 20,
          random.nextBoolean());
    }
  }

  /** Draws a collection. */
  public static RandomCollection draw(Shape shape, Random random) {
    List<SparseVector> documents = new ArrayList<>();
    for (int i = 0; i < shape.documents; i++) {
      if (i > 0 && random.nextInt(12) == 0) {
        documents.add(documents.get(random.nextInt(i)));
      } else {
        int size = random.nextInt(15) == 0 ? 0 : 1 + random.nextInt(2 * shape.termsPerDocument);
        documents.add(vector(shape, size, random, false));
      }
    }
    List<SparseVector> queries = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      int size = i < 3 ? i : 1 + random.nextInt(2 * shape.termsPerDocument);
      queries.add(vector(shape, size, random, true));
    }
    return new RandomCollection(documents, queries);
  }

  /** Builds a segment of all documents. Each document stores its number in the field {@code n}. */
  public BuiltSegment build(Path directory, BuildOptions options) throws IOException {
    Files.createDirectories(directory);
    try (SegmentBuilder builder = new SegmentBuilder(directory, options, BuildProgress.NONE)) {
      for (int i = 0; i < documents.size(); i++) {
        builder.add(
            "d" + i, documents.get(i), Map.of("n", Integer.toString(i), "text", "document " + i));
      }
      return builder.finish();
    }
  }

  private static SparseVector vector(Shape shape, int size, Random random, boolean query) {
    Map<Integer, Float> weights = new TreeMap<>();
    int topic = random.nextInt(shape.topics);
    int reach = query ? shape.vocabulary + 5 : shape.vocabulary;
    for (int i = 0; i < size; i++) {
      // The cube of a uniform number gives few frequent terms and many rare terms. Each topic has
      // other frequent terms.
      int term = (int) (reach * Math.pow(random.nextDouble(), 3));
      int shifted =
          random.nextInt(4) == 0 ? term : (term + topic * shape.vocabulary / shape.topics) % reach;
      weights.put(shifted, weight(shape, random));
    }
    return shape.byToken ? byToken(weights) : byTermId(weights);
  }

  private static float weight(Shape shape, Random random) {
    double weight = Math.exp(random.nextGaussian() * 0.8);
    return shape.distinctWeights < 1000
        ? 1 + random.nextInt(shape.distinctWeights)
        : (float) weight;
  }

  private static SparseVector byToken(Map<Integer, Float> weights) {
    Map<String, Float> byToken = new TreeMap<>();
    weights.forEach((term, weight) -> byToken.put("t" + term, weight));
    return TokenVector.of(byToken);
  }

  private static SparseVector byTermId(Map<Integer, Float> weights) {
    int[] ids = new int[weights.size()];
    float[] values = new float[ids.length];
    int at = 0;
    for (Map.Entry<Integer, Float> entry : weights.entrySet()) {
      // The ids are spread over all 32 bits, so that some are above 2^31 and above 16 bits.
      ids[at] = entry.getKey() * 0x9E37_79B1;
      values[at++] = entry.getValue();
    }
    return TermIdVector.of(ids, values);
  }
}
