package io.siskin.loadtest.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Compares logs: how long a durable append takes for one caller, and how many appends per second
 * many callers get. The logs take turns in one run, so that other work of the machine affects all.
 *
 * <p>Arguments: a folder on the disk to measure, the number of rounds, and optionally a folder with
 * the jars of the Artemis journal. {@code loadtest/log-bench} makes the last one.
 */
public final class LogComparison {
  private static final int[] LENGTHS = {4 << 10, 64 << 10};
  private static final int APPENDS = 100;
  private static final int CALLERS = 16;
  private static final long GROUP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int WARM_UP_APPENDS = 50;

  /** The file system goes on with the removal of the last log's files for a while. */
  private static final long SETTLING_MILLIS = 2_000;

  private static final long MICROS_MAX = TimeUnit.MINUTES.toMicros(1);

  private LogComparison() {}

  /** Opens a log in an empty folder. */
  @FunctionalInterface
  private interface Opener {
    DurableLog open(Path directory) throws IOException;
  }

  /** What was measured of one log. */
  private static final class Figures {
    private final Map<Integer, Histogram> micros = new LinkedHashMap<>();
    private final Map<Integer, List<Double>> appendsPerSecond = new LinkedHashMap<>();
  }

  /**
   * Runs the comparison.
   *
   * @param arguments see the class
   */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    Map<String, Opener> logs = new LinkedHashMap<>();
    logs.put("own log, writer thread", OwnLog::new);
    logs.put("own log, force each", DirectLog::new);
    logs.put("growing file, force each", PlainFile::new);
    if (arguments.length > 2) {
      Path jars = Path.of(arguments[2]);
      logs.put("Artemis, no buffer", folder -> new ArtemisLog(jars, folder, 0));
      logs.put("Artemis, buffer 0.2 ms", folder -> new ArtemisLog(jars, folder, 200_000));
    }
    Map<String, Figures> figures = new LinkedHashMap<>();
    logs.keySet().forEach(name -> figures.put(name, new Figures()));
    Random chance = new Random(rounds);
    for (int round = 0; round <= rounds; round++) {
      // What the file system has still to do for one log delays the next one.
      List<Map.Entry<String, Opener>> order = new ArrayList<>(logs.entrySet());
      Collections.shuffle(order, chance);
      for (Map.Entry<String, Opener> log : order) {
        // The first round warms up.
        Figures target =
            round == 0 ? new Figures() : figures.getOrDefault(log.getKey(), new Figures());
        measure(log.getValue(), directory, target);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%-26s %8s %9s %9s %9s %14s%n",
        "log",
        "bytes",
        "p50 µs",
        "p99 µs",
        "max µs",
        CALLERS + " callers/s");
    figures.forEach(
        (name, found) ->
            found.micros.forEach(
                (length, micros) ->
                    System.out.printf(
                        Locale.ROOT,
                        "%-26s %8d %9d %9d %9d %14.0f%n",
                        name,
                        length,
                        micros.getValueAtPercentile(50),
                        micros.getValueAtPercentile(99),
                        micros.getMaxValue(),
                        median(found.appendsPerSecond.getOrDefault(length, List.of())))));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static void measure(Opener opener, Path parent, Figures figures) throws Exception {
    for (int length : LENGTHS) {
      Path directory = Files.createDirectories(parent.resolve("log-bench"));
      try (DurableLog log = opener.open(Files.createDirectories(directory.resolve("log")))) {
        byte[] payload = new byte[length];
        new Random(1).nextBytes(payload);
        Histogram micros =
            figures.micros.computeIfAbsent(length, any -> new Histogram(MICROS_MAX, 3));
        Thread.sleep(SETTLING_MILLIS);
        for (int i = 0; i < WARM_UP_APPENDS; i++) {
          log.append(payload);
        }
        for (int i = 0; i < APPENDS; i++) {
          long start = System.nanoTime();
          log.append(payload);
          micros.recordValue((System.nanoTime() - start) / 1_000);
        }
        figures
            .appendsPerSecond
            .computeIfAbsent(length, any -> new ArrayList<>())
            .add(group(log, payload));
      } finally {
        delete(directory);
      }
    }
  }

  private static double group(DurableLog log, byte[] payload)
      throws InterruptedException, ExecutionException {
    long start = System.nanoTime();
    long count = 0;
    try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      List<Callable<Long>> loops = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        loops.add(
            () -> {
              long appended = 0;
              for (; System.nanoTime() - start < GROUP_NANOS; appended++) {
                log.append(payload);
              }
              return appended;
            });
      }
      for (Future<Long> appended : callers.invokeAll(loops)) {
        count += appended.get();
      }
    }
    return count * 1e9 / (System.nanoTime() - start);
  }

  private static void delete(Path directory) throws IOException {
    List<Path> found;
    try (Stream<Path> files = Files.walk(directory)) {
      found = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : found) {
      Files.delete(file);
    }
  }
}
