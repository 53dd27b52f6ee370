package io.siskin.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The archive that this build has made. */
final class Archive {
  private static final int BLOCK_BYTES = 512;

  /**
   * An entry.
   *
   * @param name its path
   * @param mode its permissions
   * @param owner the number of its user
   * @param group the number of its group
   * @param epochSeconds its time
   */
  record Entry(String name, int mode, int owner, int group, long epochSeconds) {}

  private Archive() {}

  /** Returns the file, which the build names. */
  static Path file() {
    return Path.of(System.getProperty("siskin.archive"));
  }

  /** Returns the platform that it is for. */
  static Target target() {
    return Target.of(System.getProperty("siskin.target"));
  }

  /** Unpacks it as a user does; returns the folder that is in it. */
  static Path unpack(Path parent) throws IOException, InterruptedException {
    Files.createDirectories(parent);
    Process tar =
        new ProcessBuilder("tar", "xzf", file().toString())
            .directory(parent.toFile())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    try (var files = Files.list(parent)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("siskin-"))
          .findAny()
          .orElseThrow();
    }
  }

  /** Reads the headers of all entries, in their order. */
  static List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (InputStream file = Files.newInputStream(file());
        DataInputStream in = new DataInputStream(new GZIPInputStream(file))) {
      byte[] block = new byte[BLOCK_BYTES];
      while (true) {
        in.readFully(block);
        if (block[0] == 0) {
          return entries;
        }
        String name = text(block, 345, 155);
        entries.add(
            new Entry(
                (name.isEmpty() ? "" : name + "/") + text(block, 0, 100),
                (int) octal(block, 100, 8),
                (int) octal(block, 108, 8),
                (int) octal(block, 116, 8),
                octal(block, 136, 12)));
        long blocks = (octal(block, 124, 12) + BLOCK_BYTES - 1) / BLOCK_BYTES;
        in.skipNBytes(blocks * BLOCK_BYTES);
      }
    } catch (EOFException cut) {
      throw new AssertionError("the archive ends early", cut);
    }
  }

  private static String text(byte[] block, int from, int length) {
    int end = from;
    while (end < from + length && block[end] != 0) {
      end++;
    }
    return new String(block, from, end - from, StandardCharsets.UTF_8);
  }

  private static long octal(byte[] block, int from, int length) {
    return Long.parseLong(text(block, from, length).strip(), 8);
  }
}
