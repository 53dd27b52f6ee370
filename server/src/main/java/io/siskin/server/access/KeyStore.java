package io.siskin.server.access;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of a running server. Follows its file: what is created or revoked there counts within
 * about a second. When a new file cannot be read, the keys stay what they were. That is logged, and
 * {@link #problem} says it until the file is right again.
 *
 * <p>Safe for concurrent use: looking a key up takes no lock. Owns the thread that follows the
 * file.
 */
public final class KeyStore implements AutoCloseable {
  /** How often the file is looked at, in milliseconds. */
  public static final long WATCH_INTERVAL_MILLIS = 500;

  private static final Logger LOG = LoggerFactory.getLogger(KeyStore.class);

  private final Path file;
  private final InstantSource clock;
  private final Thread watcher;
  private volatile Map<String, ApiKey> keys;
  private volatile @Nullable String problem;
  private @Nullable Stamp seen;
  private volatile boolean closed;
  private volatile BiConsumer<String, String> onChange = (change, keyId) -> {};

  /** What tells one state of the file from another: it is replaced, never written in place. */
  private record Stamp(@Nullable Object fileKey, long lengthBytes, long modifiedNanos) {
    static Stamp of(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(
          attributes.fileKey(),
          attributes.size(),
          attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
    }
  }

  private KeyStore(Path file, InstantSource clock) throws IOException {
    this.file = file;
    this.clock = clock;
    this.seen = Stamp.of(file);
    this.keys = Map.copyOf(KeyFile.read(file));
    this.watcher = Thread.ofPlatform().daemon().name("siskin-keys").unstarted(this::watch);
  }

  /**
   * Opens a file of keys and follows it.
   *
   * @param file the file
   * @param clock tells which keys have expired
   * @throws InvalidInputException when it is malformed
   * @throws java.nio.file.NoSuchFileException when there is none
   */
  public static KeyStore open(Path file, InstantSource clock) throws IOException {
    KeyStore store = new KeyStore(file, clock);
    store.watcher.start();
    return store;
  }

  /**
   * Finds the key that a caller has sent.
   *
   * @param text what was sent
   * @return the key, which is valid now
   * @throws UnauthenticatedException when there is no such key, or when it is valid no more
   */
  public ApiKey authenticate(String text) {
    KeyText sent = KeyText.parse(text);
    if (sent == null) {
      throw new UnauthenticatedException(Refusal.MALFORMED);
    }
    ApiKey key = keys.get(sent.id());
    if (key == null || !key.hasSecret(sent)) {
      throw new UnauthenticatedException(Refusal.UNKNOWN);
    }
    requireValid(key);
    return key;
  }

  /**
   * Returns a key as it is now, for calls that last.
   *
   * @param key what {@link #authenticate} has returned
   * @throws UnauthenticatedException when it was revoked or has expired
   */
  public ApiKey refresh(ApiKey key) {
    ApiKey now = keys.get(key.id());
    if (now == null || !now.secretSha256().equals(key.secretSha256())) {
      throw new UnauthenticatedException(Refusal.UNKNOWN);
    }
    requireValid(now);
    return now;
  }

  private void requireValid(ApiKey key) {
    if (key.expires() != null && key.isExpired(clock.instant())) {
      throw new UnauthenticatedException(Refusal.EXPIRED);
    }
  }

  /** Returns how many keys there are, expired ones included. */
  public int count() {
    return keys.size();
  }

  /** Returns why the file, as it is now, cannot be used; null when it is in use. */
  public @Nullable String problem() {
    return problem;
  }

  /** Returns the file. */
  public Path file() {
    return file;
  }

  private void watch() {
    while (!closed) {
      try {
        Thread.sleep(WATCH_INTERVAL_MILLIS);
      } catch (InterruptedException ended) {
        return;
      }
      look();
    }
  }

  /**
   * Reads the file again now, if it is another one than before. It is read by itself too, within
   * {@value #WATCH_INTERVAL_MILLIS} ms of a change.
   */
  public synchronized void look() {
    try {
      Stamp now = Stamp.of(file);
      if (now.equals(seen)) {
        return;
      }
      seen = now;
      Map<String, ApiKey> read = Map.copyOf(KeyFile.read(file));
      Map<String, ApiKey> before = keys;
      keys = read;
      problem = null;
      tellChanges(before, read);
    } catch (IOException | InvalidInputException | UnsupportedOperationException failed) {
      report(failed);
    }
  }

  private void report(Exception failed) {
    String reason = String.valueOf(failed.getMessage());
    if (failed instanceof IOException) {
      // It may pass without a change of the file.
      seen = null;
    }
    if (!reason.equals(problem)) {
      problem = reason;
      LOG.error("the keys cannot be read again, those read before stay in force: {}", reason);
    }
  }

  /**
   * Has changes of keys told, from now on.
   *
   * @param listener gets what was done ({@code created}, {@code changed} or {@code revoked}) and
   *     the id of the key, on the thread that follows the file
   */
  public void onChange(BiConsumer<String, String> listener) {
    onChange = listener;
  }

  private void tell(String change, ApiKey key) {
    LOG.info("key {} ('{}') was {}", key.id(), key.label(), change);
    onChange.accept(change, key.id());
  }

  private void tellChanges(Map<String, ApiKey> before, Map<String, ApiKey> after) {
    after.forEach(
        (id, key) -> {
          ApiKey old = before.get(id);
          if (old == null) {
            tell("created", key);
          } else if (!old.equals(key)) {
            tell("changed", key);
          }
        });
    before.forEach(
        (id, key) -> {
          if (!after.containsKey(id)) {
            tell("revoked", key);
          }
        });
  }

  /** Returns the time, as this store sees it. */
  public Instant now() {
    return clock.instant();
  }

  /** Ends the thread that follows the file. Keys can still be looked up. */
  @Override
  public void close() {
    closed = true;
    watcher.interrupt();
  }
}
