package io.siskin.server.batch;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.batch.EncoderOverloadedException.Reason;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.QueryEncoder;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.search.Interruption;
import io.siskin.server.search.QueryInterruptedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bounded queue of one model: who may come in, what is tokenised next, what the next batch is.
 *
 * <p>A monitor: safe for concurrent use, without threads of its own. It completes no future, since
 * that runs the callers' code; what it gives out is completed by whoever called, outside the lock.
 */
final class TextQueue {
  /** While bulk texts wait, one batch in so many is theirs. */
  static final int BULK_TURN = 8;

  // All waiting texts together, in UTF-16 code units: 64 MiB of heap.
  private static final long CHARACTERS_MAX = 32L << 20;
  private static final double TOKENS_PER_CHARACTER_DEFAULT = 0.25;
  // Before anything is measured a full batch might take minutes.
  private static final int FIRST_BATCH_TOKENS_MAX = 1_024;
  // What a tokenizer does in some 50 ms.
  private static final int QUICK_CHARACTERS_MAX = QueryEncoder.TEXT_LENGTH_MAX;
  private static final double LEARNING_RATE = 0.02;
  private static final int SPECIAL_TOKENS = 2;
  private static final long RETRY_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long RETRY_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);
  private static final long RETRY_NANOS_UNKNOWN = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long PURGE_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  // An answer is promised for a deadline only if it is expected so much earlier.
  private static final double DEADLINE_MARGIN = 1.25;

  private final BatchingOptions options;
  private final int lengthTokensMax;

  // Fair: under overload the threads that are refused would else keep out those that do the work.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition tokenizedOrClosed = lock.newCondition();
  private final Condition emptied = lock.newCondition();

  @GuardedBy("lock")
  private final Map<Priority, Lane> lanes = new EnumMap<>(Priority.class);

  @GuardedBy("lock")
  private final Map<EncoderInput, Work> open = new HashMap<>();

  @GuardedBy("lock")
  private final Set<Batch> inFlight = new HashSet<>();

  @GuardedBy("lock")
  private final BatchCost cost = new BatchCost();

  @GuardedBy("lock")
  private double tokensPerCharacter = TOKENS_PER_CHARACTER_DEFAULT;

  @GuardedBy("lock")
  private long openCharacters;

  @GuardedBy("lock")
  private long nextSequence;

  // How often the interactive class was preferred since it was last bulk's turn.
  @GuardedBy("lock")
  private int interactiveArrivalsInRow;

  @GuardedBy("lock")
  private int interactiveBatchesInRow;

  @GuardedBy("lock")
  private long purgedNanoTime = System.nanoTime() - PURGE_INTERVAL_NANOS;

  @GuardedBy("lock")
  private boolean closing;

  /** What waits in one class. Guarded by the queue's lock. */
  private static final class Lane {
    final LinkedHashSet<Work> arrivals = new LinkedHashSet<>();
    final LengthBuckets tokenized = new LengthBuckets();

    /** Callers who wait or whose text is being encoded. */
    int openWaiters;

    /** Tokens that wait, in part estimated. */
    long waitingTokens;
  }

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
   * Texts to be inferred together.
   *
   * @param works one or more; none when there was only something to drop
   * @param dropped callers who need no answer any more
   * @param startNanoTime when it was formed
   * @param expectedNanos how long it should take; 0 if unknown
   */
  record Batch(
      List<Work> works, List<Waiter.Dropped> dropped, long startNanoTime, long expectedNanos) {
    /** Returns the tokens of the texts. */
    long tokens() {
      return works.stream().mapToLong(work -> work.lengthTokens).sum();
    }

    /** Returns the tokens after padding. */
    long paddedTokens() {
      return works.stream().mapToLong(work -> work.lengthTokens).max().orElse(0) * works.size();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /**
   * Makes an empty queue.
   *
   * @param options its bounds
   * @param lengthTokensMax the model's longest text, in tokens
   */
  TextQueue(BatchingOptions options, int lengthTokensMax) {
    this.options = options;
    this.lengthTokensMax = lengthTokensMax;
    for (Priority priority : Priority.values()) {
      lanes.put(priority, new Lane());
    }
  }

  /**
   * Takes texts in, all of them or none.
   *
   * @param inputs the texts
   * @param priority their class
   * @param interruption their caller's deadline and cancellation
   * @throws EncoderClosedException after {@link #close}
   * @throws InvalidInputException when there are more texts than the queue has places
   */
  Offer offer(List<EncoderInput> inputs, Priority priority, Interruption interruption) {
    long characters = inputs.stream().mapToLong(input -> input.text().length()).sum();
    lock.lock();
    try {
      if (closing) {
        throw new EncoderClosedException();
      }
      if (inputs.size() > capacity(priority) || characters > CHARACTERS_MAX) {
        throw new InvalidInputException(
            "texts",
            inputs.size() + " with " + characters + " characters",
            "at most " + capacity(priority) + " with " + CHARACTERS_MAX + " at a time");
      }
      List<Waiter.Dropped> dropped = new ArrayList<>();
      if (!hasRoom(inputs.size(), characters, priority)) {
        purge(dropped);
      }
      EncoderOverloadedException refusal =
          hasRoom(inputs.size(), characters, priority)
              ? hopeless(inputs, priority, interruption)
              : new EncoderOverloadedException(Reason.QUEUE_FULL, retryAfter());
      if (refusal != null) {
        return new Offer(List.of(), 0, dropped, refusal);
      }
      return admit(inputs, priority, interruption, dropped);
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
        Work work = quickOnly ? nextQuickArrival() : nextArrival();
        if (work != null) {
          List<Waiter.Dropped> dropped = new ArrayList<>();
          boolean dead = isDead(work, dropped);
          leaveAll(dropped);
          if (dead) {
            forget(work);
            return new Arrival(null, dropped);
          }
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
      Lane lane = lane(work.priority);
      lane.waitingTokens -= work.lengthTokens;
      work.setTokens(tokens, nanos, System.nanoTime());
      lane.waitingTokens += work.lengthTokens;
      if (work.lengthTokens < lengthTokensMax && !work.input.text().isEmpty()) {
        double ratio = (double) (work.lengthTokens - SPECIAL_TOKENS) / work.input.text().length();
        tokensPerCharacter += LEARNING_RATE * (Math.clamp(ratio, 0, 1) - tokensPerCharacter);
      }
      work.stage = Work.Stage.TOKENIZED;
      lane.tokenized.add(work);
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
        Lane lane = nextLane();
        if (lane == null) {
          if (closing && open.isEmpty()) {
            return null;
          }
          tokenizedOrClosed.await();
          continue;
        }
        List<Waiter.Dropped> dropped = new ArrayList<>();
        LengthBuckets.Choice choice =
            lane.tokenized.choose(limits(), work -> isDead(work, dropped));
        leaveAll(dropped);
        for (Work dead : choice.dead()) {
          lane.tokenized.remove(dead);
          forget(dead);
        }
        long delayNanos = delayNanos(choice);
        if (delayNanos <= 0) {
          return start(lane, choice.works(), dropped);
        }
        if (!dropped.isEmpty()) {
          return start(lane, List.of(), dropped);
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
          .mapToLong(waiter -> waiter.interruption().remainingNanos())
          .max()
          .orElse(Long.MAX_VALUE);
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
    lock.lock();
    try {
      List<Waiter> waiters = List.copyOf(work.waiters);
      if (work.stage != Work.Stage.FINISHED) {
        if (work.stage != Work.Stage.INFERRING) {
          lane(work.priority).waitingTokens -= work.lengthTokens;
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
      inFlight.remove(batch);
      if (nanos > 0) {
        cost.add(batch.tokens(), batch.paddedTokens(), nanos);
      }
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
        unlink(work);
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
      return lane(priority).openWaiters;
    } finally {
      lock.unlock();
    }
  }

  /** Returns at which rate tokens are encoded, tokens a second; 0 before the first batch. */
  double tokensPerSecond() {
    lock.lock();
    try {
      return cost.isKnown() ? 1e9 / cost.nanosPerToken() : 0;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private Lane lane(Priority priority) {
    return Objects.requireNonNull(lanes.get(priority));
  }

  private int capacity(Priority priority) {
    // Documents may come in any number at once; queries shall find room all the same.
    return priority == Priority.BULK ? options.queueCapacity() / 2 : options.queueCapacity();
  }

  @GuardedBy("lock")
  private boolean hasRoom(int texts, long characters, Priority priority) {
    int all = 0;
    for (Lane lane : lanes.values()) {
      all += lane.openWaiters;
    }
    return all + texts <= options.queueCapacity()
        && lane(priority).openWaiters + texts <= capacity(priority)
        && openCharacters + characters <= CHARACTERS_MAX;
  }

  /** Takes out what waits in vain, so that the dead do not take the places of the living. */
  @GuardedBy("lock")
  private void purge(List<Waiter.Dropped> dropped) {
    long now = System.nanoTime();
    // Under overload every offer comes here, and each would look through the whole queue.
    if (now - purgedNanoTime < PURGE_INTERVAL_NANOS) {
      return;
    }
    purgedNanoTime = now;
    for (Work work : List.copyOf(open.values())) {
      boolean waits = work.stage == Work.Stage.ARRIVED || work.stage == Work.Stage.TOKENIZED;
      if (waits && isDead(work, dropped)) {
        unlink(work);
        forget(work);
      }
    }
    leaveAll(dropped);
  }

  /** Returns the refusal of texts that would be answered too late, or null. */
  @GuardedBy("lock")
  private @Nullable EncoderOverloadedException hopeless(
      List<EncoderInput> inputs, Priority priority, Interruption interruption) {
    long remainingNanos = interruption.remainingNanos();
    if (remainingNanos == Long.MAX_VALUE || !cost.isKnown()) {
      return null;
    }
    double aheadNanos = aheadNanos(priority);
    if (aheadNanos == 0) {
      return null; // Nothing is ahead: if it cannot be done in time, that is not for load.
    }
    long tokens = 0;
    for (EncoderInput input : inputs) {
      tokens += open.containsKey(input) ? 0 : estimatedTokens(input);
    }
    if (tokens == 0) {
      return null; // Joining others costs nothing, and may be in time.
    }
    double neededNanos = (aheadNanos + tokens * cost.nanosPerToken()) * DEADLINE_MARGIN;
    if (neededNanos <= remainingNanos) {
      return null;
    }
    return new EncoderOverloadedException(
        Reason.DEADLINE_OUT_OF_REACH, retryAfter(neededNanos - remainingNanos));
  }

  /** Returns how long a text of a class would have to wait, as things stand. */
  @GuardedBy("lock")
  private double aheadNanos(Priority priority) {
    long now = System.nanoTime();
    double nanos = 0;
    for (Batch batch : inFlight) {
      nanos += Math.max(0, batch.startNanoTime + batch.expectedNanos - now);
    }
    Lane bulk = lane(Priority.BULK);
    nanos += lane(Priority.INTERACTIVE).waitingTokens * cost.nanosPerToken();
    double bulkNanos = bulk.waitingTokens * cost.nanosPerToken();
    if (priority == Priority.INTERACTIVE) {
      // One of their batches may come before, and then one in so many.
      double batchNanos = TimeUnit.MILLISECONDS.toNanos(options.batchMillisMax());
      bulkNanos = Math.min(bulkNanos, batchNanos + nanos / BULK_TURN);
    }
    return (nanos + bulkNanos) / options.inferenceThreads();
  }

  /** Returns when half of what waits should be done. */
  @GuardedBy("lock")
  private Duration retryAfter() {
    return cost.isKnown()
        ? retryAfter(aheadNanos(Priority.BULK) / 2)
        : Duration.ofNanos(RETRY_NANOS_UNKNOWN);
  }

  private static Duration retryAfter(double nanos) {
    return Duration.ofNanos(Math.clamp((long) nanos, RETRY_NANOS_MIN, RETRY_NANOS_MAX));
  }

  @GuardedBy("lock")
  private int estimatedTokens(EncoderInput input) {
    double tokens = SPECIAL_TOKENS + input.text().length() * tokensPerCharacter;
    return (int) Math.clamp(tokens, 1, lengthTokensMax);
  }

  @GuardedBy("lock")
  private Offer admit(
      List<EncoderInput> inputs,
      Priority priority,
      Interruption interruption,
      List<Waiter.Dropped> dropped) {
    long now = System.nanoTime();
    int coalesced = 0;
    List<CompletableFuture<EncodedText>> futures = new ArrayList<>(inputs.size());
    for (EncoderInput input : inputs) {
      Work work = open.get(input);
      if (work == null) {
        work = new Work(input, priority, nextSequence++, estimatedTokens(input));
        open.put(input, work);
        Lane lane = lane(priority);
        lane.arrivals.add(work);
        lane.waitingTokens += work.lengthTokens;
        // All, because not every thread takes every text.
        arrived.signalAll();
      } else {
        coalesced++;
        if (priority == Priority.INTERACTIVE && work.priority == Priority.BULK) {
          promote(work);
        }
      }
      Waiter waiter =
          new Waiter(new CompletableFuture<>(), priority, interruption, now, input.text().length());
      work.waiters.add(waiter);
      lane(priority).openWaiters++;
      openCharacters += input.text().length();
      futures.add(waiter.future());
    }
    return new Offer(futures, coalesced, dropped, null);
  }

  /** Lets a bulk text that somebody waits for now go with the interactive ones. */
  @GuardedBy("lock")
  private void promote(Work work) {
    if (work.stage == Work.Stage.INFERRING) {
      return;
    }
    unlink(work);
    lane(Priority.BULK).waitingTokens -= work.lengthTokens;
    work.priority = Priority.INTERACTIVE;
    work.sequence = nextSequence++;
    Lane lane = lane(Priority.INTERACTIVE);
    lane.waitingTokens += work.lengthTokens;
    switch (work.stage) {
      case ARRIVED -> lane.arrivals.add(work);
      case TOKENIZED -> lane.tokenized.add(work);
      default -> {
        // With the tokenizer, which will put it where its class says.
      }
    }
  }

  @GuardedBy("lock")
  private @Nullable Work nextQuickArrival() {
    Lane interactive = lane(Priority.INTERACTIVE);
    for (Work work : interactive.arrivals) {
      if (work.input.text().length() <= QUICK_CHARACTERS_MAX) {
        interactive.arrivals.remove(work);
        return work;
      }
    }
    return null;
  }

  @GuardedBy("lock")
  private @Nullable Work nextArrival() {
    Lane interactive = lane(Priority.INTERACTIVE);
    Lane bulk = lane(Priority.BULK);
    if (interactive.arrivals.isEmpty() && bulk.arrivals.isEmpty()) {
      return null;
    }
    boolean bulkTurn =
        !bulk.arrivals.isEmpty()
            && (interactive.arrivals.isEmpty() || interactiveArrivalsInRow >= BULK_TURN - 1);
    interactiveArrivalsInRow =
        bulkTurn || bulk.arrivals.isEmpty() ? 0 : interactiveArrivalsInRow + 1;
    return (bulkTurn ? bulk : interactive).arrivals.removeFirst();
  }

  /** Returns the class whose turn it is, or null when nothing is ready. */
  @GuardedBy("lock")
  private @Nullable Lane nextLane() {
    Lane interactive = lane(Priority.INTERACTIVE);
    Lane bulk = lane(Priority.BULK);
    if (bulk.tokenized.isEmpty()) {
      return interactive.tokenized.isEmpty() ? null : interactive;
    }
    boolean bulkTurn = interactive.tokenized.isEmpty() || interactiveBatchesInRow >= BULK_TURN - 1;
    return bulkTurn ? bulk : interactive;
  }

  @GuardedBy("lock")
  private LengthBuckets.Limits limits() {
    long tokensMax = Math.max(options.batchTokensMax(), lengthTokensMax);
    if (cost.isKnown()) {
      double batchNanos = TimeUnit.MILLISECONDS.toNanos(options.batchMillisMax());
      tokensMax = Math.min(tokensMax, (long) (batchNanos / cost.nanosPerPaddedToken()));
    } else {
      tokensMax = Math.min(tokensMax, Math.max(FIRST_BATCH_TOKENS_MAX, lengthTokensMax));
    }
    return new LengthBuckets.Limits((int) tokensMax, options.batchTextsMax(), cost.startTokens());
  }

  /** Returns how long an incomplete batch may still wait for more texts. */
  @GuardedBy("lock")
  private long delayNanos(LengthBuckets.Choice choice) {
    if (choice.full() || closing || choice.works().isEmpty()) {
      return 0;
    }
    long waitedNanos = System.nanoTime() - choice.works().getFirst().tokenizedNanoTime;
    return TimeUnit.MICROSECONDS.toNanos(options.queueDelayMicrosMax()) - waitedNanos;
  }

  @GuardedBy("lock")
  private Batch start(Lane lane, List<Work> works, List<Waiter.Dropped> dropped) {
    for (Work work : works) {
      lane.tokenized.remove(work);
      lane.waitingTokens -= work.lengthTokens;
      work.stage = Work.Stage.INFERRING;
    }
    long now = System.nanoTime();
    Batch sizes = new Batch(works, dropped, now, 0);
    double expected = sizes.paddedTokens() * cost.nanosPerPaddedToken();
    Batch batch = new Batch(works, dropped, now, (long) expected);
    if (!works.isEmpty()) {
      inFlight.add(batch);
      boolean bulk = lane == lane(Priority.BULK);
      boolean bulkWaits = !lane(Priority.BULK).tokenized.isEmpty();
      interactiveBatchesInRow = bulk || !bulkWaits ? 0 : interactiveBatchesInRow + 1;
    }
    // More than one batch may have become ready at once, and each signal wakes one thread.
    tokenizedOrClosed.signal();
    return batch;
  }

  /**
   * Takes callers out of a text who need no answer any more; tells whether none is left. They have
   * to {@link #leave} then.
   */
  private static boolean isDead(Work work, List<Waiter.Dropped> dropped) {
    work.waiters.removeIf(
        waiter -> {
          QueryInterruptedException reason = waiter.interrupted();
          return reason != null && dropped.add(new Waiter.Dropped(waiter, reason));
        });
    return work.waiters.isEmpty();
  }

  /** Takes a text that nobody waits for off the books; it has left its lane's lists already. */
  @GuardedBy("lock")
  private void forget(Work work) {
    lane(work.priority).waitingTokens -= work.lengthTokens;
    release(work);
  }

  /** Takes a text out of the list that its stage has it in. */
  @GuardedBy("lock")
  private void unlink(Work work) {
    Lane lane = lane(work.priority);
    switch (work.stage) {
      case ARRIVED -> lane.arrivals.remove(work);
      case TOKENIZED -> lane.tokenized.remove(work);
      default -> {
        // With a thread, in no list.
      }
    }
  }

  @GuardedBy("lock")
  private void release(Work work) {
    work.stage = Work.Stage.FINISHED;
    open.remove(work.input, work);
    for (Waiter waiter : work.waiters) {
      leave(waiter);
    }
    if (open.isEmpty()) {
      emptied.signalAll();
      if (closing) {
        tokenizedOrClosed.signalAll();
      }
    }
  }

  @GuardedBy("lock")
  private void leave(Waiter waiter) {
    lane(waiter.priority()).openWaiters--;
    openCharacters -= waiter.characters();
  }

  @GuardedBy("lock")
  private void leaveAll(List<Waiter.Dropped> dropped) {
    for (Waiter.Dropped one : dropped) {
      leave(one.waiter());
    }
  }
}
