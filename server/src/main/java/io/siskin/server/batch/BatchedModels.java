package io.siskin.server.batch;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of a process, each loaded once and with one front end, however many collections have
 * it: the only registry of open models, by fingerprint. They share one cache.
 *
 * <p>Safe for concurrent use.
 */
public final class BatchedModels implements TextModels {
  private static final Logger LOG = LoggerFactory.getLogger(BatchedModels.class);
  private static final long WARM_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int WARM_UP_ROUNDS_MAX = 20;

  private final TextModels models;
  private final BatchingOptions options;
  private final EncodingCache cache;
  private final Object opening = new Object();
  private final Map<String, BatchedModel.Shared> byFingerprint = new ConcurrentHashMap<>();

  /**
   * Makes an empty set of models.
   *
   * @param models loads the models themselves
   * @param options what each front end is like
   * @param cache keeps encoded queries of all of them
   */
  public BatchedModels(TextModels models, BatchingOptions options, EncodingCache cache) {
    this.models = models;
    this.options = options;
    this.cache = cache;
  }

  /** Returns a model with its front end, opening it if nobody has it. */
  @Override
  public BatchedModel open(Path directory, ModelRef ref) throws IOException {
    // One after another: a model is opened once, and that takes seconds.
    synchronized (opening) {
      BatchedModel.Shared known = byFingerprint.get(ref.fingerprint());
      BatchedModel handle = known == null ? null : known.anotherHandle();
      if (handle != null) {
        return handle;
      }
      TextModel model = models.open(directory, ref);
      boolean warm = false;
      try {
        warm(ref, model);
        warm = true;
      } finally {
        if (!warm) {
          model.close();
        }
      }
      BatchedModel.Shared shared =
          new BatchedModel.Shared(
              ref, model, new DynamicBatcher(ref.name(), model, options, cache));
      byFingerprint.put(ref.fingerprint(), shared);
      cache.stored().want();
      return shared.firstHandle();
    }
  }

  /**
   * Encodes short texts for a while, so that no caller pays for the first ones, and that what is
   * measured later is the model's rate and not that of its start.
   */
  private static void warm(ModelRef ref, TextModel model) {
    long end = System.nanoTime() + WARM_UP_NANOS;
    try {
      for (int round = 1; round <= WARM_UP_ROUNDS_MAX; round++) {
        List<TokenizedText> batch = new ArrayList<>();
        for (int words = 1; words <= round; words++) {
          batch.add(model.tokenize(new EncoderInput("word ".repeat(2 * words), Side.QUERY)));
        }
        model.infer(batch);
        if (System.nanoTime() >= end) {
          return;
        }
      }
    } catch (RemoteEncoderException elsewhere) {
      // It may be up by the time that somebody asks.
      LOG.warn("model {} does not answer yet: {}", ref.folderName(), elsewhere.getMessage());
    }
  }

  /**
   * Returns an open model by its name. Does not block.
   *
   * @param name its name, or its name, a dash and the first digits of its fingerprint
   * @return the model, which the caller closes; null when none of that name is open
   * @throws InvalidInputException when several of that name are open
   */
  public @Nullable BatchedModel find(String name) {
    List<BatchedModel> found = new ArrayList<>();
    for (BatchedModel handle : handles()) {
      if (isNamed(handle, name)) {
        found.add(handle);
      } else {
        handle.close();
      }
    }
    if (found.size() == 1) {
      return found.getFirst();
    }
    found.forEach(BatchedModel::close);
    if (found.isEmpty()) {
      return null;
    }
    throw new InvalidInputException(
        "model", name, "a name with the first digits of the fingerprint: several are open");
  }

  private static boolean isNamed(BatchedModel model, String name) {
    ModelRef ref = model.ref();
    String stem = ref.name() + "-";
    return name.equals(ref.name())
        || (name.length() > stem.length() && (stem + ref.fingerprint()).startsWith(name));
  }

  /** Returns the names of the open models, sorted. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (BatchedModel handle : handles()) {
      names.add(handle.ref().name());
      handle.close();
    }
    return names.stream().distinct().sorted().toList();
  }

  /** Returns what the front ends did so far, by the models' names with 12 digits. */
  public Map<String, BatchingMetrics> metrics() {
    Map<String, BatchingMetrics> all = new ConcurrentHashMap<>();
    for (BatchedModel handle : handles()) {
      all.put(handle.ref().folderName(), handle.encoder().metrics());
      handle.close();
    }
    return Map.copyOf(all);
  }

  /** Returns what the cache of encoded queries did so far. */
  public EncodingCache.Metrics cacheMetrics() {
    return cache.metrics();
  }

  /** Returns what the store of encodings did so far. */
  public StoredEncodings.Metrics storeMetrics() {
    return cache.stored().metrics();
  }

  private List<BatchedModel> handles() {
    List<BatchedModel> handles = new ArrayList<>();
    byFingerprint.forEach(
        (fingerprint, shared) -> {
          BatchedModel handle = shared.anotherHandle();
          if (handle == null) {
            byFingerprint.remove(fingerprint, shared);
          } else {
            handles.add(handle);
          }
        });
    return handles;
  }
}
