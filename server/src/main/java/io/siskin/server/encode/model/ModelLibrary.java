package io.siskin.server.encode.model;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.ModelFiles;
import io.siskin.server.encode.ModelRef;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TextModels;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.remote.RemoteModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of a process, each open once, whatever the number of collections that use it.
 *
 * <p>Safe for concurrent use; opening one model keeps the opening of another waiting.
 */
public final class ModelLibrary implements TextModels {
  private static final Logger LOG = LoggerFactory.getLogger(ModelLibrary.class);

  private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);

  private final OnnxOptions options;
  private final Map<String, Shared> open = new HashMap<>();

  /**
   * Makes an empty library.
   *
   * @param options how its models run
   */
  public ModelLibrary(OnnxOptions options) {
    this.options = options;
  }

  @Override
  public synchronized TextModel open(Path directory, ModelRef ref) throws IOException {
    Shared shared = open.get(ref.fingerprint());
    if (shared == null) {
      long start = System.nanoTime();
      shared = RemoteDirectory.is(directory) ? openRemote(directory, ref) : load(directory, ref);
      open.put(ref.fingerprint(), shared);
      LOG.info(
          "model {}: open after {} ms", ref.folderName(), (System.nanoTime() - start) / 1_000_000);
    }
    shared.holders++;
    return new Handle(shared);
  }

  private Shared load(Path directory, ModelRef ref) throws IOException {
    ModelDirectory found = ModelDirectory.read(directory);
    check(directory, found.files(), ref);
    LoadedModel model = LoadedModel.open(found, options);
    LOG.info(
        "model {}: {} on {}",
        ref.folderName(),
        found.config().family(),
        model.session().provider().label());
    return new Shared(model, ref);
  }

  private static Shared openRemote(Path directory, ModelRef ref) throws IOException {
    RemoteDirectory found = RemoteDirectory.read(directory);
    check(directory, found.files(), ref);
    RemoteModel model = found.open();
    if (!model.isReady(HEALTH_TIMEOUT)) {
      // Not an error: it may come up later, and vectors can be searched for without it.
      LOG.warn("model {}: {} is not ready", ref.folderName(), found.target().label());
    }
    return new Shared(model, ref);
  }

  private static void check(Path directory, ModelFiles files, ModelRef ref) throws IOException {
    String fingerprint = files.ref().fingerprint();
    if (!fingerprint.equals(ref.fingerprint())) {
      throw new CorruptSegmentException(
          directory.toString(), 0, "a model of fingerprint " + ref.fingerprint(), fingerprint);
    }
  }

  private synchronized void release(Shared shared) {
    shared.holders--;
    if (shared.holders == 0) {
      open.remove(shared.ref.fingerprint());
      shared.model.close();
    }
  }

  /** A model and how many hold it. Guarded by the library. */
  private static final class Shared {
    private final TextModel model;
    private final ModelRef ref;
    private int holders;

    Shared(TextModel model, ModelRef ref) {
      this.model = model;
      this.ref = ref;
    }
  }

  /** One holder's view. */
  private final class Handle implements TextModel {
    private final Shared shared;
    private final AtomicBoolean closed = new AtomicBoolean();

    Handle(Shared shared) {
      this.shared = shared;
    }

    @Override
    public String fingerprint() {
      return shared.model.fingerprint();
    }

    @Override
    public int lengthTokensMax() {
      return shared.model.lengthTokensMax();
    }

    @Override
    public boolean hasTerm(String term) {
      return shared.model.hasTerm(term);
    }

    @Override
    public TokenizedText tokenize(EncoderInput input) {
      checkOpen();
      return shared.model.tokenize(input);
    }

    @Override
    public Inference infer(List<TokenizedText> batch, long patienceNanos) {
      checkOpen();
      return shared.model.infer(batch, patienceNanos);
    }

    @Override
    public Inference infer(List<TokenizedText> batch) {
      checkOpen();
      return shared.model.infer(batch);
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        release(shared);
      }
    }

    private void checkOpen() {
      if (closed.get()) {
        throw new IllegalStateException("the model is closed");
      }
    }
  }
}
