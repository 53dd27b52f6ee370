package io.siskin.server.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.testing.Seeded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PackedEncodingTest {
  private static final List<String> ALPHABET = List.of("a", "Z", "##", "é", "語", "🐦", " ");

  private static String token(Random random) {
    StringBuilder token = new StringBuilder();
    for (int i = random.nextInt(12); i >= 0; i--) {
      token.append(ALPHABET.get(random.nextInt(ALPHABET.size())));
    }
    return token.toString();
  }

  private static TextEncoding.Sparse encoding(Random random) {
    Map<String, Float> weights = new HashMap<>();
    List<String> originalTerms = new ArrayList<>();
    for (int i = random.nextInt(300); i > 0; i--) {
      String token = token(random);
      weights.put(token, random.nextFloat() * 10);
      if (random.nextInt(4) == 0) {
        originalTerms.add(random.nextBoolean() ? token : token(random));
      }
    }
    return new TextEncoding.Sparse(TokenVector.of(weights), originalTerms);
  }

  private static byte[] packed(TextEncoding encoding) {
    byte[] packed = PackedEncoding.pack(encoding);
    assertThat(packed).isNotNull();
    return packed;
  }

  @Test
  void whatIsPackedComesBackBitByBit() {
    Seeded.run(
        random -> {
          for (int i = 0; i < 200; i++) {
            TextEncoding.Sparse encoding = encoding(random);
            assertThat(PackedEncoding.unpack(packed(encoding))).isEqualTo(encoding);
          }
        });
  }

  @Test
  void denseVectorsComeBackBitByBit() {
    Seeded.run(
        random -> {
          for (int i = 0; i < 100; i++) {
            int dimensions = 1 + random.nextInt(500);
            List<float[]> vectors = new ArrayList<>();
            for (int count = 1 + random.nextInt(3); count > 0; count--) {
              float[] vector = new float[dimensions];
              for (int j = 0; j < dimensions; j++) {
                vector[j] = (float) random.nextGaussian();
              }
              vectors.add(vector);
            }
            byte[] packed = packed(new TextEncoding.Dense(vectors));
            assertThat(packed).hasSizeLessThanOrEqualTo(6 + 4 * dimensions * vectors.size());
            TextEncoding.Dense found = (TextEncoding.Dense) PackedEncoding.unpack(packed);
            assertThat(found.vectors()).hasSameSizeAs(vectors);
            for (int v = 0; v < vectors.size(); v++) {
              assertThat(found.vectors().get(v)).containsExactly(vectors.get(v));
            }
            byte[] cut = Arrays.copyOf(packed, random.nextInt(packed.length));
            assertThatThrownBy(() -> PackedEncoding.unpack(cut))
                .isInstanceOf(IllegalStateException.class);
          }
        });
  }

  @Test
  void aTermOfAModelTakesLittle() {
    String[] tokens = new String[100];
    float[] weights = new float[100];
    for (int i = 0; i < 100; i++) {
      tokens[i] = "term" + (100 + i);
      weights[i] = 1 + i;
    }
    TextEncoding encoding =
        new TextEncoding.Sparse(TokenVector.of(tokens, weights), List.of(tokens[0], tokens[99]));
    // A version, two counts, two places; for each term its length, 7 letters and 4 bytes of weight.
    assertThat(packed(encoding)).hasSize(1 + 1 + 1 + 1 + 1 + 100 * 12);
  }

  @Test
  void whatNoStoreTakesIsNotPacked() {
    assertThat(PackedEncoding.pack(new TextEncoding.Dense(List.of(new float[20_000])))).isNull();
    assertThat(
            PackedEncoding.pack(new TextEncoding.DenseTokens(List.of(new float[4]), new int[] {7})))
        .isNull();
    assertThat(PackedEncoding.pack(new TextEncoding.SparseTokens(List.of(TokenVector.EMPTY))))
        .isNull();
    Map<String, Float> weights = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      weights.put("term" + i, 1f);
    }
    assertThat(PackedEncoding.pack(new TextEncoding.Sparse(TokenVector.of(weights), List.of())))
        .isNull();
    List<String> longText = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      longText.add("term" + i);
    }
    assertThat(PackedEncoding.pack(new TextEncoding.Sparse(TokenVector.EMPTY, longText))).isNull();
  }

  @Test
  void aPartIsRefused() {
    Seeded.run(
        random -> {
          byte[] packed = packed(encoding(random));
          for (int length = 0; length < packed.length; length++) {
            byte[] part = Arrays.copyOf(packed, length);
            assertThatThrownBy(() -> PackedEncoding.unpack(part))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("damaged");
          }
          byte[] more = Arrays.copyOf(packed, packed.length + 1);
          assertThatThrownBy(() -> PackedEncoding.unpack(more))
              .isInstanceOf(IllegalStateException.class);
        });
  }

  /**
   * Chance may make another valid encoding; checksums are for the store. Nothing else may happen.
   */
  @Test
  void damagedBytesAreRefusedOrRead() {
    Seeded.run(
        random -> {
          byte[] packed = packed(encoding(random));
          for (int i = 0; i < 2_000; i++) {
            byte[] damaged = packed.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            try {
              assertThat(PackedEncoding.unpack(damaged)).isNotNull();
            } catch (IllegalStateException refused) {
              assertThat(refused).hasMessageContaining("damaged");
            }
          }
        });
  }
}
