package io.siskin.server.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.siskin.server.counters.DurationHistogram;
import io.siskin.server.counters.ShareHistogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The numbers of one scrape, by family. Used by one thread. */
final class Points {
  private static final double NANOS_PER_SECOND = 1e9;

  // Batch sizes: 1, 2, 4 … 4,096, the most that a batch may have.
  private static final int SIZE_BITS_MAX = 12;

  private final Map<Family, List<DataPointSnapshot>> points = new LinkedHashMap<>();

  /** Adds the number of a counter or a gauge. */
  void add(Family family, double value, String... labelValues) {
    Labels labels = labels(family, labelValues);
    put(
        family,
        switch (family.kind()) {
          case COUNTER ->
              CounterSnapshot.CounterDataPointSnapshot.builder()
                  .value(value)
                  .labels(labels)
                  .build();
          case GAUGE ->
              GaugeSnapshot.GaugeDataPointSnapshot.builder().value(value).labels(labels).build();
          case INFO -> InfoSnapshot.InfoDataPointSnapshot.builder().labels(labels).build();
          case HISTOGRAM -> throw new IllegalArgumentException(family.name() + " is no number");
        });
  }

  /** Adds the count of a counter or a gauge. */
  void add(Family family, long count, String... labelValues) {
    add(family, (double) count, labelValues);
  }

  /** Adds nanoseconds to a counter of seconds. */
  void addNanos(Family family, long nanos, String... labelValues) {
    add(family, nanos / NANOS_PER_SECOND, labelValues);
  }

  /** Adds durations. */
  void add(Family family, DurationHistogram.Counts durations, String... labelValues) {
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int size = 0; size < durations.counts().size(); size++) {
      double bound =
          size < DurationHistogram.BOUNDS_NANOS.size()
              ? DurationHistogram.BOUNDS_NANOS.get(size) / NANOS_PER_SECOND
              : Double.POSITIVE_INFINITY;
      buckets.bucket(bound, durations.counts().get(size));
    }
    put(
        family,
        HistogramSnapshot.HistogramDataPointSnapshot.builder()
            .classicHistogramBuckets(buckets.build())
            .sum(durations.totalNanos() / NANOS_PER_SECOND)
            .labels(labels(family, labelValues))
            .build());
  }

  /** Adds shares. */
  void add(Family family, ShareHistogram.Counts shares, String... labelValues) {
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int size = 0; size < shares.counts().size(); size++) {
      buckets.bucket(ShareHistogram.BOUNDS.get(size), shares.counts().get(size));
    }
    buckets.bucket(Double.POSITIVE_INFINITY, 0);
    put(
        family,
        HistogramSnapshot.HistogramDataPointSnapshot.builder()
            .classicHistogramBuckets(buckets.build())
            .sum(shares.total())
            .labels(labels(family, labelValues))
            .build());
  }

  /** Adds counts by size. */
  void add(Family family, SortedMap<Integer, Long> countBySize, String... labelValues) {
    long[] counts = new long[SIZE_BITS_MAX + 2];
    long sum = 0;
    for (Map.Entry<Integer, Long> size : countBySize.entrySet()) {
      int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(size.getKey(), 1) - 1);
      counts[Math.min(bits, SIZE_BITS_MAX + 1)] += size.getValue();
      sum += size.getKey() * size.getValue();
    }
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int bits = 0; bits < counts.length; bits++) {
      buckets.bucket(bits <= SIZE_BITS_MAX ? 1 << bits : Double.POSITIVE_INFINITY, counts[bits]);
    }
    put(
        family,
        HistogramSnapshot.HistogramDataPointSnapshot.builder()
            .classicHistogramBuckets(buckets.build())
            .sum((double) sum)
            .labels(labels(family, labelValues))
            .build());
  }

  /** Returns the families that have a number. */
  List<MetricSnapshot> snapshots() {
    List<MetricSnapshot> snapshots = new ArrayList<>();
    points.forEach((family, numbers) -> snapshots.add(snapshot(family, numbers)));
    return snapshots;
  }

  private static MetricSnapshot snapshot(Family family, List<DataPointSnapshot> points) {
    MetricMetadata metadata = new MetricMetadata(family.stem(), family.help());
    return switch (family.kind()) {
      case COUNTER ->
          new CounterSnapshot(
              metadata, all(points, CounterSnapshot.CounterDataPointSnapshot.class));
      case GAUGE ->
          new GaugeSnapshot(metadata, all(points, GaugeSnapshot.GaugeDataPointSnapshot.class));
      case HISTOGRAM ->
          new HistogramSnapshot(
              metadata, all(points, HistogramSnapshot.HistogramDataPointSnapshot.class));
      case INFO ->
          new InfoSnapshot(metadata, all(points, InfoSnapshot.InfoDataPointSnapshot.class));
    };
  }

  private static <T> List<T> all(List<DataPointSnapshot> points, Class<T> type) {
    return points.stream().map(type::cast).toList();
  }

  private void put(Family family, DataPointSnapshot point) {
    points.computeIfAbsent(family, name -> new ArrayList<>()).add(point);
  }

  private static Labels labels(Family family, String... values) {
    if (values.length != family.labels().size()) {
      throw new IllegalArgumentException(
          Arrays.toString(values) + " for " + family.name() + family.labels());
    }
    return Labels.of(family.labels().toArray(String[]::new), values);
  }
}
