package io.siskin.server.app.output;

import io.siskin.server.observe.LineSink;
import java.io.PrintStream;

/** Lines on standard output. Used by one thread at a time. */
public final class StandardOutputLines implements LineSink {
  private final PrintStream out = System.out;

  /** Makes a sink for the standard output of this process. */
  public StandardOutputLines() {}

  @Override
  public void write(byte[] line) {
    out.write(line, 0, line.length);
    out.flush();
  }

  /** Does nothing: others write to it too. */
  @Override
  public void close() {
    out.flush();
  }
}
