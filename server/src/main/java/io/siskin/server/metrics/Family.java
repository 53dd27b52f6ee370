package io.siskin.server.metrics;

import java.util.List;

/**
 * A family of metrics: a row of {@code docs/metrics.md}.
 *
 * @param name the name as it is scraped, with the suffix of its kind
 * @param kind what sort of number it is
 * @param labels the names of its labels
 * @param help what it says, one sentence or two
 */
record Family(String name, Kind kind, List<String> labels, String help) {
  /** What sort of number it is. */
  enum Kind {
    /** Only grows, from 0 at the start. */
    COUNTER("_total"),
    /** Goes up and down. */
    GAUGE(""),
    /** Counts of sizes. */
    HISTOGRAM(""),
    /** Always 1: what counts is in the labels. */
    INFO("_info");

    private final String suffix;

    Kind(String suffix) {
      this.suffix = suffix;
    }
  }

  Family {
    if (!name.endsWith(kind.suffix)) {
      throw new IllegalArgumentException(name + " does not end with " + kind.suffix);
    }
    labels = List.copyOf(labels);
  }

  static Family counter(String name, String help, String... labels) {
    return new Family(name, Kind.COUNTER, List.of(labels), help);
  }

  static Family gauge(String name, String help, String... labels) {
    return new Family(name, Kind.GAUGE, List.of(labels), help);
  }

  static Family histogram(String name, String help, String... labels) {
    return new Family(name, Kind.HISTOGRAM, List.of(labels), help);
  }

  static Family info(String name, String help, String... labels) {
    return new Family(name, Kind.INFO, List.of(labels), help);
  }

  /** Returns the name as the library wants it, without the suffix of its kind. */
  String stem() {
    return name.substring(0, name.length() - kind.suffix.length());
  }
}
