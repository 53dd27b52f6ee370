package io.siskin.index.build;

/**
 * Watches a build. Called from several threads, but never twice at once; must return quickly. An
 * implementation may throw {@link java.util.concurrent.CancellationException} to stop the build,
 * which then leaves nothing behind.
 */
public interface BuildProgress {
  /** Watches nothing. */
  BuildProgress NONE = new BuildProgress() {};

  /**
   * A stage begins.
   *
   * @param stage its name in words, for example {@code clusters}
   * @param totalUnits how much work there is, or −1 when unknown
   */
  default void begin(String stage, long totalUnits) {}

  /**
   * Work was done.
   *
   * @param doneUnits how much of the stage is done in all
   */
  default void advance(long doneUnits) {}

  /** The stage has ended. */
  default void end() {}
}
