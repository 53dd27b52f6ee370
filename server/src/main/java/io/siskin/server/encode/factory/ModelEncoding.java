package io.siskin.server.encode.factory;

import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TokenizedText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Texts to sparse vectors through a model, on the caller's thread: texts of like length are
 * inferred together, so that little padding is computed.
 *
 * <p>Safe for concurrent use.
 */
final class ModelEncoding {
  /** How many tokens a batch holds at most, padding counted. */
  private static final int BATCH_TOKENS_MAX = 16_384;

  private final ModelSide side;

  ModelEncoding(ModelSide side) {
    this.side = side;
  }

  /** Returns one vector per text, in the order of the texts. */
  List<SparseVector> encode(List<String> texts) {
    TokenizedText[] tokenized = new TokenizedText[texts.size()];
    Integer[] order = new Integer[texts.size()];
    for (int i = 0; i < tokenized.length; i++) {
      tokenized[i] = side.model().tokenize(side.input(texts.get(i)));
      order[i] = i;
    }
    Arrays.sort(order, Comparator.comparingInt(i -> tokenized[i].lengthTokens()));
    SparseVector[] vectors = new SparseVector[tokenized.length];
    List<TokenizedText> batch = new ArrayList<>();
    int start = 0;
    for (int end = 0; end < order.length; end++) {
      // Sorted: the new one is the longest and says what all are padded to.
      TokenizedText text = tokenized[order[end]];
      if (!batch.isEmpty() && (batch.size() + 1L) * text.lengthTokens() > BATCH_TOKENS_MAX) {
        infer(texts, batch, order, start, vectors);
        batch.clear();
        start = end;
      }
      batch.add(text);
    }
    if (!batch.isEmpty()) {
      infer(texts, batch, order, start, vectors);
    }
    return List.of(vectors);
  }

  private void infer(
      List<String> texts,
      List<TokenizedText> batch,
      Integer[] order,
      int start,
      SparseVector[] vectors) {
    List<TextEncoding> encodings = side.model().infer(batch).encodings();
    for (int i = 0; i < encodings.size(); i++) {
      int text = order[start + i];
      vectors[text] = side.vector(texts.get(text), encodings.get(i));
    }
  }
}
