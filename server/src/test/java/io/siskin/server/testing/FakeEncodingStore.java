package io.siskin.server.testing;

import io.siskin.server.batch.EncodingStore;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory, which can be told to fail. What it has stays when it is closed, so that the
 * same values can be opened again. Safe for concurrent use.
 */
public final class FakeEncodingStore implements EncodingStore {
  private final Map<String, byte[]> values = new ConcurrentHashMap<>();
  private volatile @Nullable Throwable failure;
  private volatile boolean closed;
  private volatile boolean discarded;

  /** Makes every later call throw. */
  public void fail(Throwable cause) {
    failure = cause;
  }

  /** Damages every value: none of them can be unpacked. */
  public void damage() {
    values.replaceAll((key, value) -> new byte[] {99});
  }

  /** Returns how many values it has, open or closed. */
  public int count() {
    return values.size();
  }

  /** Tells whether it was closed cleanly. */
  public boolean isClosed() {
    return closed;
  }

  /** Tells whether its values were given up. */
  public boolean isDiscarded() {
    return discarded;
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    throwFailure();
    return values.get(HexFormat.of().formatHex(key));
  }

  @Override
  public void put(byte[] key, byte[] value) throws IOException {
    if (failure instanceof IOException full) {
      throw full;
    }
    throwFailure();
    values.put(HexFormat.of().formatHex(key), value);
  }

  @Override
  public Size size() {
    throwFailure();
    return new Size(values.size(), values.values().stream().mapToLong(value -> value.length).sum());
  }

  @Override
  public void close() throws IOException {
    if (failure instanceof IOException full) {
      throw full;
    }
    closed = true;
  }

  @Override
  public void discard() {
    discarded = true;
    values.clear();
  }

  private void throwFailure() {
    switch (failure) {
      case Error error -> throw error;
      case RuntimeException exception -> throw exception;
      case null, default -> {
        // Nothing, or what only put and close may throw.
      }
    }
  }
}
