package io.siskin.server.batch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.siskin.server.batch.EncoderOverloadedException.Reason;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.trace.RequestTrace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bounded queue of one model: what is tokenised next, what the next batch is, who waits for it.
 * {@link Places} and {@link Admission} say who may come in, {@link Lanes} whose turn it is.
 *
 * <p>A monitor: safe for concurrent use, without threads of its own. It completes no future, since
 * that runs the callers' code; what it gives out is completed by the caller, outside the lock.
 */
final class TextQueue {
  private static final long PURGE_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final BatchingOptions options;
  private final LongSupplier nanoTime;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition tokenizedOrClosed = lock.newCondition();
  private final Condition emptied = lock.newCondition();

  @GuardedBy("lock")
  private final Lanes lanes = new Lanes();

  @GuardedBy("lock")
  private final Map<EncoderInput, Work> open = new HashMap<>();

  @GuardedBy("lock")
  private final Admission admission;

  @GuardedBy("lock")
  private final Places places;

  @GuardedBy("lock")
  private final TokenEstimate tokenEstimate;

  @GuardedBy("lock")
  private long nextSequence;

  @GuardedBy("lock")
  private long purgedNanoTime;

  @GuardedBy("lock")
  private boolean closing;

  /**
   * What became of an offer.
   *
   * @param futures one a text, in the order of the texts; none when refused
   * @param coalesced how many texts joined an equal one
   * @param dropped others that were found dead while room was looked for
   * @param refusal why nothing was taken in, or null
   */
  record Offer(
      List<CompletableFuture<EncodedText>> futures,
      int coalesced,
      List<Waiter.Dropped> dropped,
      @Nullable EncoderOverloadedException refusal) {}

  /**
   * A text to be tokenised.
   *
   * @param work the text; null when there was only something to drop
   * @param dropped callers who need no answer any more
   */
  record Arrival(@Nullable Work work, List<Waiter.Dropped> dropped) {}

  /**
   * Makes an empty queue.
   *
   * @param options its bounds
   * @param lengthTokensMax the model's longest text, in tokens
   * @param nanoTime the clock that texts are timed by, in nanoseconds
   */
  TextQueue(BatchingOptions options, int lengthTokensMax, LongSupplier nanoTime) {
    this.options = options;
    this.nanoTime = nanoTime;
    this.purgedNanoTime = nanoTime.getAsLong() - PURGE_INTERVAL_NANOS;
    this.admission = new Admission(options, lengthTokensMax);
    this.places = new Places(options.queueCapacity());
    this.tokenEstimate = new TokenEstimate(lengthTokensMax);
  }

