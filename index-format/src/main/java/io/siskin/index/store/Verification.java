package io.siskin.index.store;

/** How much of a file is verified when it is opened. */
public enum Verification {
  /**
   * Verifies header, directory, gaps and the checksum of every byte. It reads the whole file once,
   * at about 5 GB/s per core.
   */
  FULL,
  /**
   * Verifies only header, directory and gaps. It is for a file that this process has just written
   * or verified.
   */
  STRUCTURE
}
