package io.siskin.server.observe;

/** Where lines go. Used by one thread at a time. */
public interface LineSink extends AutoCloseable {
  /**
   * Writes a line.
   *
   * @param line its bytes, with the end of the line
   * @throws java.io.UncheckedIOException when it cannot be written; it is lost then
   */
  void write(byte[] line);

  /** Ends. */
  @Override
  void close();
}
