package io.siskin.index.build;

/** Placeholder: replaced by the slice that brings the structure. */
public record BlockMaxOptions() {
  /** Defaults. */
  public static final BlockMaxOptions DEFAULTS = new BlockMaxOptions();
}
