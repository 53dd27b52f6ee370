package io.siskin.server.encode.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Needs;
import io.siskin.server.testing.TinyOnnx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Opens and runs a model in a fresh JVM under strace, which refuses every connection and records
 * the attempt. The runtime is native, so that nothing in the JVM would see it. Skipped, and counted
 * as such, where strace is missing or may not trace.
 */
final class OfflineRuntimeTest {
  private static final int PORT = 9;

  @TempDir private Path folder;

  @Test
  void runningAModelConnectsNowhere() throws Exception {
    assertThat(attempts("infer")).isEmpty();
  }

  /** Shows that the recorder sees what connects. */
  @Test
  void connectionIsRecordedAndRefused() throws Exception {
    assertThat(attempts("connect")).isNotEmpty();
  }

  private List<String> attempts(String what) throws Exception {
    Needs.require(canTrace(), "strace and the right to trace", "strace");
    Path log = folder.resolve("strace.log");
    Path model = folder.resolve("model.onnx");
    Files.write(
        model,
        new TinyOnnx()
            .input("input_ids")
            .constant("table", new float[] {1, 2}, 2, 1)
            .node("Gather", "y", "table", "input_ids")
            .output("y", "batch", "length", 1)
            .bytes());
    Process process =
        new ProcessBuilder(
                "strace",
                "-f",
                "-qq",
                "-o",
                log.toString(),
                "-e",
                "trace=connect,sendto,sendmsg,sendmmsg",
                "-e",
                "inject=connect,sendto,sendmsg,sendmmsg:error=ECONNREFUSED",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                Isolated.class.getName(),
                what,
                model.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("output"))).isZero();
    List<String> attempts = new ArrayList<>();
    for (String line : Files.readAllLines(log)) {
      if (line.contains("AF_INET")) {
        attempts.add(line);
      }
    }
    return attempts;
  }

  private static boolean canTrace() throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder("strace", "-qq", "-e", "trace=none", "true")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  /** The program of the fresh JVM. */
  static final class Isolated {
    private Isolated() {}

    public static void main(String[] arguments) throws IOException {
      if (arguments[0].equals("connect")) {
        try (Socket socket = new Socket()) {
          socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), PORT), 1000);
        } catch (IOException refused) {
          return;
        }
        throw new AssertionError("the connection was not refused");
      }
      try (OnnxSession session = OnnxSession.open(Path.of(arguments[1]), OnnxOptions.cpu(2))) {
        OutputMemory memory = new OutputMemory();
        session.run(
            Map.of("input_ids", new long[] {1}), 1, 1, "y", new long[] {1, 1, 1}, memory.take(1));
      }
    }
  }
}
