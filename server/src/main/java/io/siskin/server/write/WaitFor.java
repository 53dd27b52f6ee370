package io.siskin.server.write;

/** What the answer to a write waits for. */
public enum WaitFor {
  /** Until the write is as durable as the collection's options say. */
  DURABLE,
  /** Until searches see it as well. */
  SEARCHABLE
}
