package io.siskin.server.metrics;

import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;

/**
 * The virtual machine and the process, under the names that everybody uses. Safe for concurrent
 * use.
 *
 * <p>The library's thread metrics are left out, as each scrape would stop all threads to look for
 * deadlocks; the plain counts are here instead.
 */
final class JvmMetrics {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final GcPauses pauses = new GcPauses();

  JvmMetrics() {
    JvmMemoryMetrics.builder().register(registry);
    JvmBufferPoolMetrics.builder().register(registry);
    JvmGarbageCollectorMetrics.builder().register(registry);
    JvmRuntimeInfoMetric.builder().register(registry);
    ProcessMetrics.builder().register(registry);
  }

  /** Takes no more notice of the collector. */
  void close() {
    pauses.close();
  }

  /** Reads all. */
  List<MetricSnapshot> read() {
    Points points = new Points();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    points.add(Families.THREADS, threads.getThreadCount());
    points.add(Families.THREADS_DAEMON, threads.getDaemonThreadCount());
    points.add(Families.THREADS_PEAK, threads.getPeakThreadCount());
    points.add(Families.THREADS_STARTED, threads.getTotalStartedThreadCount());
    pauses
        .counts()
        .forEach((collector, counts) -> points.add(Families.GC_PAUSE, counts, collector));
    List<MetricSnapshot> all = new ArrayList<>(points.snapshots());
    registry.scrape().forEach(all::add);
    return all;
  }
}
