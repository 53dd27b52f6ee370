package io.siskin.server.app.terminal;

import org.jline.nativ.CLibrary;

/**
 * What the operating system knows of a standard stream. Java's own {@link java.io.Console} speaks
 * of input and output together. Here standard error matters alone: {@code siskin index --json >
 * out} still shows a progress bar.
 *
 * <p>Asks through the native library of JLine, which the progress bars bring. Where it cannot be
 * loaded, no stream is a terminal.
 */
public final class Terminal {
  /** Standard output. */
  public static final int STDOUT = 1;

  /** Standard error. */
  static final int STDERR = 2;

  private Terminal() {}

  /**
   * Tells whether a person is watching a stream.
   *
   * @param descriptor {@link #STDOUT} or {@link #STDERR}
   */
  static boolean isTerminal(int descriptor) {
    try {
      return CLibrary.isatty(descriptor) == 1;
    } catch (LinkageError unsupported) {
      return false;
    }
  }

  /**
   * Returns how many characters a line of a stream's terminal has.
   *
   * @param descriptor {@link #STDOUT} or {@link #STDERR}
   * @param otherwise returned when it is not a terminal or does not say
   */
  public static int columns(int descriptor, int otherwise) {
    try {
      CLibrary.WinSize size = new CLibrary.WinSize();
      int failed = CLibrary.ioctl(descriptor, CLibrary.TIOCGWINSZ, size);
      return failed == 0 && size.ws_col > 0 ? size.ws_col : otherwise;
    } catch (LinkageError unsupported) {
      return otherwise;
    }
  }
}
