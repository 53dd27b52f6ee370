package io.siskin.server.app.terminal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * What the C library knows of a standard stream. Java's own {@link java.io.Console} speaks of input
 * and output together, while here standard error matters alone: {@code siskin index --json > out}
 * still shows a progress bar.
 */
public final class Terminal {
  /** Standard output. */
  public static final int STDOUT = 1;

  /** Standard error. */
  static final int STDERR = 2;

  // ioctl's request "get window size".
  private static final long LINUX_TIOCGWINSZ = 0x5413;
  private static final long MACOS_TIOCGWINSZ = 0x40087468;

  // struct winsize: rows, columns, and two that nobody fills.
  private static final int WINSIZE_SHORTS = 4;
  private static final int WINSIZE_COLUMNS = 1;

  private Terminal() {}

  /**
   * Tells whether a person is watching a stream.
   *
   * @param descriptor {@link #STDOUT} or {@link #STDERR}
   */
  static boolean isTerminal(int descriptor) {
    return call("isatty", descriptor, 0, MemorySegment.NULL) == 1;
  }

  /**
   * Returns how many characters a line of a stream's terminal has.
   *
   * @param descriptor {@link #STDOUT} or {@link #STDERR}
   * @param otherwise returned when it is not a terminal or does not say
   */
  public static int columns(int descriptor, int otherwise) {
    boolean mac = System.getProperty("os.name", "").startsWith("Mac");
    short[] size = new short[WINSIZE_SHORTS];
    int failed =
        call(
            "ioctl",
            descriptor,
            mac ? MACOS_TIOCGWINSZ : LINUX_TIOCGWINSZ,
            MemorySegment.ofArray(size));
    int columns = Short.toUnsignedInt(size[WINSIZE_COLUMNS]);
    return failed == 0 && columns > 0 ? columns : otherwise;
  }

  /** Calls a function of (int, long, pointer); one that takes less ignores the rest. */
  // Restricted: the signatures are POSIX's. IllegalCatch: invokeExact declares Throwable.
  @SuppressWarnings({"restricted", "IllegalCatch"})
  private static int call(String function, int descriptor, long request, MemorySegment memory) {
    Linker linker = Linker.nativeLinker();
    MemorySegment address = linker.defaultLookup().find(function).orElse(MemorySegment.NULL);
    if (address.equals(MemorySegment.NULL)) {
      return -1; // Not POSIX: no terminal as far as we know.
    }
    // ioctl's third parameter is variadic, which some platforms pass differently; "critical" lets
    // it write to the heap.
    MethodHandle handle =
        linker.downcallHandle(
            address,
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS),
            Linker.Option.critical(true),
            Linker.Option.firstVariadicArg(2));
    try {
      return (int) handle.invokeExact(descriptor, request, memory);
    } catch (Throwable impossible) {
      throw new AssertionError("C functions throw nothing", impossible);
    }
  }
}
