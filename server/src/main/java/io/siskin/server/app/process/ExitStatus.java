package io.siskin.server.app.process;

/**
 * What the exit status of every command means. Part of the interface: scripts decide by it whether
 * to try again.
 */
public final class ExitStatus {
  /** Done. A server that was asked to stop and finished what it had admitted counts as done. */
  public static final int OK = 0;

  /**
   * It went wrong for a reason that may pass or lies in the data: the disk, the network, damage.
   */
  public static final int FAILURE = 1;

  /** The command or its input is wrong: the same command will fail again. */
  public static final int USAGE = 2;

  /**
   * Something is missing that Siskin runs on: a JDK that fits. {@code bin/siskin} ends with it too,
   * also for Maven and for a UTF-8 locale.
   */
  public static final int UNAVAILABLE = 69;

  /** A defect of Siskin. */
  public static final int INTERNAL = 70;

  /** Added to the number of the signal that ended a command before it was done. */
  static final int SIGNAL_BASE = 128;

  private ExitStatus() {}
}
