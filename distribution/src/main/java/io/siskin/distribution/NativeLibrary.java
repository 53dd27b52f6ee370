package io.siskin.distribution;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A native library in a jar, and the platform that it is for. Jars have no common rule for where
 * they keep them, but all of them name the platform in the path.
 *
 * @param path the path in the jar
 * @param system {@code linux}, {@code macos}, {@code windows} or another system
 * @param architecture {@code x86_64}, {@code aarch64} or another; empty where the path names none
 */
public record NativeLibrary(String path, String system, String architecture) {
  /** The systems by the words that paths have for them. The transports of Netty name no system. */
  private static final Map<String, String> SYSTEMS =
      Map.ofEntries(
          Map.entry("linux", "linux"),
          Map.entry("epoll", "linux"),
          Map.entry("uring42", "linux"),
          Map.entry("uring", "linux"),
          Map.entry("osx", "macos"),
          Map.entry("darwin", "macos"),
          Map.entry("mac", "macos"),
          Map.entry("macos", "macos"),
          Map.entry("kqueue", "macos"),
          Map.entry("win", "windows"),
          Map.entry("windows", "windows"),
          Map.entry("aix", "aix"),
          Map.entry("freebsd", "freebsd"),
          Map.entry("openbsd", "openbsd"),
          Map.entry("dragonflybsd", "dragonflybsd"),
          Map.entry("sunos", "sunos"));

  private static final Map<String, String> ARCHITECTURES =
      Map.of(
          "x64", "x86_64",
          "amd64", "x86_64",
          "aarch64", "aarch64",
          "arm64", "aarch64");

  /** Known, and none of those that archives are made for. */
  private static final Set<String> OTHER_ARCHITECTURES =
      Set.of(
          "arm",
          "armv6",
          "armv7",
          "i386",
          "loongarch64",
          "mips64",
          "mips64el",
          "ppc",
          "ppc64",
          "ppc64le",
          "riscv64",
          "s390x",
          "sparcv9",
          "x86");

  private static final Pattern EXTENSION =
      Pattern.compile(".*\\.(so|dll|dylib|jnilib)(\\.[0-9.]+)?|.*/[^/]+\\.a");

  /** A folder of macOS: symbols of the library beside it, in files of several kinds. */
  private static final String SYMBOLS = ".dSYM/";

  /** The first bytes of ELF, of Mach-O (one or many architectures) and of Windows' libraries. */
  private static final List<byte[]> BEGINNINGS =
      List.of(
          bytes(0x7f, 'E', 'L', 'F'),
          bytes(0xcf, 0xfa, 0xed, 0xfe),
          bytes(0xce, 0xfa, 0xed, 0xfe),
          bytes('M', 'Z', 0x90, 0x00),
          bytes('!', '<', 'a', 'r'));

  /** How many bytes of a file are looked at. */
  public static final int HEAD_LENGTH_BYTES = 4;

  /**
   * Returns the library that an entry of a jar is, or nothing if it is none.
   *
   * @param path the path in the jar
   * @param head the first {@link #HEAD_LENGTH_BYTES} bytes, or fewer if there are no more
   * @throws IllegalArgumentException when it is a library and its path does not tell the platform
   */
  public static Optional<NativeLibrary> of(String path, byte[] head) {
    boolean isNative =
        path.contains(SYMBOLS)
            || (!path.endsWith(".class")
                && (EXTENSION.matcher(path).matches() || startsLikeOne(head)));
    if (!isNative) {
      return Optional.empty();
    }
    List<String> words = words(path);
    String system =
        words.stream()
            .map(SYSTEMS::get)
            .filter(known -> known != null)
            .findFirst()
            .orElseThrow(() -> unknown(path, "system"));
    return Optional.of(new NativeLibrary(path, system, architecture(path, system, words)));
  }

  private static String architecture(String path, String system, List<String> words) {
    for (String word : words) {
      String known = ARCHITECTURES.get(word);
      if (known != null) {
        return known;
      }
    }
    for (String word : words) {
      if (OTHER_ARCHITECTURES.contains(word)) {
        return word;
      }
    }
    if (system.equals("linux")) {
      throw unknown(path, "architecture");
    }
    return "";
  }

  private static boolean startsLikeOne(byte[] head) {
    return BEGINNINGS.stream().anyMatch(begin -> Arrays.equals(begin, head));
  }

  /** Returns the words of a path. Names of architectures with a mark inside are one word. */
  private static List<String> words(String path) {
    String text =
        path.toLowerCase(Locale.ROOT).replace("x86_64", "x64").replace("aarch_64", "aarch64");
    return List.of(text.split("[/_.-]+", -1));
  }

  private static IllegalArgumentException unknown(String path, String what) {
    return new IllegalArgumentException(
        "the native library "
            + path
            + " has no "
            + what
            + " in its path that is known; allowed: one that NativeLibrary.java lists. Add it"
            + " there");
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
