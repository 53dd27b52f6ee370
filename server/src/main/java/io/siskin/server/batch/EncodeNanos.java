package io.siskin.server.batch;

/**
 * Where the time of one text went, in nanoseconds. All zero for a text that the cache had.
 *
 * @param queueNanos waiting, for the tokenizer and for a batch
 * @param tokenizeNanos cutting the text into tokens; 0 for a text that joined an equal one later
 * @param inferNanos the model, for the batch that the text was in
 * @param poolNanos what was made of the model's output, for the same batch
 */
public record EncodeNanos(long queueNanos, long tokenizeNanos, long inferNanos, long poolNanos) {
  /** What a text costs that is in the cache. */
  public static final EncodeNanos NONE = new EncodeNanos(0, 0, 0, 0);
}
