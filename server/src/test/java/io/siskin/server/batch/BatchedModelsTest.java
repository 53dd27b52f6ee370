package io.siskin.server.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.search.Cancellation;
import io.siskin.server.testing.FakeTextModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class BatchedModelsTest {
  private static final String OTHER = "f".repeat(64);

  private final List<FakeTextModel> opened = new ArrayList<>();
  private final BatchedModels models =
      new BatchedModels(
          (directory, ref) -> {
            opened.add(new FakeTextModel(64, ref.fingerprint().substring(0, 1)));
            return opened.getLast();
          },
          BatchingOptions.DEFAULTS,
          new EncodingCache(0));

  private BatchedModel open(String name) throws Exception {
    return open(name, FakeTextModel.FINGERPRINT);
  }

  private BatchedModel open(String name, String fingerprint) throws Exception {
    return models.open(Path.of("any"), new ModelRef(name, fingerprint));
  }

  @Test
  void aModelIsOpenedOnceAndClosedWithItsLastHandle() throws Exception {
    BatchedModel first = open("tiny");
    BatchedModel second = open("tiny");
    assertThat(opened).hasSize(1);
    assertThat(second.encoder()).isSameAs(first.encoder());
    first.close();
    first.close();
    assertThat(opened.getFirst().isClosed()).isFalse();
    second
        .encoder()
        .submit(new EncoderInput("a", Side.QUERY), Priority.BULK, Cancellation.NEVER)
        .get();
    assertThat(models.metrics()).containsOnlyKeys("tiny-000000000000");
    second.close();
    assertThat(opened.getFirst().isClosed()).isTrue();
    assertThatThrownBy(
            () ->
                second
                    .encoder()
                    .submit(new EncoderInput("b", Side.QUERY), Priority.BULK, Cancellation.NEVER))
        .isInstanceOf(EncoderClosedException.class);
    assertThat(models.find("tiny")).isNull();
    open("tiny").close();
    assertThat(opened).hasSize(2);
  }

  /** As when a collection was replaced while a text of it was encoded. */
  @Test
  @Timeout(8)
  void theLastHandleMayBeClosedByTheModelsOwnThread() throws Exception {
    BatchedModel model = open("tiny");
    opened.getFirst().costing(50_000_000, 0);
    CompletableFuture<?> closed =
        model
            .encoder()
            .submit(new EncoderInput("a", Side.QUERY), Priority.BULK, Cancellation.NEVER)
            .whenComplete((_, _) -> model.close());
    closed.get();
    while (!opened.getFirst().isClosed()) {
      Thread.sleep(5);
    }
  }

  @Test
  void aModelIsWarmBeforeItIsUsedAndItsRateIsNotThatOfItsStart() throws Exception {
    try (BatchedModel model = open("tiny")) {
      assertThat(opened.getFirst().batches()).isNotEmpty();
      assertThat(model.encoder().metrics().batches()).isZero();
      assertThat(model.encoder().metrics().tokensPerSecond()).isZero();
    }
  }

  @Test
  void aModelThatAnswersNothingYetIsOpenedAllTheSame() throws Exception {
    FakeTextModel absent = new FakeTextModel(64);
    absent.onInfer(
        texts -> {
          throw new RemoteEncoderException(
              RemoteEncoderException.Reason.UNAVAILABLE, "there", "it does not listen");
        });
    BatchedModels remote =
        new BatchedModels(
            (directory, ref) -> absent, BatchingOptions.DEFAULTS, new EncodingCache(0));
    ModelRef ref = new ModelRef("remote", FakeTextModel.FINGERPRINT);
    try (BatchedModel model = remote.open(Path.of("any"), ref)) {
      absent.onInfer(texts -> {});
      assertThat(
              model
                  .encoder()
                  .submit(new EncoderInput("a", Side.QUERY), Priority.BULK, Cancellation.NEVER)
                  .get()
                  .encoding())
          .isEqualTo(absent.encode("a"));
    }
  }

  @Test
  void aModelIsFoundByItsNameWhileItIsOpen() throws Exception {
    BatchedModel tiny = open("tiny");
    BatchedModel twin = open("tiny", OTHER);
    assertThat(models.find("other")).isNull();
    assertThat(models.find("tiny-")).isNull();
    assertThatThrownBy(() -> models.find("tiny")).isInstanceOf(InvalidInputException.class);
    try (BatchedModel found = models.find("tiny-ff")) {
      assertThat(found.encoder()).isSameAs(twin.encoder());
    }
    twin.close();
    try (BatchedModel found = models.find("tiny")) {
      assertThat(found.encoder()).isSameAs(tiny.encoder());
    }
    tiny.close();
    assertThat(models.find("tiny")).isNull();
  }
}
