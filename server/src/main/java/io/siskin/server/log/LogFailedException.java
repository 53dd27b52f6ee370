package io.siskin.server.log;

import java.io.IOException;

/**
 * The disk's fault: a write or a force of the log has failed, so what is on the disk is unknown.
 * The log takes no more frames. Trying again would be wrong, because after a failed force the next
 * one may succeed although the bytes are lost.
 *
 * <p>Whether frames that were not forced yet survive is unknown until the log is opened again.
 */
public final class LogFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param log the folder of the log
   * @param cause the first failure
   */
  public LogFailedException(String log, Throwable cause) {
    super("the log " + log + " has failed and takes no more writes: " + cause.getMessage(), cause);
  }
}
