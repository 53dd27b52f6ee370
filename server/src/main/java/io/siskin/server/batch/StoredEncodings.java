package io.siskin.server.batch;

import io.siskin.index.format.Sha256;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The encodings of an {@link EncodingStore}, for a process that can do without them. The store is
 * opened in the background, as soon as a model is open ({@link #want}) and the process has nothing
 * more urgent to do ({@link #permit}). Before that, and after any failure, there is nothing in it.
 * A failure is logged once and counted, and it switches the store off. No method throws for it.
 *
 * <p>Safe for concurrent use. {@link #get} reads on the calling thread, which may have to wait for
 * the disk. {@link #put} only hands the encoding to the one thread that writes. Owns that thread
 * and the store.
 */
public final class StoredEncodings implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoredEncodings.class);

  /** How many encodings may wait to be written; the next one is dropped. Some megabytes. */
  static final int WAITING_MAX = 1_024;

  private static final long CLOSE_SECONDS_MAX = 30;

  /** Opens a store, once. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Opens the store.
     *
     * @throws EncodingStore.TakenException when another process uses it
     * @throws IOException when it cannot be opened
     */
    EncodingStore open() throws IOException;
  }

  /** Where a store stands. The names are those of the metric, in capitals. */
  public enum State {
    /** It is not wanted: it is switched off, or no model is open. */
    OFF,
    /** It is being opened, or waits until the process has nothing more urgent to do. */
    OPENING,
    /** It is used. */
    OPEN,
    /** Another process uses it, so that this one does without it. */
    TAKEN,
    /** It failed, and this process does without it until it ends. */
    FAILED,
    /** The process is ending. */
    CLOSED
  }

  /**
   * What a store did so far.
   *
   * @param state where it stands
   * @param hits how many texts it had
   * @param misses how many it had not
   * @param written how many encodings it was given
   * @param dropped how many it was not given, because too many waited
   * @param failures how often it failed; it is switched off by the first failure, but several
   *     threads may meet one at a time
   * @param size how full it is; nothing unless it is open
   * @param bytesMax how large it may be, in bytes; 0 when it is switched off
   */
  public record Metrics(
      State state,
      long hits,
      long misses,
      long written,
      long dropped,
      long failures,
      EncodingStore.Size size,
      long bytesMax) {}

  private final @Nullable Opener opener;
  private final long bytesMax;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder written = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final CountDownLatch opened = new CountDownLatch(1);
  private final Object lock = new Object();

  // These change under the lock only. The volatile ones are read without it.
  private volatile State state = State.OFF;
  private volatile @Nullable EncodingStore store;
  private volatile @Nullable ThreadPoolExecutor writer;
  private boolean permitted;

  private StoredEncodings(@Nullable Opener opener, long bytesMax) {
    this.opener = opener;
    this.bytesMax = bytesMax;
  }

  /** Returns encodings that are not stored: there is never anything in them. */
  public static StoredEncodings none() {
    return new StoredEncodings(null, 0);
  }

  /**
   * Prepares a store. It is not opened yet.
   *
   * @param opener opens it, on a thread of its own
   * @param bytesMax how large its files may be, in bytes, for the metrics
   */
  public static StoredEncodings of(Opener opener, long bytesMax) {
    return new StoredEncodings(opener, bytesMax);
  }

  /** Says that there is something to store, because a model is open. Does not block. */
  public void want() {
    synchronized (lock) {
      if (opener != null && state == State.OFF) {
        state = State.OPENING;
        beginOpening();
      }
    }
  }

  /** Says that the store may be opened from now on. Does not block. */
  public void permit() {
    synchronized (lock) {
      permitted = true;
      beginOpening();
    }
  }

  /**
   * Waits until the store is open or has failed to open. Returns at once when it is not being
   * opened.
   *
   * @throws InterruptedException when this thread is interrupted first
   */
  public void awaitOpening() throws InterruptedException {
    if (writer != null) {
      opened.await();
    }
  }

  /** Returns what the store did so far. */
  public Metrics metrics() {
    return new Metrics(
        state,
        hits.sum(),
        misses.sum(),
        written.sum(),
        dropped.sum(),
        failures.sum(),
        size(),
        bytesMax);
  }

  /**
   * Returns what a text's encoding is stored under.
   *
   * @param fingerprint the model's
   * @param side the text's side
   * @param text the text
   * @return null when there is no store to ask
   */
  byte @Nullable [] key(String fingerprint, Side side, String text) {
    if (state != State.OPEN && state != State.OPENING) {
      return null;
    }
    MessageDigest digest = Sha256.newDigest();
    digest.update(PackedEncoding.VERSION);
    // 64 digits and one byte: no two texts and models give the same content.
    digest.update(fingerprint.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) (side == Side.QUERY ? 'q' : 'd'));
    return digest.digest(text.getBytes(StandardCharsets.UTF_16BE));
  }

  /**
   * Returns a text's encoding, or null. May wait for the disk.
   *
   * @param key the text's, of {@link #key}
   */
  @SuppressWarnings("IllegalCatch") // Whatever the store throws, the text can be encoded again.
  @Nullable TextEncoding get(byte[] key) {
    EncodingStore open = store;
    if (open == null) {
      return null;
    }
    try {
      byte[] packed = open.get(key);
      if (packed == null) {
        misses.increment();
        return null;
      }
      TextEncoding encoding = PackedEncoding.unpack(packed);
      hits.increment();
      return encoding;
    } catch (Throwable failure) {
      fail(failure);
      return null;
    }
  }

  /**
   * Stores a text's encoding soon, unless too many wait already. Does not block.
   *
   * @param key the text's, of {@link #key}
   * @param encoding what the model gave
   */
  void put(byte[] key, TextEncoding encoding) {
    ThreadPoolExecutor open = writer;
    if (open != null && (state == State.OPEN || state == State.OPENING)) {
      open.execute(() -> write(key, encoding));
    }
  }

  /**
   * Writes what waits to be written, and closes the store so that the next process finds what is in
   * it. Does nothing the second time.
   */
  @Override
  @SuppressWarnings("IllegalCatch") // A store that does not close well is empty next time.
  public void close() {
    boolean idle = endWriting();
    EncodingStore last;
    synchronized (lock) {
      last = store;
      store = null;
      if (state != State.FAILED && state != State.TAKEN) {
        state = State.CLOSED;
      }
    }
    if (last == null) {
      return;
    }
    if (!idle) {
      LOG.warn("the stored encodings are given up: writing them takes too long");
      return;
    }
    try {
      last.close();
    } catch (Throwable failure) {
      failures.increment();
      LOG.warn("the stored encodings are given up: {}", String.valueOf(failure));
      LOG.debug("closing the store of encodings failed", failure);
    }
  }

  /** Lets the writer end, and tells whether it has. */
  private boolean endWriting() {
    ThreadPoolExecutor last;
    synchronized (lock) {
      permitted = false;
      last = writer;
      if (last == null) {
        return true;
      }
      last.shutdown();
    }
    try {
      return last.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void beginOpening() {
    if (!permitted || state != State.OPENING || writer != null) {
      return;
    }
    ThreadPoolExecutor one =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().daemon().name("siskin-encodings").factory(),
            (_, _) -> dropped.increment());
    writer = one;
    one.execute(this::open);
  }

  @SuppressWarnings("IllegalCatch") // Whatever keeps the store from opening, nobody needs it.
  private void open() {
    long start = System.nanoTime();
    try {
      EncodingStore open = Objects.requireNonNull(opener).open();
      synchronized (lock) {
        store = open;
        state = State.OPEN;
      }
      LOG.info(
          "{} encodings are stored; opening them took {} ms",
          open.size().entries(),
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    } catch (EncodingStore.TakenException taken) {
      synchronized (lock) {
        state = State.TAKEN;
      }
      LOG.warn("{}; this process works without them", taken.getMessage());
    } catch (Throwable failure) {
      fail(failure);
    } finally {
      opened.countDown();
    }
  }

  @SuppressWarnings("IllegalCatch") // Whatever the store throws, the text can be encoded again.
  private void write(byte[] key, TextEncoding encoding) {
    EncodingStore open = store;
    byte[] packed = open == null ? null : PackedEncoding.pack(encoding);
    if (open == null || packed == null) {
      return;
    }
    try {
      open.put(key, packed);
      written.increment();
    } catch (Throwable failure) {
      fail(failure);
    }
  }

  private void fail(Throwable failure) {
    failures.increment();
    synchronized (lock) {
      if (state != State.OPEN && state != State.OPENING) {
        return;
      }
      state = State.FAILED;
      EncodingStore failed = store;
      store = null;
      if (failed != null && writer != null) {
        // By the thread that writes: nobody else may be at it then.
        writer.getQueue().clear();
        writer.execute(() -> discard(failed));
      }
    }
    LOG.warn(
        "the store of encodings is switched off until the next start: {}", String.valueOf(failure));
    LOG.debug("the store of encodings failed", failure);
  }

  @SuppressWarnings("IllegalCatch") // Its files are deleted by the next process then.
  private static void discard(EncodingStore failed) {
    try {
      failed.discard();
    } catch (Throwable again) {
      LOG.debug("the files of the failed store of encodings were not deleted", again);
    }
  }

  @SuppressWarnings("IllegalCatch") // As in get.
  private EncodingStore.Size size() {
    EncodingStore open = store;
    if (open == null) {
      return EncodingStore.Size.NONE;
    }
    try {
      return open.size();
    } catch (Throwable failure) {
      fail(failure);
      return EncodingStore.Size.NONE;
    }
  }
}
