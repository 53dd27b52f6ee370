package io.siskin.server.batch;

import io.siskin.index.lifecycle.ReferenceCount;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.spec.ModelRef;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model with its front end. Several may stand for one model, see {@link BatchedModels}: each is
 * closed by the one who opened it, and with the last one the front end and then the model are
 * closed.
 *
 * <p>As a {@link TextModel} it goes past the front end, on the calling thread. Safe for concurrent
 * use.
 */
public final class BatchedModel implements TextModel {
  private final Shared shared;
  private final AtomicBoolean closed = new AtomicBoolean();

  private BatchedModel(Shared shared) {
    this.shared = shared;
  }

  /** What the handles of one model share. */
  static final class Shared {
    private static final Logger LOG = LoggerFactory.getLogger(BatchedModel.class);

    // A model is closed when no collection has it any more, so little can be under way.
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final ModelRef ref;
    private final TextModel model;
    private final DynamicBatcher encoder;
    private final ReferenceCount handles;

    Shared(ModelRef ref, TextModel model, DynamicBatcher encoder) {
      this.ref = ref;
      this.model = model;
      this.encoder = encoder;
      this.handles = new ReferenceCount("model " + ref.folderName(), this::end);
    }

    /** Returns a handle for the one that the new object counts already. */
    BatchedModel firstHandle() {
      return new BatchedModel(this);
    }

    /** Returns another handle, or null when the last one has been closed. */
    @Nullable BatchedModel anotherHandle() {
      return handles.tryRetain() ? new BatchedModel(this) : null;
    }

    private void end() {
      if (encoder.isOwnThread()) {
        // The one who waited for the last text let go of the model; closing waits for this very
        // thread.
        Thread _ =
            Thread.ofPlatform().daemon().name("siskin-close-" + ref.name()).start(this::close);
      } else {
        close();
      }
    }

    private void close() {
      if (!encoder.close(GRACE)) {
        LOG.warn("model {} is still encoding a batch after {}", ref.name(), GRACE);
      }
      model.close();
    }
  }

  /** Returns what the model is called, and what it is. */
  public ModelRef ref() {
    return shared.ref;
  }

  /** Returns the front end. */
  public DynamicBatcher encoder() {
    return shared.encoder;
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
  public int denseDimensions() {
    return shared.model.denseDimensions();
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
  public Inference infer(List<TokenizedText> batch) {
    checkOpen();
    return shared.model.infer(batch);
  }

  @Override
  public Inference infer(List<TokenizedText> batch, long patienceNanos) {
    checkOpen();
    return shared.model.infer(batch, patienceNanos);
  }

  @Override
  public List<SparseVector> tokenVectors(TokenizedText text) {
    checkOpen();
    return shared.model.tokenVectors(text);
  }

  private void checkOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the model is closed");
    }
  }

  /** Gives this handle back; does nothing the second time. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      shared.handles.release();
    }
  }
}
