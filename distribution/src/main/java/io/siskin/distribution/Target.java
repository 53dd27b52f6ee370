package io.siskin.distribution;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The platform that an archive is for. */
public enum Target {
  /** Linux on x86-64. */
  LINUX_X86_64("linux-x86_64", "x86_64"),
  /** Linux on ARM, 64 bits. */
  LINUX_AARCH64("linux-aarch64", "aarch64"),
  /** Every platform that the libraries know: nothing is left out. */
  ALL("all", "");

  private final String word;
  private final String architecture;

  Target(String word, String architecture) {
    this.word = word;
    this.architecture = architecture;
  }

  /**
   * Returns the target of a name, as {@code -Dsiskin.target} gives it.
   *
   * @param name {@code linux-x86_64}, {@code linux-aarch64} or {@code all}
   * @throws IllegalArgumentException for any other name
   */
  public static Target of(String name) {
    return Arrays.stream(values())
        .filter(target -> target.word.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "siskin.target is "
                        + name
                        + "; allowed: "
                        + Arrays.stream(values())
                            .map(Target::word)
                            .collect(Collectors.joining(", "))));
  }

  /** Returns the name, as in the name of the archive. */
  public String word() {
    return word;
  }

  /**
   * Returns whether a native library is of use on this platform.
   *
   * @param library the library
   */
  public boolean takes(NativeLibrary library) {
    return this == ALL
        || (library.system().equals("linux") && library.architecture().equals(architecture));
  }
}
