package io.siskin.server.rank.model;

import io.siskin.server.batch.BatchedModel;
import io.siskin.server.batch.EncodedText;
import io.siskin.server.batch.Priority;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.onnx.InferenceException;
import io.siskin.server.rank.scope.RankingModelException;
import io.siskin.server.rank.scope.RankingModels.PairModel;
import io.siskin.server.rank.scope.RankingModels.PairScore;
import io.siskin.server.rank.scope.RankingModels.PendingScore;
import io.siskin.server.search.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A cross-encoder with its front end: pairs of many searches share batches. Safe for concurrent
 * use.
 *
 * @param name what it is called
 * @param marksTokens whether it says of each token how likely it is needed
 * @param model the model; closed with this
 */
record PairScorer(String name, boolean marksTokens, BatchedModel model)
    implements PairModel, AutoCloseable {
  @Override
  public List<PendingScore> score(String query, List<String> documents, Cancellation cancellation) {
    List<EncoderInput> inputs = new ArrayList<>(documents.size());
    for (String document : documents) {
      inputs.add(EncoderInput.ofPair(query, document));
    }
    List<PendingScore> pending = new ArrayList<>(inputs.size());
    for (CompletableFuture<EncodedText> future :
        model.encoder().submit(inputs, Priority.INTERACTIVE, cancellation)) {
      pending.add(new Pending(name, future));
    }
    return pending;
  }

  /** One score to come. */
  private record Pending(String model, CompletableFuture<EncodedText> future)
      implements PendingScore {
    @Override
    public @Nullable PairScore await(long nanos) {
      try {
        TextEncoding.Pair pair =
            (TextEncoding.Pair) future.get(nanos, TimeUnit.NANOSECONDS).encoding();
        return new PairScore(pair.score(), pair.keeps(), pair.starts(), pair.ends());
      } catch (TimeoutException notYet) {
        return null;
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new RankingModelException(model, stopped);
      } catch (ExecutionException failed) {
        throw switch (failed.getCause()) {
          case InferenceException ofModel -> new RankingModelException(model, ofModel);
          case RuntimeException typed -> typed;
          case null, default -> new RankingModelException(model, failed);
        };
      }
    }

    @Override
    public void giveUp() {
      future.cancel(false);
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
