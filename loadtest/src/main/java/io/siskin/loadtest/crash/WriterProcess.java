package io.siskin.loadtest.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A {@link CrashWriter} in a process of its own.
 *
 * <p>Used by one thread.
 */
final class WriterProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader lines;

  /**
   * Starts a writer.
   *
   * @param wrapper a command that runs it, such as strace with its options; may be empty
   * @param folder the data directory
   * @param seed the seed of its operations
   * @param first the number of its first operation
   * @param count how many operations it does, if nothing ends it before
   * @param goesOn whether it goes on after a failure, or waits to be killed
   * @param upsertsOnly whether it does the upserts to one collection and nothing else
   * @param errors where its log goes
   */
  WriterProcess(
      List<String> wrapper,
      Path folder,
      long seed,
      long first,
      long count,
      boolean goesOn,
      boolean upsertsOnly,
      Path errors)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(java(CrashWriter.class));
    command.addAll(
        List.of(
            folder.toString(),
            Long.toString(seed),
            Long.toString(first),
            Long.toString(count),
            Boolean.toString(goesOn),
            Boolean.toString(upsertsOnly)));
    process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
            .start();
    lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Returns a command that runs a class of this program in a process of its own. Arguments may be
   * added to it.
   *
   * @param main the class
   */
  static List<String> java(Class<?> main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // What this process was started with is needed there too, but for agents and debuggers.
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (option.startsWith("--") || option.startsWith("-D") || option.equals("-ea")) {
        command.add(option);
      }
    }
    // It lives for a second or two: C2 would not be done before.
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m", "-Xshare:auto"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    return command;
  }

  /** Returns the next line that it says; null when it has ended. */
  @Nullable String line() throws IOException {
    return lines.readLine();
  }

  /** Kills it at once (SIGKILL). What it has said before can still be read. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    // Process.destroyForcibly would close the pipe, and what is in it.
    process.toHandle().destroyForcibly();
  }

  /** Waits until it has ended and returns its exit status. */
  int await() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a killed process has not ended");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    kill();
    await();
    lines.close();
  }
}
