package io.siskin.loadtest.fuzz;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Feeds every target, and prints a table. */
public final class FuzzHarness {
  private FuzzHarness() {}

  /**
   * Feeds every target. Ends with status 1 when something is wrong.
   *
   * @param arguments how many inputs all targets get together, and the seed
   */
  @SuppressWarnings("SystemOut") // It is a command.
  public static void main(String[] arguments) throws IOException {
    long inputs = Long.parseLong(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    System.out.println("seed " + seed);
    if (run(Files.createTempDirectory("siskin-fuzz"), inputs, seed, System.out) > 0) {
      System.exit(1);
    }
  }

  /**
   * Feeds every target.
   *
   * @param folder an empty folder
   * @param inputs how many inputs all targets get together
   * @param seed the seed of all
   * @param out where the table goes
   * @return how many targets have a fault
   */
  static int run(Path folder, long inputs, long seed, PrintStream out) throws IOException {
    try (FuzzTargets targets = new FuzzTargets(folder)) {
      return run(targets.all(), inputs, seed, out);
    }
  }

  private static int run(List<FuzzTarget> targets, long inputs, long seed, PrintStream out) {
    Fuzzer fuzzer = new Fuzzer();
    long weights = targets.stream().mapToInt(FuzzTarget::weight).sum();
    int faults = 0;
    out.println("| what reads | inputs | refused | most processor time, ms | most memory, KiB |");
    out.println("|---|---|---|---|---|");
    for (FuzzTarget target : targets) {
      Fuzzer.Outcome outcome =
          fuzzer.run(
              target,
              Math.ceilDiv(inputs * target.weight(), weights),
              seed ^ target.name().hashCode());
      out.printf(
          Locale.ROOT,
          "| %s | %,d | %,d | %.1f | %,d |%n",
          target.name(),
          outcome.inputs(),
          outcome.refused(),
          outcome.nanosMax() / 1e6,
          outcome.allocatedBytesMax() >> 10);
      if (outcome.fault() != null) {
        faults++;
        out.println(target.name() + ": " + outcome.fault());
      }
      out.flush();
    }
    return faults;
  }
}
