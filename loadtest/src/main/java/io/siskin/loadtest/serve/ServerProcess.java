package io.siskin.loadtest.serve;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.siskin.server.app.Siskin;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code siskin serve} in a process of its own, on any free port of the loopback interface.
 *
 * <p>Safe for concurrent use. Its owner closes it, which kills it if it still runs.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("siskin ready: [^,\\s]*:(\\d+),");
  private static final long START_SECONDS_MAX = 120;

  private final Process process;
  private final Path out;
  private final Path log;
  private final int port;

  /**
   * What a process has of the machine.
   *
   * @param residentBytes memory in RAM
   * @param threads its threads
   * @param descriptors its open files and sockets
   * @param mappings its mapped regions
   */
  public record Use(long residentBytes, int threads, int descriptors, int mappings) {}

  /**
   * Starts a server and waits until it is ready.
   *
   * @param data the data directory
   * @param folder an existing folder, where its output goes
   * @param jvmOptions options of the JVM, such as {@code -Xmx512m}
   * @param arguments further arguments of {@code serve}
   */
  public static ServerProcess start(
      Path data, Path folder, List<String> jvmOptions, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (option.startsWith("--") || option.startsWith("-D") || option.equals("-ea")) {
        command.add(option);
      }
    }
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Siskin.class.getName()));
    command.addAll(List.of("serve", "--data", data.toString(), "--port", "0"));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "server", ".out");
    Path log = Files.createTempFile(folder, "server", ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(log.toFile())
            .start();
    boolean isReady = false;
    try {
      int port = awaitPort(process, out, log);
      isReady = true;
      return new ServerProcess(process, out, log, port);
    } finally {
      if (!isReady) {
        process.destroyForcibly();
      }
    }
  }

  private ServerProcess(Process process, Path out, Path log, int port) {
    this.process = process;
    this.out = out;
    this.log = log;
    this.port = port;
  }

  private static int awaitPort(Process process, Path out, Path log) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
    while (System.nanoTime() < deadline && process.isAlive()) {
      Matcher ready = READY.matcher(Files.readString(out));
      if (ready.find()) {
        return Integer.parseInt(ready.group(1));
      }
      pause(20);
    }
    throw new IllegalStateException("the server is not ready: " + Files.readString(log));
  }

  /** Lets the calling thread wait. */
  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Returns the port that it listens on. */
  public int port() {
    return port;
  }

  /** Returns its process id. */
  public long pid() {
    return process.pid();
  }

  /** Returns whether it still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Returns what it has logged so far. */
  public String log() throws IOException {
    return Files.readString(log);
  }

  /** Returns what it has printed so far. */
  public String out() throws IOException {
    return Files.readString(out);
  }

  /** Opens a connection, which the caller ends. */
  public ManagedChannel connect() {
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .usePlaintext()
        .disableRetry()
        .maxInboundMessageSize(128 << 20)
        .build();
  }

  /** Sends SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** Sends SIGKILL. */
  public void kill() {
    process.destroyForcibly();
  }

  /**
   * Waits for its end.
   *
   * @param seconds how long at most
   * @return its exit status
   * @throws IllegalStateException when it has not ended by then
   */
  public int await(long seconds) {
    try {
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the server has not ended after " + seconds + " s");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Returns what it has of the machine now; Linux only. */
  public Use use() throws IOException {
    Path proc = Path.of("/proc", Long.toString(pid()));
    String status = Files.readString(proc.resolve("status"));
    int descriptors;
    try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
      descriptors = (int) files.count();
    }
    int mappings;
    try (Stream<String> lines = Files.lines(proc.resolve("maps"))) {
      mappings = (int) lines.count();
    }
    return new Use(
        number(status, "VmRSS") << 10, (int) number(status, "Threads"), descriptors, mappings);
  }

  private static long number(String status, String name) {
    Matcher line = Pattern.compile("(?m)^" + name + ":\\s+(\\d+)").matcher(status);
    if (!line.find()) {
      throw new IllegalStateException(name + " is not in " + status);
    }
    return Long.parseLong(line.group(1));
  }

  @Override
  public void close() {
    process.destroyForcibly();
    await(60);
  }
}
