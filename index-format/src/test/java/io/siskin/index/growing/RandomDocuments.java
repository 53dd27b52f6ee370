package io.siskin.index.growing;

import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.testing.RandomDense;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/**
 * Draws quantised documents: frequent and rare terms, empty ones, repeated ids, all kinds of
 * fields.
 */
final class RandomDocuments {
  private final Random random;
  private final boolean byToken;
  private final int vocabulary;
  private final int ids;

  /**
   * @param ids how many different ids there are; documents with one id follow each other at random
   */
  RandomDocuments(Random random, boolean byToken, int vocabulary, int ids) {
    this.random = random;
    this.byToken = byToken;
    this.vocabulary = vocabulary;
    this.ids = ids;
  }

  static String token(int term) {
    // Some tokens are not ASCII, and some differ in one letter.
    return term % 7 == 0 ? "töken" + term : "t" + term;
  }

  static int termId(int term) {
    return term * 0x9E37_79B1;
  }

  QuantizedDocument draw(long position) {
    int size = random.nextInt(12) == 0 ? 0 : random.nextInt(Math.min(vocabulary, 40));
    return new QuantizedDocument(
        "döc" + random.nextInt(ids),
        position,
        vector(size),
        stored(),
        declared(),
        random.nextInt(4) == 0 ? new RandomDense(random).document() : Map.of());
  }

  private QuantizedVector vector(int size) {
    TreeSet<String> tokens = new TreeSet<>();
    TreeSet<Integer> termIds = new TreeSet<>(Integer::compareUnsigned);
    for (int i = 0; i < size; i++) {
      int term = (int) (vocabulary * Math.pow(random.nextDouble(), 3));
      tokens.add(token(term));
      termIds.add(termId(term));
    }
    int count = byToken ? tokens.size() : termIds.size();
    byte[] impacts = new byte[count];
    for (int i = 0; i < count; i++) {
      impacts[i] = (byte) (1 + random.nextInt(255));
    }
    byte[] residuals = random.nextBoolean() ? bytes(count) : null;
    byte[] frequencies = random.nextBoolean() ? bytes(count) : null;
    float scale = 0.001f + random.nextFloat();
    float length = random.nextFloat() * 100;
    return byToken
        ? QuantizedVector.ofTokens(
            tokens.toArray(String[]::new), impacts, residuals, frequencies, scale, length)
        : QuantizedVector.ofTermIds(
            termIds.stream().mapToInt(Integer::intValue).toArray(),
            impacts,
            residuals,
            frequencies,
            scale,
            length);
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private Map<String, String> stored() {
    Map<String, String> stored = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      int length = random.nextInt(50) == 0 ? 200_000 : random.nextInt(60);
      stored.put("feld" + random.nextInt(5), "ä".repeat(length) + random.nextInt());
    }
    return stored;
  }

  private Map<String, FieldValue> declared() {
    Map<String, FieldValue> declared = new LinkedHashMap<>();
    List<FieldValue> values =
        List.of(
            new FieldValue.Text("größe " + random.nextInt()),
            new FieldValue.TextList(List.of("b", "a", "" + random.nextInt())),
            new FieldValue.Whole(random.nextLong()),
            new FieldValue.Real(random.nextGaussian()),
            new FieldValue.Flag(random.nextBoolean()),
            new FieldValue.Moment(random.nextLong()));
    for (int i = 0; i < values.size(); i++) {
      if (random.nextInt(3) == 0) {
        declared.put("field" + i, values.get(i));
      }
    }
    return declared;
  }
}
