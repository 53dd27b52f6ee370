package io.siskin.server.encode.wordpiece;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The native tokenizer, which frees its memory on close without asking whether a call is using it:
 * here closing waits for such calls. Safe for concurrent use.
 */
final class NativeTokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final ReadWriteLock lifetime = new ReentrantReadWriteLock();
  private boolean closed;

  NativeTokenizer(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Cuts a text into tokens.
   *
   * @param addSpecialTokens whether those of the template are added
   * @throws IllegalStateException when it is closed
   */
  Encoding encode(String text, boolean addSpecialTokens) {
    lifetime.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the tokenizer is closed");
      }
      return tokenizer.encode(text, addSpecialTokens, false);
    } finally {
      lifetime.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lifetime.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        tokenizer.close();
      }
    } finally {
      lifetime.writeLock().unlock();
    }
  }
}
