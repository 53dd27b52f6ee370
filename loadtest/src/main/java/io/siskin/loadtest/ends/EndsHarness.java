package io.siskin.loadtest.ends;

import io.grpc.ManagedChannel;
import io.siskin.loadtest.serve.MixedWork;
import io.siskin.loadtest.serve.ServerProcess;
import io.siskin.loadtest.serve.SmallCollection;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Starts a server again and again on one data directory, lets clients do everything at once, sends
 * SIGTERM at a random moment, and checks: the exit status is 0 within the grace period, all that
 * was acknowledged is there at the next start, and no temporary files are left. In every fourth
 * round a second signal comes soon after, and the server must end at once. Stops at the first
 * fault.
 */
public final class EndsHarness {
  private static final int GRACE_SECONDS = 30;
  private static final int DOCUMENTS = 2_000;
  private static final int SECOND_SIGNAL_EVERY = 4;
  private static final int WORK_MILLIS_MAX = 4_000;

  // What the shutdown does besides waiting for calls: it forces logs and closes files.
  private static final int CLOSING_SECONDS = 30;

  private final Path folder;
  private final PrintStream out;
  private final Random random;
  private final SmallCollection collection = new SmallCollection("ended", 5, 400);
  private final MixedWork work;

  private EndsHarness(Path folder, long seed, PrintStream out) {
    this.folder = folder;
    this.out = out;
    this.random = new Random(seed);
    this.work = new MixedWork(collection, seed, Duration.ofMillis(2));
  }

  /**
   * Ends servers. Ends with status 1 when something is wrong.
   *
   * @param arguments how many times, and the seed
   */
  @SuppressWarnings("SystemOut") // It is a command.
  public static void main(String[] arguments) throws IOException {
    int rounds = Integer.parseInt(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    List<String> faults = run(Files.createTempDirectory("siskin-ends"), rounds, seed, System.out);
    faults.forEach(System.out::println);
    if (!faults.isEmpty()) {
      System.exit(1);
    }
  }

  /**
   * Ends servers.
   *
   * @param folder an empty folder
   * @param rounds how many times
   * @param seed the seed of the moments and of the work
   * @param out where the progress goes
   * @return what is wrong; empty for nothing
   */
  static List<String> run(Path folder, int rounds, long seed, PrintStream out) throws IOException {
    out.println("seed " + seed);
    EndsHarness harness = new EndsHarness(folder, seed, out);
    Path data = Files.createDirectory(folder.resolve("data"));
    List<String> faults = new ArrayList<>();
    for (int round = 1; round <= rounds && faults.isEmpty(); round++) {
      harness.round(data, round, faults);
    }
    if (faults.isEmpty()) {
      try (ServerProcess server = harness.start(data)) {
        harness.check(server, faults);
      }
    }
    out.println("done: " + harness.work.done());
    out.println("failed: " + harness.work.failed());
    return faults;
  }

  private ServerProcess start(Path data) throws IOException {
    return ServerProcess.start(
        data,
        folder,
        List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        "--shutdown-grace-millis",
        Integer.toString(GRACE_SECONDS * 1_000),
        // Small enough that seals and merges are always under way.
        "--writes-growing-documents-max",
        "500",
        "--scrub-mib-per-second",
        "50");
  }

  private void round(Path data, int round, List<String> faults) throws IOException {
    try (ServerProcess server = start(data)) {
      if (round == 1) {
        ManagedChannel channel = server.connect();
        collection.create(channel, DOCUMENTS);
        channel.shutdownNow();
      } else {
        check(server, faults);
      }
      work.start(server);
      pause(random.nextInt(WORK_MILLIS_MAX));
      boolean isTwice = round % SECOND_SIGNAL_EVERY == 0;
      long begin = System.nanoTime();
      server.terminate();
      if (isTwice) {
        pause(5);
        server.terminate();
      }
      int status = server.await(GRACE_SECONDS + CLOSING_SECONDS);
      double seconds = (System.nanoTime() - begin) / 1e9;
      work.stop();
      out.printf(
          Locale.ROOT,
          "round %d: %s, status %d after %.2f s%n",
          round,
          isTwice ? "two signals" : "one signal",
          status,
          seconds);
      if (!isTwice) {
        if (status != 0) {
          faults.add("round " + round + ": status " + status + ": " + server.log());
        }
        addLeftOvers(data, faults);
      } else if (status != 0 && status != 143) {
        faults.add("round " + round + ": status " + status + " after two signals");
      }
    }
  }

  private void check(ServerProcess server, List<String> faults) {
    ManagedChannel channel = server.connect();
    try {
      List<String> wrong = work.check(channel);
      if (!wrong.isEmpty()) {
        faults.add(wrong.size() + " documents are wrong, such as " + wrong.getFirst());
      }
    } finally {
      channel.shutdownNow();
    }
  }

  /** Whatever begins with a dot or ends in .tmp is not finished, but for locks, which stay. */
  private static void addLeftOvers(Path data, List<String> faults) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      files
          .filter(file -> !file.equals(data))
          .filter(
              file -> {
                String name = file.getFileName().toString();
                return (name.startsWith(".") || name.contains(".tmp")) && !name.endsWith("lock");
              })
          .forEach(file -> faults.add("left behind: " + data.relativize(file)));
    }
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
