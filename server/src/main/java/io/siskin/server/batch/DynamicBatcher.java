package io.siskin.server.batch;

import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.trace.RequestTrace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes the texts of many callers in batches, by one model.
 *
 * <p>A text waits for a thread of the tokenizer and then for a batch; batches are formed whenever
 * an inference thread is free, around the oldest text of the class whose turn it is ({@link
 * Priority}), from texts of like length, within the bounds of {@link BatchingOptions}. Work that
 * nobody waits for any more, because its deadline has passed, its caller has gone, or its future
 * was cancelled, is dropped before it is tokenised and again before it is inferred; its future then
 * ends with a {@link io.siskin.server.search.QueryCancelledException}. Equal texts of one side that
 * are under way at a time are encoded once, and each of their callers may leave without the others.
 * Encoded queries are kept in an {@link EncodingCache}. Below it, encoded queries and documents may
 * be kept over a restart, see {@link StoredEncodings}; a thread of the tokenizer looks there first.
 *
 * <p>A failing batch is tried again in halves, so that in the end only the texts fail that the
 * model cannot take. Their futures end with what the model threw. The exception is an encoder
 * elsewhere that gave no answer: asking again in parts would not help.
 *
 * <p>Safe for concurrent use; nothing but {@link #close} blocks. What hangs on a future runs on the
 * inference thread that completes it, so long work has to go elsewhere. Owns its threads, and
 * neither the model nor the cache.
 */
public final class DynamicBatcher {
  private static final Logger LOG = LoggerFactory.getLogger(DynamicBatcher.class);

  // How long the threads get to see that the queue is empty.
  private static final long EXIT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final TextModel model;
  private final String fingerprint;
  private final EncodingCache cache;
  private final int queueCapacity;
  private final LongSupplier nanoTime;
  private final TextQueue queue;
  private final MetricsRecorder recorder = new MetricsRecorder();
  private final List<Thread> threads = new ArrayList<>();

  /** A thread's endless work. */
  @FunctionalInterface
  private interface Loop {
    void run() throws InterruptedException;
  }

  /**
   * Starts the threads.
   *
   * @param name what the threads are named after, for example the model's name
   * @param model encodes the batches; the caller closes it after this
   * @param options how batches are formed and how much may wait
   * @param cache keeps encodings; may be shared
   */
  public DynamicBatcher(
      String name, TextModel model, BatchingOptions options, EncodingCache cache) {
    this(name, model, options, cache, System::nanoTime);
  }

  /**
   * Starts the threads, with a clock of the caller's.
   *
   * @param nanoTime the clock that texts and batches are timed by, in nanoseconds. A batch that
   *     waits for more texts looks at it at least once in its longest delay
   */
  DynamicBatcher(
      String name,
      TextModel model,
      BatchingOptions options,
      EncodingCache cache,
      LongSupplier nanoTime) {
    this.model = model;
    this.nanoTime = nanoTime;
    this.fingerprint = model.fingerprint();
    this.cache = cache;
    this.queueCapacity = options.queueCapacity();
    this.queue = new TextQueue(options, model.lengthTokensMax(), nanoTime);
    for (int i = 0; i < options.tokenizerThreads(); i++) {
      boolean quickOnly = i > 0 && i == options.tokenizerThreads() - 1;
      start("siskin-tokenize-" + name + "-" + i, () -> tokenizeAll(quickOnly));
    }
    for (int i = 0; i < options.inferenceThreads(); i++) {
      start("siskin-infer-" + name + "-" + i, this::inferAll);
    }
  }

  /**
   * Encodes one text.
   *
   * @param input the text
   * @param priority who goes first
   * @param cancellation the caller's deadline and cancellation; asked often, from several threads
   * @return the encoding to come, as of {@link #submit(List, Priority, Cancellation)}
   */
  public CompletableFuture<EncodedText> submit(
      EncoderInput input, Priority priority, Cancellation cancellation) {
    return submit(List.of(input), priority, cancellation).getFirst();
  }

  /**
   * Encodes texts: takes all of them or none.
   *
   * @param inputs the texts, at most as many as the queue has places for their class
   * @param priority who goes first
   * @param cancellation the caller's deadline and cancellation; asked often, from several threads
   * @return one future a text, in the order of the texts. Those of texts in the cache are complete.
   *     Cancelling one gives up the text for this caller
   * @throws EncoderOverloadedException when there is no room, or when at the measured rate the
   *     answers would come after the deadline
   * @throws EncoderClosedException after {@link #close}
   * @throws io.siskin.index.error.InvalidInputException when there are more texts than places
   */
  public List<CompletableFuture<EncodedText>> submit(
      List<EncoderInput> inputs, Priority priority, Cancellation cancellation) {
    try {
      cancellation.check();
    } catch (QueryCancelledException tooLate) {
      recorder.dropped.add(inputs.size());
      return Collections.nCopies(inputs.size(), CompletableFuture.failedFuture(tooLate));
    }
    List<@Nullable CompletableFuture<EncodedText>> known = new ArrayList<>(inputs.size());
    List<EncoderInput> unknown = new ArrayList<>();
    for (EncoderInput input : inputs) {
      TextEncoding cached =
          isCacheable(input) ? cache.get(fingerprint, input.side(), input.text()) : null;
      if (cached == null) {
        unknown.add(input);
        known.add(null);
      } else {
        recorder.cached.increment();
        known.add(
            CompletableFuture.completedFuture(new EncodedText(cached, EncodeNanos.NONE, true, 0)));
      }
    }
    List<CompletableFuture<EncodedText>> offered =
        unknown.isEmpty() ? List.of() : offer(unknown, priority, cancellation);
    List<CompletableFuture<EncodedText>> futures = new ArrayList<>(inputs.size());
    int next = 0;
    for (CompletableFuture<EncodedText> future : known) {
      futures.add(future == null ? offered.get(next++) : future);
    }
    return futures;
  }

  /** Returns what was done so far. */
  public BatchingMetrics metrics() {
    return recorder.snapshot(
        queue.openWaiters(Priority.INTERACTIVE),
        queue.openWaiters(Priority.BULK),
        queueCapacity,
        queue.tokensPerSecond(),
        cache.metrics());
  }

  /**
   * Takes no more texts, waits until those that were taken are done, and fails the rest with an
   * {@link EncoderClosedException}.
   *
   * @param grace how long to wait
   * @return whether no thread uses the model any more; a batch that is being inferred cannot be
   *     stopped
   */
  public boolean close(Duration grace) {
    queue.close();
    boolean interrupted = false;
    try {
      boolean _ = queue.awaitEmpty(grace.toNanos());
    } catch (InterruptedException e) {
      interrupted = true;
    }
    for (Waiter waiter : queue.abandon()) {
      recorder.failed.increment();
      waiter.future().completeExceptionally(new EncoderClosedException());
    }
    boolean ended = !interrupted && join(System.nanoTime() + EXIT_NANOS);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return ended;
  }

  /** Returns whether the calling thread is one that {@link #close} waits for. */
  boolean isOwnThread() {
    return threads.contains(Thread.currentThread());
  }

  private boolean join(long deadlineNanoTime) {
    try {
      for (Thread thread : threads) {
        long left = deadlineNanoTime - System.nanoTime();
        if (!thread.join(Duration.ofNanos(Math.max(left, 1)))) {
          return false;
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private List<CompletableFuture<EncodedText>> offer(
      List<EncoderInput> inputs, Priority priority, Cancellation cancellation) {
    TextQueue.Offer offer = queue.offer(inputs, priority, cancellation);
    drop(offer.dropped());
    recorder.coalesced.add(offer.coalesced());
    if (offer.refusal() != null) {
      recorder.refuse(offer.refusal().reason(), inputs.size());
      throw offer.refusal();
    }
    return offer.futures();
  }

  private void start(String name, Loop loop) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name(name)
            .start(
                () -> {
                  try {
                    loop.run();
                  } catch (InterruptedException e) {
                    LOG.error("{} was interrupted and ends", name);
                  }
                });
    threads.add(thread);
  }

  @SuppressWarnings(
      "IllegalCatch") // Whatever a text does to the tokenizer, it does to itself only.
  private void tokenizeAll(boolean quickOnly) throws InterruptedException {
    TextQueue.Arrival arrival = queue.takeArrival(quickOnly);
    for (; arrival != null; arrival = queue.takeArrival(quickOnly)) {
      drop(arrival.dropped());
      Work work = arrival.work();
      if (work != null) {
        try {
          if (answerStored(work)) {
            continue;
          }
          long start = nanoTime.getAsLong();
          TokenizedText tokens = model.tokenize(work.input);
          queue.putTokenized(work, tokens, nanoTime.getAsLong() - start);
        } catch (Throwable error) {
          fail(work, error);
        }
      }
    }
  }

  /**
   * Answers a text whose encoding is stored, and tells whether it is. Done here and not when the
   * text is submitted: the caller's thread may be the network's, and must not wait for a disk.
   */
  private boolean answerStored(Work work) {
    if (!isStorable(work.input)) {
      return false;
    }
    Side side = work.input.side();
    byte[] key = cache.stored().key(fingerprint, side, work.input.text());
    TextEncoding encoding = key == null ? null : cache.stored().get(key);
    if (encoding == null) {
      work.storeKey = key;
      return false;
    }
    if (isCacheable(work.input)) {
      cache.put(fingerprint, side, work.input.text(), encoding);
    }
    for (Waiter waiter : queue.finishStored(work)) {
      recorder.cached.increment();
      if (waiter.remainingNanos() <= 0) {
        recorder.late.increment();
      }
      waiter.future().complete(new EncodedText(encoding, EncodeNanos.NONE, true, 0));
    }
    return true;
  }

  private void inferAll() throws InterruptedException {
    Batch batch = queue.takeBatch();
    for (; batch != null; batch = queue.takeBatch()) {
      drop(batch.dropped());
      if (!batch.works().isEmpty()) {
        boolean whole = infer(batch.works(), batch.startNanoTime());
        queue.end(batch, whole ? nanoTime.getAsLong() - batch.startNanoTime() : 0);
      }
    }
  }

  /** Infers a batch, in parts if it must be; tells whether it went through as a whole. */
  @SuppressWarnings("IllegalCatch") // Whatever a batch does to the model, it does to itself only.
  private boolean infer(List<Work> works, long startNanoTime) {
    TextModel.Inference inference;
    try {
      long patienceNanos = queue.patienceNanos(works);
      inference =
          RequestTrace.run(
              queue.trace(works),
              () -> model.infer(works.stream().map(Work::tokens).toList(), patienceNanos));
      if (inference.encodings().size() != works.size()) {
        throw new IllegalStateException(
            inference.encodings().size() + " encodings for " + works.size() + " texts");
      }
    } catch (Throwable error) {
      if (error instanceof RemoteEncoderException elsewhere && !elsewhere.dependsOnTexts()) {
        // Each half would ask again where there was no answer.
        works.forEach(work -> fail(work, elsewhere));
      } else if (works.size() == 1) {
        fail(works.getFirst(), error);
      } else {
        // The one who waits for a text that fails in the end is told why, and says so.
        LOG.debug("a batch of {} texts failed and is tried in halves", works.size(), error);
        int half = works.size() / 2;
        infer(works.subList(0, half), startNanoTime);
        infer(works.subList(half, works.size()), startNanoTime);
      }
      return false;
    }
    answer(works, inference, startNanoTime);
    return true;
  }

  private void answer(List<Work> works, TextModel.Inference inference, long startNanoTime) {
    long tokens = 0;
    long longest = 0;
    for (Work work : works) {
      tokens += work.lengthTokens;
      longest = Math.max(longest, work.lengthTokens);
    }
    recorder.batch(
        works.size(),
        tokens,
        longest * works.size(),
        inference.inferNanos(),
        inference.poolNanos());
    for (int i = 0; i < works.size(); i++) {
      Work work = works.get(i);
      TextEncoding encoding = inference.encodings().get(i);
      if (isCacheable(work.input)) {
        cache.put(fingerprint, work.input.side(), work.input.text(), encoding);
      }
      for (Waiter waiter : queue.finish(work)) {
        EncodeNanos nanos = nanos(waiter, work, inference, startNanoTime);
        recorder.answer(nanos);
        if (waiter.remainingNanos() <= 0) {
          recorder.late.increment();
        }
        waiter.future().complete(new EncodedText(encoding, nanos, false, works.size()));
      }
      if (work.storeKey != null) {
        cache.stored().put(work.storeKey, encoding);
      }
    }
  }

  private static EncodeNanos nanos(
      Waiter waiter, Work work, TextModel.Inference inference, long startNanoTime) {
    boolean joinedLate = waiter.terms().submitNanoTime() - work.tokenizedNanoTime > 0;
    long tokenizeNanos = joinedLate ? 0 : work.tokenizeNanos;
    long waitedNanos = startNanoTime - waiter.terms().submitNanoTime() - tokenizeNanos;
    return new EncodeNanos(
        Math.max(waitedNanos, 0), tokenizeNanos, inference.inferNanos(), inference.poolNanos());
  }

  private void fail(Work work, Throwable error) {
    for (Waiter waiter : queue.finish(work)) {
      recorder.failed.increment();
      waiter.future().completeExceptionally(error);
    }
  }

  private void drop(List<Waiter.Dropped> dropped) {
    for (Waiter.Dropped one : dropped) {
      recorder.dropped.increment();
      if (one.isLate()) {
        recorder.late.increment();
      }
      one.complete();
    }
  }

  /** Memory is for queries: documents come again when they are indexed again, and not before. */
  private static boolean isCacheable(EncoderInput input) {
    return input.side() == Side.QUERY && isStorable(input);
  }

  /** What is kept is known by one text: not by its chunks or tokens, and not by a second text. */
  private static boolean isStorable(EncoderInput input) {
    return input.chunkEnds().isEmpty() && input.pair() == null && !input.ofTokens();
  }
}
