package io.siskin.loadtest.model;

import io.siskin.server.batch.BatchingMetrics;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.DynamicBatcher;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.Priority;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.model.LoadedModel;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.search.Cancellation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Compares the dynamic batcher under many callers with direct calls of the same model. The ways are
 * measured in turns in one run, so that other work of the machine affects all of them. Then it
 * measures the queue of the dynamic batcher under an open load. {@code loadtest/front-end} starts
 * it and explains its options.
 *
 * <p>There are three ways. With <i>direct</i>, one thread tokenises a batch of texts and runs the
 * model, again and again. If several batches are computed at a time, there is one thread for each
 * of them. The best batch size is found first. With <i>unbatched</i>, every caller runs the model
 * for its own text. With <i>front end</i>, every caller submits a text to the dynamic batcher and
 * waits for it. Each text is new and has 3 to 40 words, so nothing is cached.
 */
public final class FrontEndComparison {
  private static final int CALLERS = 64;
  private static final double LOAD = 0.7;
  private static final int[] BATCH_SIZES = {1, 2, 4, 8, 16, 32, 64, 128};
  private static final int WORDS_MIN = 3;
  private static final int WORDS_MAX = 40;
  private static final int OPEN_LOAD_FACTOR = 4;

  /** Common words. Each is one token in BERT's vocabulary. */
  private static final String[] WORDS =
      ("time year people way day man thing woman life child world school state family student group"
              + " country problem hand part place case week company system program question work"
              + " government number night point home water room mother area money story fact")
          .split(" ");

  private final int threads;
  private final int workers;
  private final double seconds;
  private final int rounds;
  private final List<LoadedModel> models;
  private final AtomicInteger seeds = new AtomicInteger();

  private FrontEndComparison(
      int threads, int workers, double seconds, int rounds, List<LoadedModel> models) {
    this.threads = threads;
    this.workers = workers;
    this.seconds = seconds;
    this.rounds = rounds;
    this.models = models;
  }

  /** A way to encode texts. It encodes texts until it is told to stop, and counts them. */
  @FunctionalInterface
  private interface Way {
    void run(long endNanoTime, LongAdder texts);
  }

