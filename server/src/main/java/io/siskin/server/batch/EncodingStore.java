package io.siskin.server.batch;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Packed encodings that outlive the process: the second level of the cache of encodings. It may
 * lose entries at any time, because a model can make each of them again. It never returns the value
 * of another key.
 *
 * <p>{@link #get} and {@link #size} are safe for concurrent use, also beside the other methods.
 * {@link #put}, {@link #close} and {@link #discard} are called by one thread at a time. Every
 * method may throw whatever the library behind it throws; {@link StoredEncodings} takes care of
 * that.
 */
public interface EncodingStore {
  /** How many bytes a key has. */
  int KEY_LENGTH_BYTES = 32;

  /** The longest value that a store takes, in bytes. Callers do not offer longer ones. */
  int VALUE_LENGTH_BYTES_MAX = 1 << 16;

  /**
   * How full a store is.
   *
   * @param entries how many values it has
   * @param bytes how large its files are
   */
  record Size(long entries, long bytes) {
    /** The size of a store that is not open. */
    public static final Size NONE = new Size(0, 0);
  }

  /** Says that another process uses the store. This is no failure: one process owns a store. */
  final class TakenException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Makes the exception.
     *
     * @param directory where the store is
     */
    public TakenException(String directory) {
      super(directory + ": another process uses the encodings that are stored here");
    }
  }

  /**
   * Returns a value, or null when the store does not have it.
   *
   * @param key {@link #KEY_LENGTH_BYTES} bytes
   */
  byte @Nullable [] get(byte[] key);

  /**
   * Keeps a value, and gives up older ones when there is no room for it.
   *
   * @param key {@link #KEY_LENGTH_BYTES} bytes; a later value of the same key replaces an earlier
   *     one
   * @param value 1 to {@link #VALUE_LENGTH_BYTES_MAX} bytes
   * @throws IOException when its files cannot be written
   */
  void put(byte[] key, byte[] value) throws IOException;

  /** Returns how full the store is. */
  Size size();

  /**
   * Closes the store so that the next process finds its values. From now on {@link #get} returns
   * null.
   *
   * @throws IOException when that cannot be made sure; the next process begins with an empty store
   *     then
   */
  void close() throws IOException;

  /** Closes the store and deletes its values, to give their room on the disk back. */
  void discard() throws IOException;
}
