package io.siskin.server.rank.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.rank.scope.RankingModels.PairModel;
import io.siskin.server.rank.scope.RankingModels.PairScore;
import io.siskin.server.rank.scope.RankingModels.PendingScore;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.testing.TinyCrossEncoder;
import io.siskin.server.testing.TinyModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cross-encoders give what plain Java computes, for many callers at a time. */
final class CrossEncoderTest {
  private static final List<String> WORDS =
      List.of("moth", "wing", "insect", "bird", "query", ":", "a");

  @TempDir private Path folder;

  private static String words(Random random, int count) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(WORDS.get(random.nextInt(WORDS.size())));
    }
    return String.join(" ", words);
  }

  private static PairScore await(PendingScore pending) {
    PairScore score = pending.await(TimeUnit.SECONDS.toNanos(30));
    assertThat(score).as("an answer within 30 s").isNotNull();
    return score;
  }

  private static void compare(PairModel model, Random random, int queryMax, int lengthMax) {
    String query = words(random, random.nextInt(9));
    List<String> documents = new ArrayList<>();
    for (int i = random.nextInt(20); i >= 0; i--) {
      documents.add(words(random, random.nextInt(30)));
    }
    List<PendingScore> pending = model.score(query, documents, Cancellation.NEVER);
    for (int i = 0; i < documents.size(); i++) {
      PairScore score = await(pending.get(i));
      String document = documents.get(i);
      // Eighths, so that no rounding happens in any order.
      assertThat(score.score())
          .as("%s | %s", query, document)
          .isEqualTo(TinyCrossEncoder.score(query, document, queryMax, lengthMax));
      for (int token = 0; token < score.keeps().length; token++) {
        String word = document.substring(score.starts()[token], score.ends()[token]);
        float weight = TinyCrossEncoder.weight(TinyModels.id(word));
        assertThat(score.keeps()[token]).isEqualTo((float) (1 / (1 + Math.exp(-weight))));
      }
    }
  }

  @Test
  void aPairGivesWhatPlainJavaComputes() throws Exception {
    Path directory =
        TinyCrossEncoder.write(
            folder.resolve("tiny"),
            "max_length: 16",
            "max_query_length: 4",
            "context: {output: needed}");
    long seed = Seeds.next();
    try (Rankers rankers = new Rankers(OnnxOptions.cpu(1))) {
      rankers.open(directory);
      PairModel model = (PairModel) rankers.find("tiny");
      assertThat(model.marksTokens()).isTrue();
      List<Thread> callers = new ArrayList<>();
      AtomicReference<Throwable> wrong = new AtomicReference<>();
      for (int caller = 0; caller < 4; caller++) {
        Random random = new Random(seed + caller);
        callers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        for (int i = 0; i < 25; i++) {
                          compare(model, random, 4, 16);
                        }
                      } catch (Throwable failure) {
                        wrong.set(failure);
                      }
                    }));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(wrong.get()).isNull();
      assertThat(rankers.metrics()).hasSize(1);
    }
  }

  @Test
  void aModelWithoutMarksMarksNothing() throws IOException {
    Path directory =
        TinyCrossEncoder.write(folder.resolve("plain"), "max_length: 32", "activation: sigmoid");
    try (Rankers rankers = new Rankers(OnnxOptions.cpu(1))) {
      rankers.open(directory);
      PairModel model = (PairModel) rankers.find("plain");
      assertThat(model.marksTokens()).isFalse();
      PairScore score =
          await(model.score("moth", List.of("bird wing"), Cancellation.NEVER).getFirst());
      float logit = TinyCrossEncoder.score("moth", "bird wing", 16, 32);
      assertThat(score.score()).isEqualTo((float) (1 / (1 + Math.exp(-logit))));
      assertThat(score.keeps()).isEmpty();
    }
  }

  @Test
  void whoeverLeavesGetsNoAnswer() throws IOException {
    Path directory = TinyCrossEncoder.write(folder.resolve("tiny"));
    try (Rankers rankers = new Rankers(OnnxOptions.cpu(1))) {
      rankers.open(directory);
      PairModel model = (PairModel) rankers.find("tiny");
      Cancellation left = Cancellation.whenCancelled(() -> true);
      PendingScore pending = model.score("moth", List.of("bird"), left).getFirst();
      assertThatThrownBy(() -> pending.await(1_000_000_000))
          .isInstanceOf(QueryCancelledException.class);
    }
  }

  private void refused(String line, String... parts) throws IOException {
    Path directory = TinyCrossEncoder.write(folder.resolve("bad"), line);
    try (Rankers rankers = new Rankers(OnnxOptions.cpu(1))) {
      assertThatThrownBy(() -> rankers.open(directory))
          .as(line)
          .isInstanceOf(InvalidInputException.class)
          .satisfies(error -> assertThat(error.getMessage()).contains(parts));
    }
  }

  @Test
  void aWrongConfigurationIsRefusedByItsKey() throws IOException {
    refused("context: {output: logits}", "context.output is logits", "[batch, length]");
    refused("context: {output: nothing}", "context.output is nothing");
    refused("activation: relu", "activation is \"relu\"");
    refused("max_length: 7", "max_length is 7");
    refused("max_length: 20\nmax_query_length: 11", "max_query_length is 11");
    refused("tokenizer: other.json", "file other.json is missing");
    refused("features: []", "key is features");
  }
}
