package io.siskin.server.app.terminal;

import io.siskin.index.build.BuildProgress;
import java.io.PrintWriter;

/** Shows how far a long job is: bars on a terminal, lines elsewhere. */
public interface ProgressDisplay extends BuildProgress, AutoCloseable {
  /** The stage of a job that counts bytes; all others but one count pieces of work. */
  String READING = "reading";

  /** The stage of a job that counts documents. */
  String ENCODING = "encoding";

  /**
   * Returns the display that fits standard error.
   *
   * @param err standard error
   */
  static ProgressDisplay on(PrintWriter err) {
    return Terminal.isTerminal(Terminal.STDERR) ? new ProgressBars() : new ProgressLines(err);
  }

  /**
   * Prints a line without spoiling the display.
   *
   * @param line what to say
   */
  void note(String line);

  /** Ends the display, in whatever stage it is. */
  @Override
  void close();
}
