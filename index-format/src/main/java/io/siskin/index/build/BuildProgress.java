package io.siskin.index.build;

/**
 * Watches a build. The methods are called from several threads, but never at the same time. They
 * must return quickly. An implementation may throw {@link
 * java.util.concurrent.CancellationException} to stop the build. The build then removes all files
 * that it wrote.
 */
public interface BuildProgress {
  /** An implementation that does nothing. */
  BuildProgress NONE = new BuildProgress() {};

  /**
   * A stage begins.
   *
   * @param stage the name of the stage in words, for example {@code clusters}
   * @param totalUnits the amount of work, or −1 if it is unknown
   */
  default void begin(String stage, long totalUnits) {}

  /**
   * Work was done.
   *
   * @param doneUnits the amount of work of the stage that has been done so far
   */
  default void advance(long doneUnits) {}

  /** The stage has ended. */
  default void end() {}
}
