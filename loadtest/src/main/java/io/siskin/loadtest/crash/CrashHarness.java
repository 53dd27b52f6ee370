package io.siskin.loadtest.crash;

import io.siskin.index.store.Publication;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Ends writers in all ways that {@code docs/reliability.md} names, and prints a table. {@code
 * loadtest/crash} starts it and explains its options.
 */
public final class CrashHarness {
  private static final int DISK_MEBIBYTES = 256;
  private static final int FAULT_OPERATIONS = 150;

  private final Path folder;
  private final Path oldSegment;
  private final long seed;
  private final PrintStream out;

  private CrashHarness(Path folder, Path oldSegment, long seed, PrintStream out) {
    this.folder = folder;
    this.oldSegment = oldSegment;
    this.seed = seed;
    this.out = out;
  }

  /**
   * Runs the harness.
   *
   * @param arguments a folder for everything that it writes, a segment of version 1 of the format,
   *     the seed, and how often: kills, losses of power, failing calls, damages of each file
   */
  @SuppressWarnings("SystemOut") // The table.
  public static void main(String[] arguments) throws IOException {
    int[] counts = Arrays.stream(arguments).skip(3).mapToInt(Integer::parseInt).toArray();
    CrashHarness harness =
        new CrashHarness(
            Files.createDirectories(Path.of(arguments[0])),
            Path.of(arguments[1]),
            Long.parseLong(arguments[2]),
            System.out);
    harness.out.printf(
        "seed %d%n%-28s %6s %11s %10s %8s %8s %10s %10s %10s%n",
        harness.seed,
        "what",
        "times",
        "operations",
        "documents",
        "refused",
        "unknown",
        "p50 in ms",
        "p99 in ms",
        "max in ms");
    harness.kills(counts[0]);
    harness.powerLosses(counts[1]);
    harness.failingCalls(counts[2]);
    harness.fullDisks(counts[2]);
    harness.damages(counts[3]);
  }

  private Rounds rounds(Path data, String log, long roundsSeed) {
    return new Rounds(data, oldSegment, folder.resolve(log), roundsSeed);
  }

  private void kills(int times) throws IOException {
    if (times > 0) {
      Rounds rounds = rounds(folder.resolve("kills"), "kills.log", seed);
      while (rounds.endCount() < times) {
        rounds.write(3, List.of(), WriterProcess::kill);
        rounds.check();
        progress("killed", rounds);
      }
      print("kill -9", rounds);
    }
  }

  private void powerLosses(int times) throws IOException {
    if (times == 0) {
      return;
    }
    try (VolatileDisk disk =
        VolatileDisk.make(Files.createDirectories(folder.resolve("power")), DISK_MEBIBYTES)) {
      if (disk == null) {
        out.println("loss of power                left out: needs root and loop devices");
        return;
      }
      Rounds rounds = rounds(disk.mounted().resolve("data"), "power.log", seed + 1);
      while (rounds.endCount() < times) {
        rounds.losePower(disk);
        rounds.check();
        progress("losses of power", rounds);
      }
      print("loss of power (ext4)", rounds);
    }
  }

  private void failingCalls(int times) throws IOException {
    if (times == 0) {
      return;
    }
    if (!isThere("strace")) {
      out.println("failing calls                left out: needs strace");
      return;
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (String fault :
        List.of("fdatasync:error=EIO", "fsync:error=EIO", "pwrite64:error=ENOSPC")) {
      Rounds rounds =
          rounds(
              folder.resolve("fault-" + fault.substring(0, fault.indexOf(':'))),
              "faults.log",
              seed + 2);
      rounds.check();
      for (int i = 0; i < times; i++) {
        List<String> strace =
            List.of(
                "strace",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "trace=" + fault.substring(0, fault.indexOf(':')),
                "-e",
                "inject=" + fault + ":when=" + (5 + random.nextInt(60)));
        rounds.writeUntilEnd(strace, FAULT_OPERATIONS);
        rounds.check();
      }
      print(fault, rounds);
    }
  }

  private void fullDisks(int times) throws IOException {
    if (times == 0) {
      return;
    }
    Path disk = Files.createDirectories(folder.resolve("small"));
    try {
      VolatileDisk.run("mount", "-t", "tmpfs", "-o", "size=24m", "siskin", disk.toString());
    } catch (IOException notAllowed) {
      out.println("full disk                    left out: needs the right to mount");
      return;
    }
    try {
      long answered = new FullDiskScenario(disk, folder.resolve("full-disk.log"), seed + 4).run();
      out.printf("%-28s %6d %11d%n", "full disk (tmpfs)", 1, answered);
    } finally {
      VolatileDisk.run("umount", disk.toString());
    }
  }

  private static boolean isThere(String command) {
    try {
      VolatileDisk.run(command, "-V");
      return true;
    } catch (IOException missing) {
      return false;
    }
  }

  private void damages(int perFile) throws IOException {
    if (perFile == 0) {
      return;
    }
    Path data = folder.resolve("damage");
    Rounds rounds = rounds(data, "damage.log", seed + 3);
    rounds.write(1, List.of(), WriterProcess::kill);
    rounds.check();
    DamageScenario scenario =
        new DamageScenario(
            data, Files.createDirectories(folder.resolve("scratch")), new SplittableRandom(seed));
    out.printf(
        "%n%-28s %8s %9s %22s%n", "damaged file", "refused", "unharmed", "last writes cut off");
    for (Map.Entry<String, int[]> one : scenario.run(perFile, rounds.states()).entrySet()) {
      int[] counts = one.getValue();
      out.printf("%-28s %8d %9d %22d%n", one.getKey(), counts[0], counts[1], counts[2]);
    }
    Publication.deleteDirectory(folder.resolve("scratch"));
  }

  @SuppressWarnings("SystemOut") // Not part of the table.
  private static void progress(String what, Rounds rounds) throws IOException {
    System.err.printf("%s: %d, operations: %d%n", what, rounds.endCount(), rounds.operationCount());
  }

  private void print(String what, Rounds rounds) throws IOException {
    List<Long> micros = rounds.recoveryMicros();
    out.printf(
        "%-28s %6d %11d %10d %8d %8d %10.1f %10.1f %10.1f%n",
        what,
        rounds.endCount(),
        rounds.operationCount(),
        rounds.documents(),
        rounds.refusedCount(),
        rounds.unknown().size(),
        micros.get(micros.size() / 2) / 1e3,
        micros.get((int) (micros.size() * 0.99)) / 1e3,
        micros.getLast() / 1e3);
  }
}
