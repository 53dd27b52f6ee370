package io.siskin.loadtest.log;

import java.io.IOException;

/** A log as callers see it: an append returns when it is durable. Safe for concurrent use. */
interface DurableLog extends AutoCloseable {
  /**
   * Appends a payload and waits until it is on the disk.
   *
   * @param payload the bytes
   */
  void append(byte[] payload) throws IOException;

  @Override
  void close() throws IOException;
}