  /**
   * Runs the comparison.
   *
   * @param arguments options and model directories, as {@code loadtest/front-end} explains
   * @throws Exception if a model cannot be read
   */
  public static void main(String[] arguments) throws Exception {
    int threads = Runtime.getRuntime().availableProcessors();
    int workers = 1;
    double seconds = 5;
    int rounds = 5;
    List<String> directories = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--threads" -> threads = Integer.parseInt(arguments[++i]);
        case "--workers" -> workers = Integer.parseInt(arguments[++i]);
        case "--seconds" -> seconds = Double.parseDouble(arguments[++i]);
        case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
        default -> directories.add(arguments[i]);
      }
    }
    if (directories.isEmpty()) {
      System.err.println(
          "usage: front-end [--threads N] [--workers N] [--seconds S] [--rounds N] DIR...");
      System.exit(2);
    }
    List<LoadedModel> models = new ArrayList<>();
    try {
      for (String directory : directories) {
        models.add(open(directory, threads));
      }
      new FrontEndComparison(threads, workers, seconds, rounds, models).run();
    } finally {
      models.forEach(LoadedModel::close);
    }
  }

  private static LoadedModel open(String directory, int threads) throws IOException {
    return LoadedModel.open(ModelDirectory.read(Path.of(directory)), OnnxOptions.cpu(threads));
  }

  private void run() throws InterruptedException {
    say(
        "threads per batch %d, batches at a time %d, callers %d, seconds %.1f, rounds %d",
        threads, workers, CALLERS, seconds, rounds);
    LoadedModel first = models.getFirst();
    for (LoadedModel model : models) {
      measure(direct(model, BATCH_SIZES[BATCH_SIZES.length - 1]), seconds);
    }
    LoadedModel bestModel = first;
    int bestSize = 1;
    double best = 0;
    for (LoadedModel model : models) {
      for (int size : BATCH_SIZES) {
        double rate = measure(direct(model, size), seconds);
        say("direct %s, batch %3d: %8.1f texts/s", name(model), size, rate);
        if (rate > best) {
          best = rate;
          bestModel = model;
          bestSize = size;
        }
      }
    }
    double capacity = compare(first, bestModel, bestSize);
    underLoad(first, capacity * LOAD);
  }

  /** Returns the rate of the dynamic batcher in texts per second. */
  private double compare(LoadedModel model, LoadedModel bestModel, int bestSize)
      throws InterruptedException {
    double[] direct = new double[rounds];
    double[] unbatched = new double[rounds];
    double[] batched = new double[rounds];
    DynamicBatcher encoder = encoder(model);
    measure(frontEnd(encoder), seconds);
    BatchingMetrics before = encoder.metrics();
    for (int round = 0; round < rounds; round++) {
      direct[round] = measure(direct(bestModel, bestSize), seconds);
      batched[round] = measure(frontEnd(encoder), seconds);
      unbatched[round] = measure(unbatched(model), seconds);
    }
    BatchingMetrics after = encoder.metrics();
    encoder.close(Duration.ofSeconds(10));
    double rate = median(batched);
    say("");
    say("direct, %s, batch %d:  %8.1f texts/s", name(bestModel), bestSize, median(direct));
    say("front end, %d callers:  %8.1f texts/s", CALLERS, rate);
    say("unbatched, %d callers:  %8.1f texts/s", CALLERS, median(unbatched));
    double[] ratios = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      ratios[round] = batched[round] / direct[round];
    }
    say("front end / direct:     %8.3f (median of rounds %s)", median(ratios), list(ratios));
    say("padding %.1f %%", 100 * padding(before, after));
    say("batch sizes: %s", sizes(before, after));
    return rate;
  }

  /**
   * Sends texts at random times with a fixed rate, even if the dynamic batcher is too slow for it.
   */
  private void underLoad(LoadedModel model, double textsPerSecond) throws InterruptedException {
    DynamicBatcher encoder = encoder(model);
    Random random = new Random(7);
    List<CompletableFuture<?>> answers = new ArrayList<>();
    long start = System.nanoTime();
    long end = start + (long) (OPEN_LOAD_FACTOR * seconds * 1e9);
    long next = start;
    while (next < end) {
      for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      answers.add(encoder.submit(input(random), Priority.INTERACTIVE, Cancellation.NEVER));
      next += (long) (-Math.log(1 - random.nextDouble()) / textsPerSecond * 1e9);
    }
    CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new)).join();
    BatchingMetrics metrics = encoder.metrics();
    encoder.close(Duration.ofSeconds(10));
    say("");
    say(
        "at %.0f %% load, %.1f texts/s for %.0f s:",
        100 * LOAD, textsPerSecond, OPEN_LOAD_FACTOR * seconds);
    say(
        "queue p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms",
        millis(metrics.queue().p50()),
        millis(metrics.queue().p99()),
        millis(metrics.queue().p999()),
        millis(metrics.queue().max()));
    say("batch sizes: %s", metrics.batchSizes());
  }

  private DynamicBatcher encoder(TextModel model) {
    return new DynamicBatcher(
        "measured",
        model,
        BatchingOptions.DEFAULTS.withInferenceThreads(workers),
        new EncodingCache(0));
  }

  private Way direct(TextModel model, int size) {
    return threads(
        workers,
        (random, texts) -> {
          List<TokenizedText> batch = new ArrayList<>(size);
          for (int i = 0; i < size; i++) {
            batch.add(model.tokenize(input(random)));
          }
          model.infer(batch);
          texts.add(size);
        });
  }

  private Way unbatched(TextModel model) {
    return callers(input -> model.infer(List.of(model.tokenize(input))));
  }

  private Way frontEnd(DynamicBatcher encoder) {
    return callers(input -> encoder.submit(input, Priority.INTERACTIVE, Cancellation.NEVER).join());
  }

  /** One step that a thread repeats. */
  @FunctionalInterface
  private interface Step {
    void run(Random random, LongAdder texts);
  }

  private Way callers(Consumer<EncoderInput> call) {
    return threads(
        CALLERS,
        (random, texts) -> {
          call.accept(input(random));
          texts.increment();
        });
  }

  private Way threads(int count, Step step) {
    return (end, texts) -> {
      List<Thread> started = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Random random = new Random(seeds.getAndIncrement());
        started.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      while (System.nanoTime() < end) {
                        step.run(random, texts);
                      }
                    }));
      }
      for (Thread thread : started) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          throw new IllegalStateException("interrupted while measuring", e);
        }
      }
    };
  }

  /** Returns the rate in texts per second. */
  private static double measure(Way way, double seconds) {
    LongAdder texts = new LongAdder();
    long start = System.nanoTime();
    way.run(start + (long) (seconds * 1e9), texts);
    return texts.sum() / ((System.nanoTime() - start) / 1e9);
  }

  private static EncoderInput input(Random random) {
    StringBuilder text = new StringBuilder();
    int words = WORDS_MIN + random.nextInt(WORDS_MAX - WORDS_MIN + 1);
    for (int i = 0; i < words; i++) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
    }
    return new EncoderInput(text.append(random.nextInt(1_000)).toString(), Side.QUERY);
  }

  private static double padding(BatchingMetrics before, BatchingMetrics after) {
    double padded = after.paddedTokens() - before.paddedTokens();
    return 1 - (after.tokens() - before.tokens()) / padded;
  }

  private static String sizes(BatchingMetrics before, BatchingMetrics after) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Integer, Long> size : after.batchSizes().entrySet()) {
      long count = size.getValue() - before.batchSizes().getOrDefault(size.getKey(), 0L);
      if (count > 0) {
        text.append(text.isEmpty() ? "" : ", ").append(size.getKey()).append('=').append(count);
      }
    }
    return text.toString();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static String list(double[] values) {
    return String.join(
        " ",
        Arrays.stream(values)
            .mapToObj(value -> String.format(Locale.ROOT, "%.3f", value))
            .toList());
  }

  private static double millis(long nanos) {
    return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }

  private static String name(LoadedModel model) {
    return model.ref().name() + (model.isFused() ? " (fused)" : "");
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
