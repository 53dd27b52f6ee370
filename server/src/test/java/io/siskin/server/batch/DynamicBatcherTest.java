package io.siskin.server.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.Side;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.testing.ControlledClock;
import io.siskin.server.testing.FakeTextModel;
import io.siskin.server.testing.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class DynamicBatcherTest {
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final FakeTextModel model = new FakeTextModel(64);
  private final EncodingCache cache = new EncodingCache(1 << 20);
  private final ControlledClock clock = new ControlledClock();
  private final List<DynamicBatcher> opened = new ArrayList<>();

  @AfterEach
  void closeAll() {
    for (DynamicBatcher encoder : opened) {
      assertThat(encoder.close(GRACE)).isTrue();
      assertIdle(encoder);
    }
  }

  private DynamicBatcher open(BatchingOptions options) {
    DynamicBatcher encoder = new DynamicBatcher("test", model, options, cache);
    opened.add(encoder);
    return encoder;
  }

  /** Opens one whose time is that of the controlled clock. */
  private DynamicBatcher openOnClock(BatchingOptions options) {
    DynamicBatcher encoder =
        new DynamicBatcher("test", model.passTimeOf(clock), options, cache, clock);
    opened.add(encoder);
    return encoder;
  }

  private Cancellation deadlineIn(Duration time) {
    return Cancellation.at(clock.getAsLong() + time.toNanos(), () -> false, clock);
  }

  private static void assertIdle(DynamicBatcher encoder) {
    assertThat(encoder.metrics().waitingInteractive()).isZero();
    assertThat(encoder.metrics().waitingBulk()).isZero();
  }

  private static EncoderInput document(String text) {
    return new EncoderInput(text, Side.DOCUMENT);
  }

  private static CompletableFuture<EncodedText> submit(DynamicBatcher encoder, String text) {
    return encoder.submit(document(text), Priority.INTERACTIVE, Cancellation.NEVER);
  }

  /** Is through once so many texts that are submitted from now on wait for a batch. */
  private CountDownLatch whenTokenized(int texts) {
    CountDownLatch through = new CountDownLatch(texts);
    Set<EncoderInput> seen = ConcurrentHashMap.newKeySet();
    model.onLength(
        input -> {
          if (seen.add(input)) {
            through.countDown();
          }
        });
    return through;
  }

  private static QueryCancelledException.Reason cancellation(Future<?> future) throws Exception {
    try {
      future.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return ((QueryCancelledException) e.getCause()).reason();
    }
    throw new AssertionError("was answered");
  }

  /** Holds the inference thread in its first batch, so that everything else has to wait. */
  private final class Gate {
    private final CountDownLatch open = new CountDownLatch(1);
    private final CompletableFuture<EncodedText> held;

    Gate(DynamicBatcher encoder) throws InterruptedException {
      CountDownLatch entered = new CountDownLatch(1);
      model.onInfer(
          texts -> {
            entered.countDown();
            awaitUninterruptibly(open);
          });
      held = submit(encoder, "gate");
      entered.await();
    }

    void open() throws Exception {
      open.countDown();
      held.get(20, TimeUnit.SECONDS);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everyTextIsEncodedAsIfAlone() {
    Seeded.run(
        random -> {
          model.costing(20_000, 500);
          DynamicBatcher encoder =
              open(
                  BatchingOptions.DEFAULTS
                      .withBatchTokensMax(64 + random.nextInt(400))
                      .withBatchTextsMax(1 + random.nextInt(20))
                      .withQueueCapacity(4_096)
                      .withTokenizerThreads(1 + random.nextInt(3))
                      .withInferenceThreads(1 + random.nextInt(3)));
          int callers = 8;
          ExecutorService executor = Executors.newFixedThreadPool(callers);
          List<Future<Integer>> done = new ArrayList<>();
          for (int i = 0; i < callers; i++) {
            Random own = new Random(random.nextLong());
            done.add(executor.submit(() -> call(encoder, own)));
          }
          int answered = 0;
          for (Future<Integer> future : done) {
            answered += future.get(50, TimeUnit.SECONDS);
          }
          executor.close();
          check(encoder, answered);
        });
  }

  /** One caller: some texts at a time, some of which it gives up; returns the answers it got. */
  private int call(DynamicBatcher encoder, Random random) throws Exception {
    int answered = 0;
    for (int i = 0; i < 100; i++) {
      List<String> texts = new ArrayList<>();
      List<EncoderInput> inputs = new ArrayList<>();
      for (int j = random.nextInt(8); j >= 0; j--) {
        String text = text(random);
        texts.add(text);
        inputs.add(new EncoderInput(text, random.nextBoolean() ? Side.QUERY : Side.DOCUMENT));
      }
      Priority priority = random.nextBoolean() ? Priority.BULK : Priority.INTERACTIVE;
      boolean leaves = random.nextInt(8) == 0;
      AtomicBoolean left = new AtomicBoolean();
      List<CompletableFuture<EncodedText>> futures =
          encoder.submit(inputs, priority, Cancellation.whenCancelled(left::get));
      left.set(leaves);
      for (int j = 0; j < texts.size(); j++) {
        try {
          EncodedText encoded = futures.get(j).get(20, TimeUnit.SECONDS);
          assertThat(encoded.encoding()).isEqualTo(model.encode(texts.get(j)));
          answered += encoded.cached() ? 0 : 1;
        } catch (ExecutionException e) {
          assertThat(leaves).isTrue();
          assertThat(e.getCause()).isInstanceOf(QueryCancelledException.class);
        }
      }
    }
    return answered;
  }

  /** Few texts of many lengths, so that some are the same at the same time. */
  private static String text(Random random) {
    int words = random.nextInt(80);
    StringBuilder text = new StringBuilder("n" + random.nextInt(20));
    for (int i = 0; i < words; i++) {
      text.append(" w").append(i);
    }
    return text.toString();
  }

  private void check(DynamicBatcher encoder, int answered) {
    BatchingMetrics metrics = encoder.metrics();
    long inferred = 0;
    long batches = 0;
    for (List<String> batch : model.batches()) {
      int longest = batch.stream().mapToInt(model::lengthTokens).max().orElseThrow();
      assertThat(batch.size()).isBetween(1, encoderOptionsTexts(metrics));
      assertThat(longest * batch.size()).isLessThanOrEqualTo(64 + 400);
      inferred += batch.size();
      batches++;
    }
    assertThat(metrics.texts()).isEqualTo(inferred);
    assertThat(metrics.batches()).isEqualTo(batches);
    assertThat(metrics.batchSizes().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(batches);
    // Every answer was inferred once, or was that of an equal text.
    assertThat(inferred).isBetween(answered - metrics.coalesced(), answered + metrics.dropped());
    assertThat(metrics.paddedTokens()).isGreaterThanOrEqualTo(metrics.tokens());
    assertThat(metrics.failed()).isZero();
    assertThat(metrics.refused()).isZero();
    assertIdle(encoder);
  }

  private static int encoderOptionsTexts(BatchingMetrics metrics) {
    return metrics.batchSizes().lastKey();
  }

  @Test
  void batchesGrowWhileTheModelIsBusy() throws Exception {
    DynamicBatcher encoder = open(BatchingOptions.DEFAULTS);
    Gate gate = new Gate(encoder);
    List<CompletableFuture<EncodedText>> futures = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      futures.add(submit(encoder, "text " + i));
    }
    assertThat(encoder.metrics().waitingInteractive()).isEqualTo(11);
    gate.open();
    for (CompletableFuture<EncodedText> future : futures) {
      assertThat(future.get().nanos().queueNanos()).isPositive();
    }
    assertThat(encoder.metrics().batches()).isBetween(2L, 3L);
    assertThat(encoder.metrics().texts()).isEqualTo(11);
  }

  @Test
  void aTextOfFullLengthAlwaysFits() throws Exception {
    DynamicBatcher encoder = open(BatchingOptions.DEFAULTS.withBatchTokensMax(1));
    String longText = "w ".repeat(1_000);
    assertThat(submit(encoder, longText).get().encoding()).isEqualTo(model.encode(longText));
  }

  @Test
  void workWhoseDeadlinePassesIsDroppedBeforeInference() throws Exception {
    DynamicBatcher encoder = openOnClock(BatchingOptions.DEFAULTS);
    Gate gate = new Gate(encoder);
    CompletableFuture<EncodedText> late =
        encoder.submit(document("late"), Priority.INTERACTIVE, deadlineIn(Duration.ofMillis(1)));
    CompletableFuture<EncodedText> patient = submit(encoder, "patient");
    clock.advance(Duration.ofMillis(1));
    gate.open();
    assertThat(cancellation(late)).isEqualTo(QueryCancelledException.Reason.DEADLINE_EXCEEDED);
    patient.get();
    assertThat(model.timesInferred("late")).isZero();
    assertThat(encoder.metrics().dropped()).isEqualTo(1);
    assertThat(encoder.metrics().late()).isEqualTo(1);
  }

  @Test
  void aQueryIsTokenizedWhileALongDocumentIs() throws Exception {
    DynamicBatcher encoder = open(BatchingOptions.DEFAULTS);
    CountDownLatch open = new CountDownLatch(1);
    model.onTokenize(
        input -> {
          if (input.text().length() > 65_536) {
            awaitUninterruptibly(open);
          }
        });
    List<CompletableFuture<EncodedText>> documents = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      documents.add(submit(encoder, i + " long".repeat(20_000)));
      documents.add(encoder.submit(document("bulk " + i), Priority.BULK, Cancellation.NEVER));
    }
    assertThat(submit(encoder, "query").get(20, TimeUnit.SECONDS).encoding())
        .isEqualTo(model.encode("query"));
    assertThat(documents).noneMatch(CompletableFuture::isDone);
    open.countDown();
    for (CompletableFuture<EncodedText> future : documents) {
      future.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void workWhoseDeadlineHasPassedIsNotTokenized() throws Exception {
    DynamicBatcher encoder = openOnClock(BatchingOptions.DEFAULTS.withTokenizerThreads(1));
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch open = new CountDownLatch(1);
    AtomicInteger tokenized = new AtomicInteger();
    model.onTokenize(
        input -> {
          tokenized.incrementAndGet();
          entered.countDown();
          awaitUninterruptibly(open);
        });
    CompletableFuture<EncodedText> first = submit(encoder, "first");
    entered.await();
    CompletableFuture<EncodedText> late =
        encoder.submit(document("late"), Priority.INTERACTIVE, deadlineIn(Duration.ofMillis(1)));
    CompletableFuture<EncodedText> gone =
        encoder.submit(
            document("gone"), Priority.INTERACTIVE, Cancellation.whenCancelled(() -> true));
    clock.advance(Duration.ofMillis(1));
    open.countDown();
    assertThat(cancellation(late)).isEqualTo(QueryCancelledException.Reason.DEADLINE_EXCEEDED);
    assertThat(cancellation(gone)).isEqualTo(QueryCancelledException.Reason.CANCELLED);
    first.get();
    assertThat(tokenized).hasValue(1);
    assertThat(encoder.metrics().dropped()).isEqualTo(2);
  }

  @Test
  void equalTextsAreEncodedOnceAndLeaveOneByOne() throws Exception {
    DynamicBatcher encoder = open(BatchingOptions.DEFAULTS);
    Gate gate = new Gate(encoder);
    AtomicBoolean cancelled = new AtomicBoolean();
    CompletableFuture<EncodedText> leaving =
        encoder.submit(document("same"), Priority.BULK, Cancellation.whenCancelled(cancelled::get));
    CompletableFuture<EncodedText> staying = submit(encoder, "same");
    CompletableFuture<EncodedText> abandoned = submit(encoder, "same");
    CompletableFuture<EncodedText> otherSide =
        encoder.submit(
            new EncoderInput("same", Side.QUERY), Priority.INTERACTIVE, Cancellation.NEVER);
    cancelled.set(true);
    assertThat(abandoned.cancel(false)).isTrue();
    gate.open();
    assertThat(cancellation(leaving)).isEqualTo(QueryCancelledException.Reason.CANCELLED);
    assertThat(staying.get().encoding()).isEqualTo(model.encode("same"));
    assertThat(otherSide.get().encoding()).isEqualTo(model.encode("same"));
    assertThat(model.timesInferred("same")).isEqualTo(2);
    assertThat(encoder.metrics().coalesced()).isEqualTo(2);
    assertThat(encoder.metrics().dropped()).isEqualTo(2);
  }

  @Test
  void oneMayJoinATextThatIsBeingInferred() throws Exception {
    DynamicBatcher encoder = open(BatchingOptions.DEFAULTS);
    Gate gate = new Gate(encoder);
    CompletableFuture<EncodedText> joined = submit(encoder, "gate");
    gate.open();
    EncodedText encoded = joined.get();
    assertThat(encoded.nanos().queueNanos()).isZero();
    assertThat(encoded.nanos().tokenizeNanos()).isZero();
    assertThat(model.timesInferred("gate")).isEqualTo(1);
  }

  @Test
  void queriesAreCachedAndDocumentsAreNot() throws Exception {
    DynamicBatcher encoder = open(BatchingOptions.DEFAULTS);
    for (int i = 0; i < 3; i++) {
      EncodedText query =
          encoder
              .submit(new EncoderInput("q", Side.QUERY), Priority.INTERACTIVE, Cancellation.NEVER)
              .get();
      assertThat(query.cached()).isEqualTo(i > 0);
      assertThat(query.encoding()).isEqualTo(model.encode("q"));
      assertThat(submit(encoder, "d").get().cached()).isFalse();
    }
    assertThat(model.timesInferred("q")).isEqualTo(1);
    assertThat(model.timesInferred("d")).isEqualTo(3);
    assertThat(encoder.metrics().cache().hitRate()).isEqualTo(2 / 3.0);
    assertThat(encoder.metrics().cache().bytes()).isBetween(1L, 1L << 10);
  }

  @Test
  void theCacheIsBoundedInBytesAndOutlivesItsEncoder() throws Exception {
    EncodingCache small = new EncodingCache(20_000);
    DynamicBatcher first = new DynamicBatcher("first", model, BatchingOptions.DEFAULTS, small);
    for (int i = 0; i < 500; i++) {
      EncoderInput input = new EncoderInput("query " + i, Side.QUERY);
      first.submit(input, Priority.INTERACTIVE, Cancellation.NEVER).get();
    }
    assertThat(first.close(GRACE)).isTrue();
    assertThat(small.metrics().bytes()).isLessThanOrEqualTo(20_000);
    assertThat(small.metrics().entries()).isBetween(10L, 100L);
    assertThat(small.metrics().evictions()).isPositive();
    DynamicBatcher second = new DynamicBatcher("second", model, BatchingOptions.DEFAULTS, small);
    opened.add(second);
    String kept =
        IntStream.range(0, 500)
            .mapToObj(i -> "query " + i)
            .filter(text -> small.get(FakeTextModel.FINGERPRINT, Side.QUERY, text) != null)
            .findFirst()
            .orElseThrow();
    EncoderInput input = new EncoderInput(kept, Side.QUERY);
    assertThat(second.submit(input, Priority.BULK, Cancellation.NEVER).get().cached()).isTrue();
  }

  @Test
  void aPoisonedTextFailsAlone() throws Exception {
    DynamicBatcher encoder = open(BatchingOptions.DEFAULTS);
    Gate gate = new Gate(encoder);
    List<CompletableFuture<EncodedText>> futures = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      futures.add(submit(encoder, i == 5 ? "poison" : "text" + i));
    }
    assertThat(encoder.metrics().waitingInteractive()).isEqualTo(10);
    model.onInfer(
        texts -> {
          if (texts.contains("poison")) {
            throw new IllegalStateException("poisoned");
          }
        });
    gate.open();
    for (int i = 0; i < 9; i++) {
      CompletableFuture<EncodedText> future = futures.get(i);
      if (i == 5) {
        assertThatThrownBy(future::join)
            .isInstanceOf(CompletionException.class)
            .hasRootCauseMessage("poisoned");
      } else {
        assertThat(future.get().encoding()).isEqualTo(model.encode("text" + i));
      }
    }
    assertThat(submit(encoder, "after").get().encoding()).isEqualTo(model.encode("after"));
    assertThat(encoder.metrics().failed()).isEqualTo(1);
  }

  /** One of the texts may be too long; where there is no answer, parts would get none either. */
  @ParameterizedTest
  @CsvSource({"REFUSED, true", "MALFORMED, true", "UNAVAILABLE, false", "DEADLINE_EXCEEDED, false"})
  void aTextThatAnEncoderElsewhereRefusesFailsAlone(
      RemoteEncoderException.Reason reason, boolean alone) throws Exception {
    DynamicBatcher encoder = open(BatchingOptions.DEFAULTS);
    Gate gate = new Gate(encoder);
    List<CompletableFuture<EncodedText>> futures = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      futures.add(submit(encoder, i == 5 ? "poison" : "text" + i));
    }
    assertThat(encoder.metrics().waitingInteractive()).isEqualTo(10);
    model.onInfer(
        texts -> {
          if (texts.contains("poison")) {
            throw new RemoteEncoderException(reason, "host:1", "status 413");
          }
        });
    gate.open();
    CompletableFuture<?> all = CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new));
    assertThatThrownBy(all::join).hasRootCauseMessage("host:1: status 413");
    long failed = futures.stream().filter(CompletableFuture::isCompletedExceptionally).count();
    assertThat(failed == 1).isEqualTo(alone);
    assertThat(futures.get(5)).isCompletedExceptionally();
  }

  @Test
  void aTextThatCannotBeTokenizedFailsAlone() throws Exception {
    DynamicBatcher encoder = open(BatchingOptions.DEFAULTS);
    model.onTokenize(
        input -> {
          if (input.text().equals("bad")) {
            throw new InvalidInputException("text", "bad", "good ones");
          }
        });
    CompletableFuture<EncodedText> bad = submit(encoder, "bad");
    submit(encoder, "good").get();
    assertThatThrownBy(bad::get).hasCauseInstanceOf(InvalidInputException.class);
    assertThat(encoder.metrics().failed()).isEqualTo(1);
  }

  @Test
  void bulkTextsWaitForInteractiveOnesButNotForEver() throws Exception {
    DynamicBatcher encoder = open(BatchingOptions.DEFAULTS.withBatchTextsMax(1));
    Gate gate = new Gate(encoder);
    CountDownLatch through = whenTokenized(33);
    List<CompletableFuture<EncodedText>> futures = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      futures.add(encoder.submit(document("bulk" + i), Priority.BULK, Cancellation.NEVER));
    }
    for (int i = 0; i < 30; i++) {
      futures.add(submit(encoder, "query" + i));
    }
    through.await();
    gate.open();
    for (CompletableFuture<EncodedText> future : futures) {
      future.get();
    }
    List<String> order = model.batches().stream().map(List::getFirst).skip(1).toList();
    int turn = Turns.BULK_TURN;
    assertThat(order.indexOf("bulk0")).isEqualTo(turn - 1);
    assertThat(order.indexOf("bulk1")).isEqualTo(2 * turn - 1);
    assertThat(order.indexOf("bulk2")).isEqualTo(3 * turn - 1);
    assertThat(order.stream().filter(text -> text.startsWith("query")).toList())
        .isEqualTo(IntStream.range(0, 30).mapToObj(i -> "query" + i).toList());
  }

  @Test
  void bulkTextsLeaveRoomForInteractiveOnes() throws Exception {
    DynamicBatcher encoder = open(BatchingOptions.DEFAULTS.withQueueCapacity(8));
    Gate gate = new Gate(encoder);
    List<EncoderInput> bulk = List.of(document("a"), document("b"), document("c"), document("d"));
    List<CompletableFuture<EncodedText>> waiting =
        new ArrayList<>(encoder.submit(bulk, Priority.BULK, Cancellation.NEVER));
    assertThatThrownBy(() -> encoder.submit(document("e"), Priority.BULK, Cancellation.NEVER))
        .isInstanceOf(EncoderOverloadedException.class);
    for (int i = 0; i < 3; i++) {
      waiting.add(submit(encoder, "query" + i));
    }
    assertThatThrownBy(() -> submit(encoder, "one more"))
        .isInstanceOfSatisfying(
            EncoderOverloadedException.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(EncoderOverloadedException.Reason.QUEUE_FULL);
              assertThat(refused.retryAfter()).isPositive();
            });
    assertThat(encoder.metrics().refused()).isEqualTo(2);
    gate.open();
    for (CompletableFuture<EncodedText> future : waiting) {
      future.get();
    }
    assertThatThrownBy(
            () ->
                encoder.submit(
                    Collections.nCopies(9, document("x")),
                    Priority.INTERACTIVE,
                    Cancellation.NEVER))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void theDeadMakeRoomForTheLiving() throws Exception {
    DynamicBatcher encoder = openOnClock(BatchingOptions.DEFAULTS.withQueueCapacity(4));
    Gate gate = new Gate(encoder);
    AtomicBoolean cancelled = new AtomicBoolean();
    CountDownLatch tokenized = whenTokenized(3);
    CompletableFuture<EncodedText> gone =
        encoder
            .submit(
                List.of(document("a"), document("b"), document("c")),
                Priority.INTERACTIVE,
                Cancellation.whenCancelled(cancelled::get))
            .getFirst();
    // The tokenizer, which drops the dead too, must not meet them.
    tokenized.await();
    assertThatThrownBy(() -> submit(encoder, "d")).isInstanceOf(EncoderOverloadedException.class);
    cancelled.set(true);
    assertThatThrownBy(() -> submit(encoder, "d"))
        .as("the dead were looked for a moment ago")
        .isInstanceOf(EncoderOverloadedException.class);
    clock.advance(Duration.ofMillis(1));
    CompletableFuture<EncodedText> living = submit(encoder, "d");
    assertThat(cancellation(gone)).isEqualTo(QueryCancelledException.Reason.CANCELLED);
    gate.open();
    living.get();
    assertThat(model.timesInferred("a")).isZero();
  }

  @Test
  void whatCannotMeetItsDeadlineIsRefusedAtOnce() throws Exception {
    model.costing(0, 1_000_000); // A word a millisecond.
    DynamicBatcher encoder = openOnClock(BatchingOptions.DEFAULTS);
    for (int i = 0; i < 20; i++) {
      submit(encoder, "warm up " + i).get();
    }
    Gate gate = new Gate(encoder);
    List<CompletableFuture<EncodedText>> ahead = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      ahead.add(submit(encoder, "a b c d e f g " + i)); // 10 tokens, 500 ms for all.
    }
    assertThatThrownBy(
            () ->
                encoder.submit(
                    document("soon"), Priority.INTERACTIVE, deadlineIn(Duration.ofMillis(100))))
        .isInstanceOfSatisfying(
            EncoderOverloadedException.class,
            refused -> {
              assertThat(refused.reason())
                  .isEqualTo(EncoderOverloadedException.Reason.DEADLINE_OUT_OF_REACH);
              assertThat(refused.retryAfter()).isBetween(Duration.ofMillis(50), GRACE);
            });
    CompletableFuture<EncodedText> later =
        encoder.submit(document("later"), Priority.INTERACTIVE, deadlineIn(Duration.ofSeconds(5)));
    gate.open();
    later.get();
    for (CompletableFuture<EncodedText> future : ahead) {
      future.get();
    }
  }

  @Test
  void aBatchTakesAboutAsLongAsItMay() throws Exception {
    model.costing(0, 100_000);
    DynamicBatcher encoder = openOnClock(BatchingOptions.DEFAULTS.withBatchMillisMax(10));
    submit(encoder, "a b").get();
    Gate gate = new Gate(encoder);
    CountDownLatch through = whenTokenized(50);
    List<CompletableFuture<EncodedText>> futures = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      futures.add(submit(encoder, "a b c d e f g " + i)); // 10 tokens, 1 ms.
    }
    through.await();
    gate.open();
    for (CompletableFuture<EncodedText> future : futures) {
      future.get();
    }
    assertThat(encoder.metrics().batchSizes().lastKey()).isBetween(9, 10);
  }

  @Test
  void anIncompleteBatchWaitsIfTold() throws Exception {
    Duration delay = Duration.ofMillis(10);
    DynamicBatcher encoder =
        openOnClock(BatchingOptions.DEFAULTS.withQueueDelayMicrosMax(10_000).withBatchTextsMax(4));
    CountDownLatch through = whenTokenized(3);
    List<CompletableFuture<EncodedText>> futures = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      futures.add(submit(encoder, "text" + i));
    }
    through.await();
    clock.advance(delay.minusNanos(1));
    futures.add(submit(encoder, "text3"));
    for (CompletableFuture<EncodedText> future : futures) {
      assertThat(future.get().nanos().queueNanos()).isLessThan(delay.toNanos());
    }
    assertThat(encoder.metrics().batchSizes()).containsOnlyKeys(4);
    CountDownLatch aloneThrough = whenTokenized(1);
    CompletableFuture<EncodedText> alone = submit(encoder, "alone");
    aloneThrough.await();
    assertThat(alone).isNotDone();
    clock.advance(delay);
    assertThat(alone.get().nanos().queueNanos()).isGreaterThanOrEqualTo(delay.toNanos());
  }

  @Test
  void closingFinishesWhatItCan() throws Exception {
    model.costing(1_000_000, 0);
    DynamicBatcher encoder =
        new DynamicBatcher("closing", model, BatchingOptions.DEFAULTS.withBatchTextsMax(1), cache);
    List<CompletableFuture<EncodedText>> futures = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      futures.add(submit(encoder, "text" + i));
    }
    assertThat(encoder.close(GRACE)).isTrue();
    assertThat(futures).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
    assertThatThrownBy(() -> submit(encoder, "late")).isInstanceOf(EncoderClosedException.class);
    assertIdle(encoder);
  }

  @Test
  void closingFailsWhatItCannotFinish() throws Exception {
    DynamicBatcher encoder = new DynamicBatcher("closing", model, BatchingOptions.DEFAULTS, cache);
    Gate gate = new Gate(encoder);
    List<CompletableFuture<EncodedText>> futures = new ArrayList<>();
    futures.add(gate.held);
    for (int i = 0; i < 50; i++) {
      futures.add(submit(encoder, "text" + i));
    }
    assertThat(encoder.close(Duration.ofMillis(20))).as("a batch is held").isFalse();
    for (CompletableFuture<EncodedText> future : futures) {
      assertThatThrownBy(future::join).hasCauseInstanceOf(EncoderClosedException.class);
    }
    gate.open.countDown();
    assertThat(encoder.close(GRACE)).isTrue();
    assertIdle(encoder);
  }

  @Test
  void closingUnderLoadLeavesNothing() {
    Seeded.run(
        random -> {
          model.costing(10_000, 100);
          DynamicBatcher encoder =
              new DynamicBatcher("loaded", model, BatchingOptions.DEFAULTS, cache);
          ExecutorService executor = Executors.newFixedThreadPool(8);
          CountDownLatch enough = new CountDownLatch(random.nextInt(1_000));
          List<CompletableFuture<EncodedText>> all =
              Collections.synchronizedList(new ArrayList<>());
          for (int i = 0; i < 8; i++) {
            Random own = new Random(random.nextLong());
            executor.execute(
                () -> {
                  try {
                    while (true) {
                      all.add(submit(encoder, text(own)));
                      enough.countDown();
                    }
                  } catch (EncoderClosedException closed) {
                    // What it was waiting for.
                  } catch (EncoderOverloadedException full) {
                    // The queue is full of texts: that is enough.
                    while (enough.getCount() > 0) {
                      enough.countDown();
                    }
                  }
                });
          }
          enough.await();
          assertThat(encoder.close(Duration.ofMillis(random.nextInt(20)))).isTrue();
          executor.close();
          assertThat(all).allMatch(CompletableFuture::isDone);
          assertThat(threadsNamed("loaded")).isEmpty();
          assertIdle(encoder);
        });
  }

  private static List<String> threadsNamed(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(thread -> thread.contains("-" + name + "-"))
        .toList();
  }
}
