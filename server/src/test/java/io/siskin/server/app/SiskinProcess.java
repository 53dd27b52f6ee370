package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command in a process of its own, started by {@code bin/siskin} as a user would, who has an old
 * {@code java} where there is one. Ended at the latest when closed.
 */
final class SiskinProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;
  private static final Path OLD_JAVA = Path.of("/usr/lib/jvm/java-17-openjdk-amd64");
  private static final Pattern READY =
      Pattern.compile("siskin ready: ([^,\\s]+), (?:.*, )?([0-9,]+) collections?");

  private final Process process;
  private final Path out;
  private final Path err;

  private SiskinProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  static SiskinProcess start(Path folder, Object... args) throws IOException {
    List<String> command = new ArrayList<>();
    // Failsafe runs in the module's folder.
    command.add(Path.of("../bin/siskin").toRealPath().toString());
    for (Object arg : args) {
      command.add(arg.toString());
    }
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    setEnvironment(builder);
    return new SiskinProcess(builder.start(), out, err);
  }

  /** Sets what every process gets that starts {@code bin/siskin}, itself or through a shell. */
  static void setEnvironment(ProcessBuilder builder) {
    builder.environment().put("SISKIN_NO_BUILD", "1");
    // Small inputs on a shared machine: the optimising compiler would cost more than it gains.
    builder.environment().put("SISKIN_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    if (Files.isDirectory(OLD_JAVA)) {
      builder.environment().put("JAVA_HOME", OLD_JAVA.toString());
    }
  }

  /** Runs a command to its end. */
  static SiskinProcess run(Path folder, Object... args) throws Exception {
    try (SiskinProcess process = start(folder, args)) {
      process.awaitStatus();
      return process;
    }
  }

  /** Waits until a server says that it is ready and returns its address. */
  String awaitReady() throws Exception {
    return await(READY).group(1);
  }

  /** Waits for something in standard output. */
  Matcher await(Pattern pattern) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() < deadline) {
      Matcher matcher = pattern.matcher(out());
      if (matcher.find()) {
        return matcher;
      }
      if (!process.isAlive()) {
        break;
      }
      Thread.sleep(20);
    }
    return fail("no " + pattern + " in:\n" + out() + "\n" + err());
  }

  /** Sends a signal as the shell does. */
  void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  int awaitStatus() throws Exception {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      fail("still running:\n" + out() + "\n" + err());
    }
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String out() throws IOException {
    return Files.readString(out);
  }

  /** Returns standard error without the line of the JVM itself. */
  String err() throws IOException {
    return Files.readString(err).replaceAll("WARNING: Using incubator modules.*\\R", "");
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
