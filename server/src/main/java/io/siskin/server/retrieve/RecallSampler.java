package io.siskin.server.retrieve;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.counters.RecallCounts;
import io.siskin.server.counters.ShareHistogram;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchRoute;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.Searcher;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Searches a small share of the approximate searches again, exactly, on the same snapshot, and
 * counts what share of the best documents they had found. A document counts as found if its score
 * reaches the k-th best score: one that ties is as right as the other.
 *
 * <p>One thread of the lowest priority does that. It rests after each search for as long as its
 * share of a core demands. At most one search waits for it, and none while it works or rests; what
 * comes then is dropped and counted. So no search waits, and a snapshot is kept for one exact
 * search longer at most.
 *
 * <p>Safe for concurrent use. Owns its thread.
 */
public final class RecallSampler implements AutoCloseable {
  /** Measures nothing and has no thread. */
  public static final RecallSampler OFF = new RecallSampler(new RecallOptions(0, 1), 0);

  private static final Logger LOG = LoggerFactory.getLogger(RecallSampler.class);
  private static final long SEARCH_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);
  private static final long CLOSE_MILLIS_MAX = 1_000;
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
  // Few, since each is a series of the metrics, and callers choose their targets freely.
  private static final float[] TARGETS = {
    0.5f, 0.6f, 0.7f, 0.8f, 0.9f, 0.95f, 0.98f, 0.99f, 0.995f, 0.999f
  };

  private final RecallOptions options;
  private final long seed;
  private final LongSupplier nanoTime;
  private final AtomicLong searches = new AtomicLong();
  private final Map<RecallCounts.Kind, ShareHistogram> recalls = new ConcurrentHashMap<>();
  private final LongAdder busy = new LongAdder();
  private final LongAdder gone = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder searchNanos = new LongAdder();
  private final @Nullable Thread thread;

  @GuardedBy("this")
  private @Nullable Sample waiting;

  @GuardedBy("this")
  private @Nullable Sample running;

  @GuardedBy("this")
  private boolean resting;

  @GuardedBy("this")
  private boolean closed;

  /** A search that is to be searched again. It holds a reference to the snapshot. */
  private static final class Sample {
    private final CollectionSnapshot snapshot;
    private final RecallCounts.Kind kind;
    private final SearchScope scope;
    private final QuantizedQuery query;
    private final int k;
    private final float[] scores;
    private volatile boolean unwanted;

    Sample(
        CollectionSnapshot snapshot,
        RecallCounts.Kind kind,
        SearchScope scope,
        QuantizedQuery query,
        int k,
        float[] scores) {
      this.snapshot = snapshot;
      this.kind = kind;
      this.scope = scope;
      this.query = query;
      this.k = k;
      this.scores = scores;
    }
  }

  private RecallSampler(RecallOptions options, long seed) {
    this(options, seed, System::nanoTime);
  }

  // Its rests keep the thread within its share; where the system knows priorities, this helps.
  @SuppressWarnings("ThreadPriorityCheck")
  private RecallSampler(RecallOptions options, long seed, LongSupplier nanoTime) {
    this.options = options;
    this.seed = seed;
    this.nanoTime = nanoTime;
    this.thread =
        options.share() == 0
            ? null
            : Thread.ofPlatform()
                .daemon()
                .name("siskin-recall")
                .priority(Thread.MIN_PRIORITY)
                .unstarted(this::run);
  }

  /**
   * Starts a sampler.
   *
   * @param options how much it samples
   * @param seed which searches it samples: the same seed takes the same places in the order of the
   *     searches
   */
  public static RecallSampler start(RecallOptions options, long seed) {
    RecallSampler sampler = new RecallSampler(options, seed);
    if (sampler.thread != null) {
      sampler.thread.start();
    }
    return sampler;
  }

  /**
   * Takes a search that was done, or lets it be. To be called while the searcher has its result.
   *
   * @param snapshot what was searched, retained by the caller
   * @param request what was asked for
   * @param scope the documents that were searched
   * @param query the query
   * @param routes how each segment was searched
   * @param searcher has the result
   */
  void offer(
      CollectionSnapshot snapshot,
      RetrievalRequest request,
      SearchScope scope,
      QuantizedQuery query,
      List<SearchRoute> routes,
      Searcher searcher) {
    if (thread == null || !isApproximate(routes) || !isChosen(searches.getAndIncrement())) {
      return;
    }
    float[] scores = new float[searcher.size()];
    for (int rank = 0; rank < scores.length; rank++) {
      scores[rank] = searcher.score(rank);
    }
    RecallCounts.Kind kind =
        new RecallCounts.Kind(snapshot.manifest().name(), target(snapshot, request.evaluation()));
    synchronized (this) {
      if (closed || resting || running != null || waiting != null || !snapshot.tryRetain()) {
        busy.increment();
        return;
      }
      waiting = new Sample(snapshot, kind, scope, query, request.k(), scores);
      notifyAll();
    }
  }

  private static boolean isApproximate(List<SearchRoute> routes) {
    for (int segment = 0; segment < routes.size(); segment++) {
      SearchRoute route = routes.get(segment);
      if (route instanceof SearchMode.Clustered || route instanceof SearchMode.ScoreAtATime) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether a search is sampled. Its number decides, so that a seed decides for all.
   *
   * @param number how many approximate searches there were before
   */
  boolean isChosen(long number) {
    long mixed = seed + (number + 1) * GOLDEN_RATIO;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    mixed ^= mixed >>> 31;
    return (mixed >>> 11) * 0x1p-53 < options.share();
  }

  private static String target(CollectionSnapshot snapshot, Evaluation evaluation) {
    return switch (evaluation) {
      case Evaluation.InMode _ -> "mode";
      case Evaluation.CollectionDefault(long budgetMicros) ->
          budgetMicros > 0 ? "budget" : target(snapshot.defaultRecallTarget());
      case Evaluation.RecallTarget(float target, long budgetMicros) ->
          budgetMicros > 0 ? "budget" : target(target);
    };
  }

  /** Returns a target rounded down to one of a few. */
  static String target(float target) {
    String found = "0";
    for (float one : TARGETS) {
      if (target >= one) {
        found = Float.toString(one);
      }
    }
    return found;
  }

  private void run() {
    try {
      Sample sample = take();
      for (; sample != null; sample = take()) {
        long start = nanoTime.getAsLong();
        search(sample);
        long took = nanoTime.getAsLong() - start;
        searchNanos.add(took);
        rest(took);
      }
    } catch (InterruptedException e) {
      LOG.error("{} was interrupted and ends", Thread.currentThread().getName());
    }
  }

  private synchronized @Nullable Sample take() throws InterruptedException {
    while (waiting == null && !closed) {
      wait();
    }
    running = waiting;
    waiting = null;
    return running;
  }

  @SuppressWarnings("IllegalCatch") // A sample that fails must not end the others.
  private void search(Sample sample) {
    try {
      measure(sample);
    } catch (Throwable error) {
      (sample.unwanted ? gone : failed).increment();
      LOG.debug("the recall of a search of {} is not known", sample.kind.collection(), error);
    } finally {
      synchronized (this) {
        running = null;
        resting = true;
      }
      sample.snapshot.release();
    }
  }

  private void measure(Sample sample) {
    CollectionSnapshot snapshot = sample.snapshot;
    if (snapshot.damage() != null) {
      gone.increment();
      return;
    }
    List<SearchRoute> exact =
        snapshot
            .planner()
            .plan(
                sample.scope,
                snapshot.planner().whereverPossible(new SearchMode.Exact()),
                sample.k);
    Searcher searcher = snapshot.searchers().take();
    // Not given back when the search fails: its scratch memory may be half used then.
    searcher.search(
        sample.scope,
        sample.query,
        exact,
        sample.k,
        Cancellation.at(System.nanoTime() + SEARCH_NANOS_MAX, () -> sample.unwanted));
    double recall = recall(sample.scores, searcher);
    snapshot.searchers().giveBack(searcher);
    if (sample.unwanted) {
      gone.increment();
      return;
    }
    ShareHistogram found = recalls.get(sample.kind);
    (found == null ? recalls.computeIfAbsent(sample.kind, _ -> new ShareHistogram()) : found)
        .add(recall);
  }

  /** Returns the share of the best documents that was found; 1 where there is none to be found. */
  private static double recall(float[] found, Searcher exact) {
    int wanted = exact.size();
    if (wanted == 0) {
      return 1;
    }
    float worst = exact.score(wanted - 1);
    int right = 0;
    for (float score : found) {
      right += score >= worst ? 1 : 0;
    }
    return (double) Math.min(right, wanted) / wanted;
  }

  /** Sleeps so long that the work before is the allowed share of the time. */
  private synchronized void rest(long workedNanos) throws InterruptedException {
    long restNanos = (long) (workedNanos / options.processorShare()) - workedNanos;
    long until = nanoTime.getAsLong() + restNanos;
    for (long left = restNanos; left > 0 && !closed; left = until - nanoTime.getAsLong()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    resting = false;
  }

  /**
   * Gives up what is to be searched of a collection, because it is removed.
   *
   * @param collection the collection's name
   */
  public void forget(String collection) {
    giveUp(collection);
    recalls.keySet().removeIf(kind -> kind.collection().equals(collection));
  }

  /** Gives up what is to be searched of a collection; null for all. */
  private void giveUp(@Nullable String collection) {
    Sample dropped = null;
    synchronized (this) {
      if (waiting != null && isOf(waiting, collection)) {
        dropped = waiting;
        waiting = null;
      }
      if (running != null && isOf(running, collection)) {
        running.unwanted = true;
      }
    }
    if (dropped != null) {
      gone.increment();
      dropped.snapshot.release();
    }
  }

  private static boolean isOf(Sample sample, @Nullable String collection) {
    return collection == null || collection.equals(sample.kind.collection());
  }

  /** Returns what was measured so far. */
  public RecallCounts counts() {
    Map<RecallCounts.Kind, ShareHistogram.Counts> counts = new HashMap<>();
    recalls.forEach((kind, histogram) -> counts.put(kind, histogram.counts()));
    return new RecallCounts(counts, busy.sum(), gone.sum(), failed.sum(), searchNanos.sum());
  }

  /** Stops at once what is searched, and ends the thread. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    giveUp(null);
    try {
      if (thread != null && !thread.join(java.time.Duration.ofMillis(CLOSE_MILLIS_MAX))) {
        LOG.warn("the sampling of recall ends later, since a search has not noticed that it shall");
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }
}
