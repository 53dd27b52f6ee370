package io.siskin.server.log;

import java.io.IOException;

/**
 * There is no room on the disk for a frame. Nothing of the frame was kept, all frames before it
 * stand, and the log takes frames again as soon as there is room.
 */
public final class LogFullException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param file the file that could not be written
   * @param cause what the system said
   */
  public LogFullException(String file, Throwable cause) {
    super("no room on the disk for the log file " + file + ": " + cause.getMessage(), cause);
  }
}
