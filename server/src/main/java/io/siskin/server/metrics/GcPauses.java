package io.siskin.server.metrics;

import com.sun.management.GarbageCollectionNotificationInfo;
import io.siskin.server.counters.DurationHistogram;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/**
 * Counts how long the garbage collector has stopped all threads, by collector. The JVM tells of
 * each collection, on a thread of its own, in whole milliseconds. JDK Flight Recorder would tell
 * nanoseconds, but it writes files and takes a hundred times the memory.
 *
 * <p>Collectors that work beside the threads tell of whole cycles under a name of their own, which
 * are no pauses and do not count. Safe for concurrent use.
 */
final class GcPauses implements AutoCloseable {
  private final SortedMap<String, DurationHistogram> pauses = new TreeMap<>();
  private final ConcurrentHashMap<NotificationEmitter, NotificationListener> listeners =
      new ConcurrentHashMap<>();

  GcPauses() {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (isPausing(collector.getName()) && collector instanceof NotificationEmitter emitter) {
        DurationHistogram histogram = new DurationHistogram();
        pauses.put(collector.getName(), histogram);
        NotificationListener listener = (told, _) -> count(told, histogram);
        listeners.put(emitter, listener);
        emitter.addNotificationListener(listener, null, null);
      }
    }
  }

  /**
   * Returns whether a collector tells of pauses.
   *
   * @param collector its name
   */
  static boolean isPausing(String collector) {
    return !collector.endsWith("Cycles");
  }

  private static void count(Notification told, DurationHistogram histogram) {
    if (told.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)
        && told.getUserData() instanceof CompositeData data) {
      long millis = GarbageCollectionNotificationInfo.from(data).getGcInfo().getDuration();
      histogram.add(millis * 1_000_000);
    }
  }

  /** Returns the pauses so far, by collector. */
  SortedMap<String, DurationHistogram.Counts> counts() {
    SortedMap<String, DurationHistogram.Counts> counts = new TreeMap<>();
    pauses.forEach((collector, histogram) -> counts.put(collector, histogram.counts()));
    return counts;
  }

  @Override
  public void close() {
    listeners.forEach(
        (emitter, listener) -> {
          try {
            emitter.removeNotificationListener(listener);
          } catch (ListenerNotFoundException removed) {
            // It does not listen, which is what was wanted.
          }
        });
  }
}
