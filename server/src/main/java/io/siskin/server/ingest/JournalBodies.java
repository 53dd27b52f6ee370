package io.siskin.server.ingest;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The form that encodings of one kind have in an {@link EncodingJournal}. Used by one thread: it
 * may learn from what it reads and writes, in the order of the journal.
 *
 * @param <V> the encodings
 */
interface JournalBodies<V> {
  /**
   * Writes an encoding.
   *
   * @param value the encoding
   * @return one byte or more; null when it cannot be kept
   */
  byte @Nullable [] write(V value) throws IOException;

  /**
   * Reads an encoding.
   *
   * @param body what {@link #write} gave
   */
  V read(byte[] body) throws IOException;
}
