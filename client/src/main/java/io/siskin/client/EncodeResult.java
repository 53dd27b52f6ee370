package io.siskin.client;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an {@link EncodeRequest}.
 *
 * @param encodings one a text, in the order of the texts
 * @param total from the request's arrival at the server to the finished answer
 */
public record EncodeResult(List<Encoding> encodings, Duration total) {
  /** Copies the list. */
  public EncodeResult {
    encodings = List.copyOf(encodings);
  }

  /**
   * What became of one text.
   *
   * @param sparse its vector, which may be searched for as it is; null from a dense model
   * @param dense its vectors, one or one a chunk; empty from a sparse model
   * @param tokens the text's own tokens; empty unless asked for
   * @param cached whether the server had it in its cache
   * @param timings where its time went
   */
  public record Encoding(
      @Nullable SparseVector sparse,
      List<float[]> dense,
      List<String> tokens,
      boolean cached,
      Timings timings) {
    /** Copies the lists. */
    public Encoding {
      dense = List.copyOf(dense);
      tokens = List.copyOf(tokens);
    }
  }

  /**
   * Where the time of one text went; all zero when it was cached.
   *
   * @param queue waiting, for the tokenizer and for a batch
   * @param tokenize cutting it into tokens
   * @param infer the model, for the batch that the text was in
   * @param pool making vectors of the model's output, for the same batch
   */
  public record Timings(Duration queue, Duration tokenize, Duration infer, Duration pool) {}
}
