package io.siskin.loadtest.soak;

import io.grpc.ManagedChannel;
import io.siskin.loadtest.serve.MixedWork;
import io.siskin.loadtest.serve.ServerProcess;
import io.siskin.loadtest.serve.SmallCollection;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets clients do everything at once for some minutes, and takes samples of what the server has:
 * objects that live, memory that the JVM has from the system (native memory tracking), resident
 * memory, threads, descriptors, mappings. The first third of the samples is warm-up. A straight
 * line through the rest must not rise by more than {@value #PERCENT_MAX} % of its mean.
 */
public final class SoakHarness {
  private static final int DOCUMENTS = 6_000;
  private static final int SAMPLES = 45;
  private static final double PERCENT_MAX = 10;
  // The last line of a histogram of what lives: how many objects, and their bytes.
  private static final Pattern LIVE_BYTES = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");
  private static final Pattern COMMITTED = Pattern.compile("Total: .*committed=(\\d+)KB");

  /** What the server has at a moment. */
  private record Sample(double heapMib, double committedMib, ServerProcess.Use use) {}

  /**
   * What is measured.
   *
   * @param name its name and unit
   * @param of takes it from a sample
   * @param noise how much it may rise however small it is
   */
  private record Measure(String name, ToDoubleFunction<Sample> of, double noise) {}

  private static final List<Measure> MEASURES =
      List.of(
          new Measure("objects that live, MiB", Sample::heapMib, 5),
          new Measure("committed to the JVM, MiB", Sample::committedMib, 20),
          new Measure(
              "resident memory, MiB", sample -> sample.use.residentBytes() / 1_048_576.0, 30),
          new Measure("threads", sample -> sample.use.threads(), 4),
          new Measure("descriptors", sample -> sample.use.descriptors(), 20),
          new Measure("mappings", sample -> sample.use.mappings(), 60));

  private SoakHarness() {}

  /**
   * Soaks. Ends with status 1 when something rises or a document is wrong.
   *
   * @param arguments how many minutes, and the seed
   */
  @SuppressWarnings("SystemOut") // It is a command.
  public static void main(String[] arguments) throws IOException {
    double minutes = Double.parseDouble(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    if (!run(Files.createTempDirectory("siskin-soak"), minutes, seed, System.out)) {
      System.exit(1);
    }
  }

  private static boolean run(Path folder, double minutes, long seed, PrintStream out)
      throws IOException {
    out.println("seed " + seed);
    Path data = Files.createDirectory(folder.resolve("data"));
    SmallCollection collection = new SmallCollection("soaked", 9, 400);
    MixedWork work = new MixedWork(collection, seed, Duration.ofMillis(10));
    try (ServerProcess server =
        ServerProcess.start(
            data,
            folder,
            // The heap has its whole length from the beginning, so that growth is that of the rest.
            List.of(
                "-Xms512m",
                "-Xmx512m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:NativeMemoryTracking=summary"),
            "--writes-growing-documents-max",
            "500")) {
      ManagedChannel channel = server.connect();
      collection.create(channel, DOCUMENTS);
      work.start(server);
      List<Sample> samples = new ArrayList<>();
      for (int i = 0; i < SAMPLES; i++) {
        pause((long) (minutes * 60_000 / SAMPLES));
        samples.add(sample(server));
      }
      work.stop();
      List<String> wrong = work.check(channel);
      channel.shutdownNow();
      out.println("done: " + work.done());
      out.println("failed: " + work.failed());
      out.println("documents that are wrong: " + wrong.size());
      return report(samples.subList(SAMPLES / 3, SAMPLES), out) && wrong.isEmpty();
    }
  }

  private static boolean report(List<Sample> samples, PrintStream out) {
    boolean areFlat = true;
    out.println("| what | mean | smallest | largest | rise of the line | flat |");
    out.println("|---|---|---|---|---|---|");
    for (Measure measure : MEASURES) {
      double[] values = samples.stream().mapToDouble(measure.of).toArray();
      LineFit line = LineFit.of(values);
      boolean isFlat = line.isFlat(PERCENT_MAX, measure.noise);
      areFlat &= isFlat;
      out.printf(
          Locale.ROOT,
          "| %s | %.1f | %.1f | %.1f | %.1f | %s |%n",
          measure.name,
          line.mean(),
          Arrays.stream(values).min().orElseThrow(),
          Arrays.stream(values).max().orElseThrow(),
          line.growth(),
          isFlat ? "yes" : "no");
    }
    return areFlat;
  }

  private static Sample sample(ServerProcess server) throws IOException {
    // It collects and counts at once. What is used after a collection has new garbage of clients
    // too.
    double liveBytes = sum(LIVE_BYTES, tool(server, "GC.class_histogram"));
    double committedKib = sum(COMMITTED, tool(server, "VM.native_memory", "summary"));
    return new Sample(liveBytes / 1_048_576, committedKib / 1_024, server.use());
  }

  private static double sum(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    double sum = 0;
    while (matcher.find()) {
      sum += Double.parseDouble(matcher.group(1));
    }
    if (sum == 0) {
      throw new IllegalStateException(pattern + " is not in " + text);
    }
    return sum;
  }

  private static String tool(ServerProcess server, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(server.pid()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
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
