package io.siskin.index.store;

/** How much of a file is read before its first offset is followed. */
public enum Verification {
  /**
   * Header, directory, gaps and the checksum of every byte: reads the whole file once, at about 5
   * GB/s a core.
   */
  FULL,
  /** Header, directory and gaps only: for a file that this process has just written or verified. */
  STRUCTURE
}
