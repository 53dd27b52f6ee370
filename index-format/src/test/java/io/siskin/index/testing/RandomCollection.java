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
 * A collection made of chance, with what breaks evaluators on purpose: Zipf terms, log-normal
 * weights, ties, copies, empty documents, one-term queries and terms that nobody has.
 *
 * @param documents by number; the external id of number n is {@code d + n}
 * @param queries queries over the same vocabulary and a little beyond it
 */
public record RandomCollection(List<SparseVector> documents, List<SparseVector> queries) {
  /**
   * How a collection is drawn.
   *
   * @param documents how many documents
   * @param vocabulary how many different terms at most
   * @param termsPerDocument the mean of a document's terms
   * @param topics documents of one topic share most of their terms; 1 for none
   * @param distinctWeights how many different weights there are: few of them make ties
   * @param byToken whether terms are tokens, or term ids spread over 32 bits
   */
  public record Shape(
      int documents,
      int vocabulary,
      int termsPerDocument,
      int topics,
      int distinctWeights,
      boolean byToken) {
    /** Draws a shape: small, so that every border is met often. */
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

  /** Builds a segment of all documents; each stores its number in the field {@code n}. */
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
      // Cubing a uniform number gives few frequent terms and many rare ones; a topic shifts where
      // the frequent ones are.
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
      // Spread over all 32 bits, so that ids above 2^31 and above 16 bits are met.
      ids[at] = entry.getKey() * 0x9E37_79B1;
      values[at++] = entry.getValue();
    }
    return TermIdVector.of(ids, values);
  }
}
