package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.app.GuideDocument.Commands;
import io.siskin.server.app.GuideDocument.LeftOut;
import io.siskin.server.app.GuideDocument.SavedFile;
import io.siskin.server.app.GuideDocument.Step;
import io.siskin.server.app.GuideDocument.ToTheEnd;
import io.siskin.server.app.GuideDocument.UntilStopped;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Follows the steps of one document in a working folder, as a reader who pastes them would. The
 * ports that the document names are replaced by free ones, the same in all steps. Servers run until
 * this is closed. Used by one thread.
 */
final class GuideRun implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 300;
  private static final Pattern PORT = Pattern.compile("\\b(?:77\\d\\d|9700)\\b");
  private static final Pattern DEFAULT_PORT =
      Pattern.compile("bin/siskin (?:demo|serve)\\b(?!.*--port)");
  private static final Pattern READY = Pattern.compile("siskin ready: |Serving on ");
  private static final Pattern BACKGROUND = Pattern.compile("(?<!&)&\\s*$", Pattern.MULTILINE);

  private final String name;
  private final Path folder;
  private final Map<String, String> environment;
  private final Map<String, String> freePorts = new HashMap<>();
  private final List<Process> servers = new ArrayList<>();

  /**
   * Begins to follow a document.
   *
   * @param name its path in the repository, for messages
   * @param folder the working folder, which exists
   * @param environment variables to set for all commands, beside those of a user
   */
  GuideRun(String name, Path folder, Map<String, String> environment) {
    this.name = name;
    this.folder = folder;
    this.environment = Map.copyOf(environment);
  }

  /**
   * Does one step.
   *
   * @return why it was left out; empty if it was done
   * @throws AssertionError that names the line and shows the output, if a command failed
   */
  Optional<String> follow(Step step) throws IOException, InterruptedException {
    switch (step) {
      case SavedFile file -> {
        Path path = folder.resolve(file.path());
        Files.createDirectories(path.getParent());
        Files.writeString(path, withFreePorts(file.content()));
      }
      case Commands commands -> {
        return run(commands);
      }
    }
    return Optional.empty();
  }

  private Optional<String> run(Commands commands) throws IOException, InterruptedException {
    switch (commands.treatment()) {
      case LeftOut leftOut -> {
        return Optional.of(leftOut.reason());
      }
      case UntilStopped() -> startServer(commands);
      case ToTheEnd toTheEnd -> {
        for (String tool : toTheEnd.tools()) {
          if (!isThere(tool)) {
            return Optional.of("there is no " + tool);
          }
        }
        runToTheEnd(commands);
      }
    }
    return Optional.empty();
  }

  /** A name with an underscore is that of a Python module. */
  private boolean isThere(String tool) throws IOException, InterruptedException {
    if (tool.contains("_")) {
      return PythonUnderTest.canImport(tool);
    }
    ProcessBuilder probe = new ProcessBuilder("sh", "-c", "command -v \"$0\"", tool);
    probe.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return probe.start().waitFor() == 0;
  }

  private void runToTheEnd(Commands commands) throws IOException, InterruptedException {
    assertThat(BACKGROUND.matcher(commands.content()).find())
        .as("%s has a background process, which has to be a block of its own", place(commands))
        .isFalse();
    Path output = Files.createTempFile("siskin-guide", ".txt");
    try {
      Process shell = shell(commands).redirectOutput(output.toFile()).start();
      boolean ended = shell.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        stop(List.of(shell));
      }
      if (!ended || shell.exitValue() != 0) {
        throw new AssertionError(
            "%s %s:\n%s\n%s"
                .formatted(
                    place(commands),
                    ended ? "ended with status " + shell.exitValue() : "did not end",
                    commands.content(),
                    Files.readString(output)));
      }
    } finally {
      Files.delete(output);
    }
  }

  private void startServer(Commands commands) throws IOException, InterruptedException {
    Process server = shell(commands).start();
    servers.add(server);
    Queue<String> output = new ConcurrentLinkedQueue<>();
    CompletableFuture<Boolean> ready = new CompletableFuture<>();
    Thread.startVirtualThread(() -> read(server, output, ready));
    if (!ready.completeOnTimeout(false, PATIENCE_SECONDS, TimeUnit.SECONDS).join()) {
      throw new AssertionError(place(commands) + " serves nothing:\n" + String.join("\n", output));
    }
  }

  /** Reads all that a server prints, so that it never waits for its reader. */
  private static void read(Process server, Queue<String> output, CompletableFuture<Boolean> ready) {
    try (BufferedReader lines = server.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.add(line);
        if (READY.matcher(line).find()) {
          ready.complete(true);
        }
      }
      ready.complete(false);
    } catch (IOException broken) {
      ready.completeExceptionally(broken);
    }
  }

  private ProcessBuilder shell(Commands commands) {
    String script = DEFAULT_PORT.matcher(commands.content()).replaceAll("$0 --port 7700");
    ProcessBuilder shell =
        new ProcessBuilder("sh", "-eu", "-c", withFreePorts(script))
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true);
    SiskinProcess.setEnvironment(shell);
    shell.environment().putAll(environment);
    return shell;
  }

  private String withFreePorts(String text) {
    return PORT.matcher(text)
        .replaceAll(port -> freePorts.computeIfAbsent(port.group(), this::freePort));
  }

  /** HTTP listens one port above gRPC where nothing else is said, so such ports stay neighbours. */
  private String freePort(String port) {
    String below = freePorts.get(String.valueOf(Integer.parseInt(port) - 1));
    return below == null ? freePort() : String.valueOf(Integer.parseInt(below) + 1);
  }

  /** Returns a port that is free, as the one above it is. */
  private static String freePort() {
    while (true) {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          ServerSocket _ =
              new ServerSocket(socket.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
        return String.valueOf(socket.getLocalPort());
      } catch (BindException neighbourIsTaken) {
        // Another pair.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private String place(Commands commands) {
    return name + ":" + commands.line();
  }

  /** Asks shells and what they started to end, each by its own id, and waits until they have. */
  private static void stop(List<Process> shells) {
    List<ProcessHandle> all =
        shells.stream()
            .flatMap(shell -> Stream.concat(shell.descendants(), Stream.of(shell.toHandle())))
            .toList();
    all.forEach(ProcessHandle::destroy);
    for (ProcessHandle process : all) {
      process.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
  }

  /** Stops all servers. */
  @Override
  public void close() {
    stop(servers);
    servers.clear();
  }
}
