package io.siskin.server.encode.analysis;

import java.util.function.Consumer;

/** Cuts text into tokens. Safe for concurrent use. */
public interface TextAnalyzer extends AutoCloseable {
  /**
   * Gives the tokens of a text, in their order, to the consumer, on the calling thread. An
   * exception of the consumer ends the analysis and reaches the caller; the analyzer stays usable.
   *
   * @param text well-formed UTF-16, any length
   * @param tokens receives each token: not empty, at most {@link
   *     io.siskin.index.vector.TokenVector#TOKEN_LENGTH_MAX} characters
   * @throws RuntimeException when the analyzer is closed
   */
  void analyze(String text, Consumer<? super String> tokens);

  /** Releases what the analyzer holds, once the calls in progress are done. */
  @Override
  void close();
}
