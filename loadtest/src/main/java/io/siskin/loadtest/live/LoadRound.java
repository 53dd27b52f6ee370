package io.siskin.loadtest.live;

import io.grpc.Status;
import io.siskin.client.CollectionsClient;
import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchResult;
import io.siskin.loadtest.load.report.Latencies;
import io.siskin.loadtest.load.schedule.CallLog;
import io.siskin.loadtest.load.schedule.OpenLoop;
import io.siskin.loadtest.load.schedule.Schedule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Searches at a fixed rate, whatever becomes of the earlier ones, while another thread writes and a
 * third one lets the server seal or merge. A latency counts from the moment when its search was
 * due, so that a client or a server that falls behind shows it.
 */
final class LoadRound {
  private static final int BATCHES_PER_SECOND = 10;
  private static final long PAUSE_MILLIS = 300;

  private final SearchClient client;
  private final SiskinEngine.Rows rows;
  private final String collection;
  private final float target;
  private final int seconds;
  private final int upsertsPerSecond;
  private final Event event;

  private final CallLog log;

  /** For each call whether an event was under way when it was sent or when it ended. */
  private final boolean[] isOfEvent;

  private volatile boolean isEventNow;
  private volatile boolean isOver;
  private int events;
  private long eventNanos;
  private long written;
  private long writeLagMillisMax;

  /** What the server does besides. */
  private enum Event {
    /** Only what it decides itself. */
    NONE,
    /** It moves what is in memory into a segment, again and again. */
    SEAL,
    /** It merges all segments into one, again and again. */
    MERGE
  }

  private LoadRound(SearchClient client, SiskinEngine.Rows rows, String[] words) {
    this.client = client;
    this.rows = rows;
    this.collection = words[1];
    this.target = Float.parseFloat(words[2]);
    int[] numbers = Ints.of(new String[] {words[3], words[4], words[5]}, 0);
    this.log = new CallLog(Schedule.fixed(numbers[0], numbers[1]));
    this.isOfEvent = new boolean[log.schedule().size()];
    this.seconds = numbers[1];
    this.upsertsPerSecond = numbers[2];
    this.event = Event.valueOf(words[6].toUpperCase(Locale.ROOT));
  }

  /**
   * Reads the command {@code load COLLECTION TARGET SEARCHES_PER_SECOND SECONDS UPSERTS_PER_SECOND
   * none|seal|merge}.
   *
   * @param client a client of the server
   * @param rows what is written and searched
   * @param words the command
   */
  static LoadRound of(SearchClient client, SiskinEngine.Rows rows, String[] words) {
    return new LoadRound(client, rows, words);
  }

  /** Runs until the seconds are over and all calls have ended. Returns what was measured. */
  Map<String, Object> run() throws InterruptedException, IOException {
    List<FutureTask<@Nullable Void>> besides = new ArrayList<>();
    if (upsertsPerSecond > 0) {
      besides.add(new FutureTask<>(this::write));
    }
    if (event != Event.NONE) {
      besides.add(new FutureTask<>(this::causeEvents));
    }
    besides.forEach(Thread.ofPlatform()::start);
    search();
    isOver = true;
    for (FutureTask<@Nullable Void> one : besides) {
      try {
        one.get();
      } catch (ExecutionException failed) {
        throw new IOException("what ran beside the searches failed", failed);
      }
    }
    return summary();
  }

  private void search() throws InterruptedException {
    long start = System.nanoTime();
    log.start(start);
    OpenLoop.run(
        log.schedule(),
        start,
        (call, due) -> {
          isOfEvent[call] = isEventNow;
          log.sent(call);
          var _ =
              client
                  .searchAsync(rows.search(collection, call).withRecallTarget(target))
                  .whenComplete((result, failure) -> ended(call, result, failure));
        });
    log.await();
  }

  private void ended(int call, @Nullable SearchResult result, @Nullable Throwable failure) {
    isOfEvent[call] |= isEventNow;
    if (failure != null || result == null) {
      log.ended(call, Status.Code.UNKNOWN.value(), 0);
    } else {
      log.ended(call, Status.Code.OK.value(), result.timings().totalNanos());
    }
  }

  /** Replaces documents at the rate, by the vectors of other rows. */
  private @Nullable Void write() throws IOException, InterruptedException {
    DocumentsClient documents = client.documents(collection);
    SplittableRandom random = new SplittableRandom(upsertsPerSecond);
    int size = Math.max(1, upsertsPerSecond / BATCHES_PER_SECOND);
    long start = System.nanoTime();
    for (long number = 0; !isOver; number++) {
      List<Document> batch = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        int row = random.nextInt(rows.documents().rows());
        batch.add(rows.document(random.nextInt(rows.documents().rows()), row));
      }
      long due = start + TimeUnit.SECONDS.toNanos(number) / BATCHES_PER_SECOND;
      OpenLoop.await(due);
      SiskinEngine.check(documents.upsert(batch));
      written += size;
      long lag = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - due);
      writeLagMillisMax = Math.max(writeLagMillisMax, lag);
    }
    return null;
  }

  private @Nullable Void causeEvents() throws InterruptedException {
    CollectionsClient collections = client.collectionsClient();
    while (!isOver) {
      Thread.sleep(PAUSE_MILLIS);
      long start = System.nanoTime();
      isEventNow = true;
      if (event == Event.SEAL) {
        collections.flush(collection);
      } else {
        collections.compact(collection);
      }
      isEventNow = false;
      events++;
      eventNanos += System.nanoTime() - start;
    }
    return null;
  }

  private Map<String, Object> summary() {
    Latencies all = new Latencies();
    Latencies during = new Latencies();
    Latencies inServer = new Latencies();
    Latencies sendLag = new Latencies();
    long failures = 0;
    for (int call = 0; call < log.schedule().size(); call++) {
      sendLag.add(log.sendLagNanos(call));
      if (!log.isOk(call)) {
        failures++;
        continue;
      }
      all.add(log.latencyNanos(call));
      if (event == Event.NONE || isOfEvent[call]) {
        during.add(log.latencyNanos(call));
        inServer.add(log.serverNanos(call));
      }
    }
    Map<String, Object> summary = new TreeMap<>();
    summary.put("all", micros(all));
    summary.put("during", micros(during));
    summary.put("server", micros(inServer));
    summary.put("send_lag", micros(sendLag));
    summary.put("failures", failures);
    summary.put("events", events);
    summary.put("event_seconds", eventNanos / 1e9);
    summary.put("written_per_second", (double) written / seconds);
    summary.put("write_lag_millis_max", writeLagMillisMax);
    return summary;
  }

  private static Map<String, Long> micros(Latencies times) {
    return Map.of(
        "count",
        times.count(),
        "p50",
        TimeUnit.NANOSECONDS.toMicros(times.nanosAt(50)),
        "p99",
        TimeUnit.NANOSECONDS.toMicros(times.nanosAt(99)),
        "max",
        TimeUnit.NANOSECONDS.toMicros(times.nanosAt(100)));
  }
}