  /**
   * Takes texts in, all of them or none.
   *
   * @param inputs the texts
   * @param priority their class
   * @param cancellation their caller's deadline and cancellation
   * @throws EncoderClosedException after {@link #close}
   * @throws io.siskin.index.error.InvalidInputException when there are more texts than the queue
   *     has places
   */
  Offer offer(List<EncoderInput> inputs, Priority priority, Cancellation cancellation) {
    long characters = inputs.stream().mapToLong(EncoderInput::lengthCharacters).sum();
    lock.lock();
    try {
      if (closing) {
        throw new EncoderClosedException();
      }
      places.checkFits(inputs.size(), characters, priority);
      List<Waiter.Dropped> dropped = new ArrayList<>();
      if (!places.haveRoom(inputs.size(), characters, priority)) {
        purge(dropped);
      }
      long now = nanoTime.getAsLong();
      if (!places.haveRoom(inputs.size(), characters, priority)) {
        return refused(
            Reason.QUEUE_FULL, admission.retryAfterHalf(lanes.load(open.size()), now), dropped);
      }
      long remainingNanos = cancellation.remainingNanos();
      return switch (judge(inputs, priority, remainingNanos, now)) {
        case Admission.Verdict.Refused(Duration retryAfter) ->
            refused(Reason.DEADLINE_OUT_OF_REACH, retryAfter, dropped);
        case Admission.Verdict.Admitted(double expectedNanos) ->
            admit(
                inputs,
                new Waiter.Terms(
                    priority,
                    cancellation,
                    now,
                    expectedNanos,
                    remainingNanos,
                    RequestTrace.current()),
                dropped);
      };
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the next text to tokenise.
   *
   * @param quickOnly whether only short interactive texts will do: a thread that takes no others is
   *     soon free for the next query, whatever the others are doing
   * @return null when the queue is closed and all texts are tokenised
   * @throws InterruptedException when this thread is interrupted first
   */
  @Nullable Arrival takeArrival(boolean quickOnly) throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        Work work = quickOnly ? lanes.takeQuickArrival() : lanes.takeArrival();
        if (work != null) {
          List<Waiter.Dropped> dropped = new ArrayList<>();
          if (isDead(work, 0, dropped)) {
            forget(work);
            leaveAll(dropped);
            return new Arrival(null, dropped);
          }
          leaveAll(dropped);
          work.stage = Work.Stage.TOKENIZING;
          return new Arrival(work, dropped);
        }
        if (closing) {
          return null;
        }
        arrived.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets a tokenised text wait for its batch.
   *
   * @param work what {@link #takeArrival} gave
   * @param tokens what the tokenizer made of it
   * @param nanos how long that took
   */
  void putTokenized(Work work, TokenizedText tokens, long nanos) {
    lock.lock();
    try {
      if (work.stage == Work.Stage.FINISHED) {
        return; // The queue was abandoned meanwhile.
      }
      int lengthBefore = work.lengthTokens;
      work.setTokens(tokens, nanos, nanoTime.getAsLong());
      tokenEstimate.learn(work.input.lengthCharacters(), work.lengthTokens);
      work.stage = Work.Stage.TOKENIZED;
      lanes.of(work).putTokenized(work, lengthBefore);
      tokenizedOrClosed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the next batch.
   *
   * @return null when the queue is closed and empty
   * @throws InterruptedException when this thread is interrupted first
   */
  @Nullable Batch takeBatch() throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        Priority turn = lanes.nextBatch();
        if (turn == null) {
          if (closing && open.isEmpty()) {
            return null;
          }
          tokenizedOrClosed.await();
          continue;
        }
        List<Waiter.Dropped> dropped = new ArrayList<>();
        LengthBuckets.Choice choice = choose(lanes.of(turn).tokenized(), dropped);
        long delayNanos = delayNanos(choice);
        if (delayNanos <= 0) {
          return start(turn, choice.works(), dropped);
        }
        if (!dropped.isEmpty()) {
          return start(turn, List.of(), dropped);
        }
        boolean _ = tokenizedOrClosed.awaitNanos(delayNanos) > 0;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns how long the most patient caller of some works waits, {@link Long#MAX_VALUE} for ever.
   */
  long patienceNanos(List<Work> works) {
    lock.lock();
    try {
      return works.stream()
          .flatMap(work -> work.waiters.stream())
          .mapToLong(Waiter::remainingNanos)
          .max()
          .orElse(Long.MAX_VALUE);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the trace that a batch of texts is shown in: the first that somebody waits with, since
   * a call to another server belongs to one trace. Null for none.
   */
  @Nullable RequestTrace trace(List<Work> works) {
    lock.lock();
    try {
      for (Work work : works) {
        for (Waiter waiter : work.waiters) {
          if (waiter.terms().trace() != null) {
            return waiter.terms().trace();
          }
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a text out, after its inference or instead of it.
   *
   * @param work the text
   * @return who waits for it; nobody when the queue was abandoned meanwhile
   */
  List<Waiter> finish(Work work) {
    return finish(work, true);
  }

  /**
   * Takes a text out that needs no inference, because its encoding was stored.
   *
   * @param work the text
   * @return as of {@link #finish}
   */
  List<Waiter> finishStored(Work work) {
    return finish(work, false);
  }

  private List<Waiter> finish(Work work, boolean teaches) {
    lock.lock();
    try {
      List<Waiter> waiters = List.copyOf(work.waiters);
      if (work.stage != Work.Stage.FINISHED) {
        if (work.stage != Work.Stage.INFERRING) {
          lanes.of(work).moveOut(work);
        }
        if (teaches) {
          long now = nanoTime.getAsLong();
          waiters.forEach(waiter -> admission.answered(waiter.terms(), now));
        }
        release(work);
      }
      return waiters;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes that a batch has ended.
   *
   * @param batch the batch, all texts of which were finished
   * @param nanos how long it took; 0 when it failed, which says nothing about the rate
   */
  void end(Batch batch, long nanos) {
    lock.lock();
    try {
      admission.ended(batch, nanos);
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more texts in; those that are in go on. */
  void close() {
    lock.lock();
    try {
      closing = true;
      arrived.signalAll();
      tokenizedOrClosed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until no text is in.
   *
   * @param nanos for how long at most
   * @return whether none is in
   * @throws InterruptedException when this thread is interrupted first
   */
  boolean awaitEmpty(long nanos) throws InterruptedException {
    long left = nanos;
    lock.lock();
    try {
      while (!open.isEmpty()) {
        if (left <= 0) {
          return false;
        }
        left = emptied.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes all texts out, wherever they are, and returns who waits for them. */
  List<Waiter> abandon() {
    lock.lock();
    try {
      List<Waiter> waiters = new ArrayList<>();
      for (Work work : List.copyOf(open.values())) {
        waiters.addAll(work.waiters);
        if (work.stage != Work.Stage.INFERRING) {
          lanes.of(work).moveOut(work);
        }
        release(work);
        work.waiters.clear();
      }
      return waiters;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many texts callers wait for, by class. */
  int openWaiters(Priority priority) {
    lock.lock();
    try {
      return places.taken(priority);
    } finally {
      lock.unlock();
    }
  }

  /** Returns at which rate tokens are encoded, tokens a second; 0 before the first batch. */
  double tokensPerSecond() {
    lock.lock();
    try {
      return admission.tokensPerSecond();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private Admission.Verdict judge(
      List<EncoderInput> inputs, Priority priority, long remainingNanos, long now) {
    if (remainingNanos == Long.MAX_VALUE) {
      return new Admission.Verdict.Admitted(0);
    }
    long tokens = 0;
    for (EncoderInput input : inputs) {
      tokens += open.containsKey(input) ? 0 : tokenEstimate.of(input.lengthCharacters());
    }
    return admission.judge(tokens, priority, remainingNanos, lanes.load(open.size()), now);
  }

  private static Offer refused(Reason reason, Duration retryAfter, List<Waiter.Dropped> dropped) {
    return new Offer(List.of(), 0, dropped, new EncoderOverloadedException(reason, retryAfter));
  }

  @GuardedBy("lock")
  private Offer admit(List<EncoderInput> inputs, Waiter.Terms terms, List<Waiter.Dropped> dropped) {
    int coalesced = 0;
    List<CompletableFuture<EncodedText>> futures = new ArrayList<>(inputs.size());
    for (EncoderInput input : inputs) {
      Work work = open.get(input);
      if (work == null) {
        work =
            new Work(
                input,
                terms.priority(),
                nextSequence++,
                tokenEstimate.of(input.lengthCharacters()));
        open.put(input, work);
        lanes.of(work).arrive(work);
        // All, because not every thread takes every text.
        arrived.signalAll();
      } else {
        coalesced++;
        // Somebody waits for it now.
        if (terms.priority() == Priority.INTERACTIVE
            && work.priority == Priority.BULK
            && work.stage != Work.Stage.INFERRING) {
          lanes.promote(work, nextSequence++);
        }
      }
      Waiter waiter = new Waiter(new CompletableFuture<>(), terms, input.lengthCharacters());
      work.waiters.add(waiter);
      places.enter(waiter);
      futures.add(waiter.future());
    }
    return new Offer(futures, coalesced, dropped, null);
  }

  /** Takes out what waits in vain, so that the dead do not take the places of the living. */
  @GuardedBy("lock")
  private void purge(List<Waiter.Dropped> dropped) {
    long now = nanoTime.getAsLong();
    // Under overload every offer comes here, and each would look through the whole queue.
    if (now - purgedNanoTime < PURGE_INTERVAL_NANOS) {
      return;
    }
    purgedNanoTime = now;
    for (Work work : List.copyOf(open.values())) {
      boolean waits = work.stage == Work.Stage.ARRIVED || work.stage == Work.Stage.TOKENIZED;
      if (waits && isDead(work, 0, dropped)) {
        forget(work);
      }
    }
    leaveAll(dropped);
  }

  /** Chooses a batch, and takes out what is found dead or too late meanwhile. */
  @GuardedBy("lock")
  private LengthBuckets.Choice choose(LengthBuckets waiting, List<Waiter.Dropped> dropped) {
    // Somebody's time is not wasted on what comes too late, but the last one is always tried: what
    // is never done is never measured.
    boolean othersWait = waiting.size() > 1;
    Admission forecast = admission;
    LengthBuckets.Choice choice =
        waiting.choose(
            oldest -> forecast.limits(oldest.remainingNanos()),
            work -> {
              double own = othersWait ? forecast.encodingNanos(work.lengthTokens) : 0;
              return isDead(work, own, dropped);
            });
    choice.dead().forEach(this::forget);
    leaveAll(dropped);
    return choice;
  }

  /** Returns how long an incomplete batch may still wait for more texts. */
  @GuardedBy("lock")
  private long delayNanos(LengthBuckets.Choice choice) {
    if (choice.full() || closing || choice.works().isEmpty()) {
      return 0;
    }
    long waitedNanos = nanoTime.getAsLong() - choice.works().getFirst().tokenizedNanoTime;
    return TimeUnit.MICROSECONDS.toNanos(options.queueDelayMicrosMax()) - waitedNanos;
  }

  @GuardedBy("lock")
  private Batch start(Priority turn, List<Work> works, List<Waiter.Dropped> dropped) {
    for (Work work : works) {
      lanes.of(work).moveOut(work);
      work.stage = Work.Stage.INFERRING;
    }
    double expected = admission.encodingNanos(Batch.paddedTokens(works));
    Batch batch = new Batch(works, dropped, nanoTime.getAsLong(), (long) expected);
    if (!works.isEmpty()) {
      admission.began(batch);
      lanes.beganBatch(turn);
    }
    // More than one batch may have become ready at once, and each signal wakes one thread.
    tokenizedOrClosed.signal();
    return batch;
  }

  /**
   * Takes callers out of a text who need no answer any more; tells whether none is left. They have
   * to {@link #leaveAll} then.
   *
   * @param neededNanos how long the text will take at least
   */
  private static boolean isDead(Work work, double neededNanos, List<Waiter.Dropped> dropped) {
    work.waiters.removeIf(
        waiter -> {
          QueryCancelledException reason = waiter.interrupted(neededNanos);
          return reason != null && dropped.add(new Waiter.Dropped(waiter, reason));
        });
    return work.waiters.isEmpty();
  }

  /** Takes out a text that nobody waits for and that has not begun to be inferred. */
  @GuardedBy("lock")
  private void forget(Work work) {
    lanes.of(work).moveOut(work);
    release(work);
  }

  @GuardedBy("lock")
  private void release(Work work) {
    work.stage = Work.Stage.FINISHED;
    open.remove(work.input, work);
    work.waiters.forEach(places::leave);
    if (open.isEmpty()) {
      emptied.signalAll();
      if (closing) {
        tokenizedOrClosed.signalAll();
      }
    }
  }

  @GuardedBy("lock")
  private void leaveAll(List<Waiter.Dropped> dropped) {
    long now = nanoTime.getAsLong();
    for (Waiter.Dropped one : dropped) {
      places.leave(one.waiter());
      admission.gaveUp(one.waiter().terms(), now);
    }
  }
}
