package io.siskin.server.batch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Encoded queries in memory, by text, side and the model's fingerprint; bounded in bytes. May serve
 * several models, and outlives them: a model that is opened again finds its encodings.
 *
 * <p>Below it are the {@link StoredEncodings}, which outlive the process and have documents too.
 * The {@link DynamicBatcher} asks them itself, because that may have to wait for the disk.
 *
 * <p>Safe for concurrent use. Does not own what is stored.
 */
public final class EncodingCache {
  // What an entry costs besides its characters and numbers: headers, the table, Caffeine's nodes.
  private static final long ENTRY_BYTES = 200;
  private static final long TOKEN_BYTES = 56;

  private final long bytesMax;
  private final StoredEncodings stored;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final Cache<Key, TextEncoding> encodings;

  /** What an encoding depends on. */
  private record Key(String fingerprint, Side side, String text) {}

  /**
   * What a cache did so far.
   *
   * @param hits how many texts it had
   * @param misses how many it had not
   * @param evictions how many it gave up for room
   * @param entries how many it has, about
   * @param bytes about how large they are
   * @param bytesMax how large they may be
   */
  public record Metrics(
      long hits, long misses, long evictions, long entries, long bytes, long bytesMax) {
    /** Returns the share of texts that the cache had, 0 to 1; 0 before the first. */
    public double hitRate() {
      long asked = hits + misses;
      return asked == 0 ? 0 : (double) hits / asked;
    }
  }

  /**
   * Makes an empty cache.
   *
   * @param bytesMax about how large it may grow, in bytes of heap, 0 or more; with 0 it keeps
   *     nothing. A query's sparse vector takes some kilobytes. Raising it raises the share of
   *     queries that need no model
   */
  public EncodingCache(long bytesMax) {
    this(bytesMax, StoredEncodings.none());
  }

  /**
   * Makes an empty cache over what is stored.
   *
   * @param bytesMax as of {@link #EncodingCache(long)}
   * @param stored what outlives the process; the caller closes it after the last use of the cache
   */
  public EncodingCache(long bytesMax, StoredEncodings stored) {
    if (bytesMax < 0) {
      throw new InvalidInputException("cache bytes", bytesMax, "0 or more");
    }
    this.bytesMax = bytesMax;
    this.stored = stored;
    this.encodings =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .weigher((Key key, TextEncoding value) -> weightBytes(key, value))
            // On the calling thread: the pool that Caffeine takes otherwise is everybody's.
            .executor(Runnable::run)
            .recordStats()
            .build();
  }

  /** Returns what outlives the process. */
  StoredEncodings stored() {
    return stored;
  }

  /** Returns what the cache did so far. */
  public Metrics metrics() {
    encodings.cleanUp();
    CacheStats stats = encodings.stats();
    long bytes =
        encodings.policy().eviction().map(eviction -> eviction.weightedSize().orElse(0)).orElse(0L);
    return new Metrics(
        hits.sum(),
        misses.sum(),
        stats.evictionCount(),
        encodings.estimatedSize(),
        bytes,
        bytesMax);
  }

  /** Returns a text's encoding, or null. */
  @Nullable TextEncoding get(String fingerprint, Side side, String text) {
    if (bytesMax == 0) {
      return null;
    }
    TextEncoding found = encodings.getIfPresent(new Key(fingerprint, side, text));
    (found == null ? misses : hits).increment();
    return found;
  }

  /** Keeps a text's encoding, if there is room for it. */
  void put(String fingerprint, Side side, String text, TextEncoding encoding) {
    if (bytesMax > 0) {
      encodings.put(new Key(fingerprint, side, text), encoding);
    }
  }

  private static int weightBytes(Key key, TextEncoding value) {
    long bytes = ENTRY_BYTES + 2L * key.text.length();
    switch (value) {
      case TextEncoding.Sparse sparse -> {
        bytes += vectorBytes(sparse.vector());
        for (String originalTerm : sparse.originalTerms()) {
          bytes += TOKEN_BYTES + originalTerm.length();
        }
      }
      case TextEncoding.Dense dense -> {
        for (float[] vector : dense.vectors()) {
          bytes += 16 + 4L * vector.length;
        }
      }
      case TextEncoding.DenseTokens tokens -> {
        for (float[] vector : tokens.vectors()) {
          bytes += 20 + 4L * vector.length;
        }
      }
      case TextEncoding.SparseTokens tokens -> {
        for (SparseVector vector : tokens.vectors()) {
          bytes += vectorBytes(vector);
        }
      }
      case TextEncoding.Pair pair -> bytes += 12L * pair.keeps().length;
    }
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  private static long vectorBytes(SparseVector vector) {
    long bytes = 0;
    if (vector instanceof TokenVector tokens) {
      for (int i = 0; i < tokens.size(); i++) {
        bytes += TOKEN_BYTES + tokens.token(i).length();
      }
    }
    return bytes + 8L * vector.size();
  }
}
