package io.siskin.index.build;

/** Placeholder: replaced by the slice that brings the structure. */
public record ClusterOptions() {
  /** Defaults. */
  public static final ClusterOptions DEFAULTS = new ClusterOptions();
}
