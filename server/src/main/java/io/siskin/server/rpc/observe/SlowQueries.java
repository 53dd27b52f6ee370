package io.siskin.server.rpc.observe;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SlowQuery;
import io.siskin.proto.v1.SparseVector;
import io.siskin.proto.v1.StageTimings;
import io.siskin.server.observe.BackgroundQueue;
import io.siskin.server.observe.SlowQueryOptions;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.rpc.transport.LineLimit;
import io.siskin.server.trace.TraceContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers the searches that took longer than a limit, whether they were answered or not: the
 * latest ones, as many as have room. Tells the log of one of them per second at most.
 *
 * <p>A search that is quick costs a comparison. Safe for concurrent use. Owns a thread, which
 * writes to the log.
 */
public final class SlowQueries implements AutoCloseable {
  /** The most bytes that one request may take; more of it is left out. */
  static final int REQUEST_BYTES_MAX = 16_384;

  private static final int TEXT_LENGTH_MAX = 2_000;
  private static final int TERM_COUNT_MAX = 256;
  private static final int NAME_LENGTH_MAX = CallLine.NAME_LENGTH_MAX;
  private static final int WAITING_LINES_MAX = 64;
  private static final Logger LOG = LoggerFactory.getLogger(SlowQueries.class);

  private final SlowQueryOptions options;
  private final long limitNanos;
  private final LongAdder count = new LongAdder();
  private final LineLimit lineLimit = new LineLimit(TimeUnit.SECONDS.toNanos(1), System::nanoTime);
  private final @Nullable BackgroundQueue<CallRecord> lines;

  @GuardedBy("this")
  private final Deque<SlowQuery> latestFirst = new ArrayDeque<>();

  @GuardedBy("this")
  private long sizeBytes;

  /**
   * Remembers nothing yet.
   *
   * @param options what is slow, and how much of it is remembered
   */
  public SlowQueries(SlowQueryOptions options) {
    this.options = options;
    this.limitNanos =
        options.limitMillis() == 0
            ? Long.MAX_VALUE
            : TimeUnit.MILLISECONDS.toNanos(options.limitMillis());
    this.lines =
        options.limitMillis() == 0
            ? null
            : new BackgroundQueue<>(
                "siskin-slow-queries", WAITING_LINES_MAX, Duration.ZERO, SlowQueries::tell);
  }

  /**
   * Takes a call that has ended.
   *
   * @param call the call; nothing is done unless it is a slow search
   */
  void add(CallRecord call) {
    if (call.totalNanos() <= limitNanos || !(call.request() instanceof SearchRequest request)) {
      return;
    }
    count.increment();
    remember(slowQuery(call, request));
    if (lines != null && lineLimit.take() != LineLimit.HELD_BACK) {
      boolean _ = lines.offer(call);
    }
  }

  private static void tell(CallRecord call) {
    if (LOG.isInfoEnabled()) {
      LOG.info("slow search, one of those of a second: {}", CallLine.of(call));
    }
  }

  private synchronized void remember(SlowQuery query) {
    latestFirst.addFirst(query);
    sizeBytes += query.getSerializedSize();
    while (latestFirst.size() > options.countMax() || sizeBytes > options.sizeBytesMax()) {
      sizeBytes -= latestFirst.removeLast().getSerializedSize();
    }
  }

  private SlowQuery slowQuery(CallRecord call, SearchRequest request) {
    SlowQuery.Builder query =
        SlowQuery.newBuilder()
            .setEndTime(ProtoMapper.toProto(CallLine.time(call.endNanoTime())))
            .setKeyId(call.keyId())
            .setRequest(bounded(request));
    TraceContext span = call.span() == null ? call.callerSpan() : call.span();
    if (span != null) {
      query.setTraceId(span.traceId());
    }
    StageTimings.Builder timings = query.getTimingsBuilder().setTotalNanos(call.totalNanos());
    CallRecord.SearchFacts search = call.search();
    if (search != null) {
      timings
          .setQueueNanos(search.encoderQueueNanos() + search.queueNanos())
          .setEncodeNanos(search.encodeNanos())
          .setSearchNanos(search.searchNanos())
          .setFetchNanos(search.fetchNanos());
      query
          .setMode(ProtoMapper.toProto(search.mode()))
          .setCounters(ProtoMapper.toProto(search.stats()))
          .setHitCount(search.hitCount());
    }
    return query.build();
  }

  /** Leaves out what is not to be kept, and what is too long. */
  private SearchRequest bounded(SearchRequest request) {
    SearchRequest.Builder kept = request.toBuilder();
    if (!options.queries()) {
      kept.clearQuery().clearSelection();
    } else if (kept.hasText()) {
      kept.setText(CallLine.cut(kept.getText(), TEXT_LENGTH_MAX));
    } else if (kept.hasVector()) {
      kept.setVector(bounded(kept.getVector()));
    }
    SearchRequest shorter = kept.build();
    return shorter.getSerializedSize() <= REQUEST_BYTES_MAX ? shorter : outline(shorter);
  }

  private static SparseVector bounded(SparseVector vector) {
    if (vector.getWeightsCount() <= TERM_COUNT_MAX) {
      return vector;
    }
    SparseVector.Builder kept = SparseVector.newBuilder();
    for (int i = 0; i < TERM_COUNT_MAX; i++) {
      if (i < vector.getTokensCount()) {
        kept.addTokens(vector.getTokens(i));
      }
      if (i < vector.getTermIdsCount()) {
        kept.addTermIds(vector.getTermIds(i));
      }
      kept.addWeights(vector.getWeights(i));
    }
    return kept.build();
  }

  /** Returns what a request always has, without what can be of any length. */
  private static SearchRequest outline(SearchRequest request) {
    SearchRequest.Builder outline =
        SearchRequest.newBuilder()
            .setCollection(CallLine.cut(request.getCollection(), NAME_LENGTH_MAX))
            .setTenant(CallLine.cut(request.getTenant(), NAME_LENGTH_MAX))
            .setExplain(request.getExplain());
    if (request.hasK()) {
      outline.setK(request.getK());
    }
    if (request.hasMode()) {
      outline.setMode(request.getMode());
    }
    if (request.hasRecallTarget()) {
      outline.setRecallTarget(request.getRecallTarget());
    }
    if (request.hasTimeBudgetMicros()) {
      outline.setTimeBudgetMicros(request.getTimeBudgetMicros());
    }
    return outline.build();
  }

  /**
   * Returns searches, the latest first.
   *
   * @param collection only those of this collection, as their requests named it; empty for all
   * @param mayRead tells by the name of a collection whether its searches may be seen
   * @param countMax how many at most
   */
  public List<SlowQuery> latest(String collection, Predicate<String> mayRead, int countMax) {
    List<SlowQuery> remembered;
    synchronized (this) {
      remembered = List.copyOf(latestFirst);
    }
    List<SlowQuery> found = new ArrayList<>();
    Iterator<SlowQuery> next = remembered.iterator();
    while (next.hasNext() && found.size() < countMax) {
      SlowQuery query = next.next();
      String name = query.getRequest().getCollection();
      if ((collection.isEmpty() || collection.equals(name)) && mayRead.test(name)) {
        found.add(query);
      }
    }
    return found;
  }

  /** Returns how many searches were slow since the start. */
  long count() {
    return count.sum();
  }

  /** Ends the thread. */
  @Override
  public void close() {
    if (lines != null) {
      lines.close();
    }
  }
}
