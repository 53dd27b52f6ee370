package io.siskin.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Index jobs that are killed while a model encodes their documents. */
@Timeout(180)
final class ResumeTest {
  private static final int DOCUMENTS = 20_000;

  /** What may be under way or not yet written when the process is killed. */
  private static final int LOST_MAX = 4_000;

  @TempDir Path folder;
  private Path input;
  private Path modelFolder;

  @BeforeEach
  void write() throws IOException {
    input = folder.resolve("input.jsonl");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < DOCUMENTS; i++) {
      lines.append("{\"id\":\"" + i + "\",\"text\":\"n" + i);
      lines.append(" word".repeat(i % 7)).append(" w" + i % 311 + "\"}\n");
    }
    Files.writeString(input, lines);
    modelFolder = Files.createDirectories(folder.resolve("model"));
    Files.writeString(modelFolder.resolve("model.onnx"), "none");
  }

  @Test
  void aKilledJobIsGoneOnWithWhereItWas() throws Exception {
    Path data = folder.resolve("data");
    Path log = folder.resolve("log");
    int before = 0;
    for (int kill = 1; kill <= 2; kill++) {
      killAfter(data, log, 4_000 + before);
      before = Files.readAllLines(log).size();
      assertThat(journals(data)).hasSize(1);
    }
    IndexReport report = InterruptedIndexJob.run(input, data, log, modelFolder, 0);
    assertThat(report.segment().documentCount()).isEqualTo(DOCUMENTS);
    assertThat(report.reusedCount()).isGreaterThan(before - 2 * LOST_MAX).isPositive();
    assertThat(journals(data)).isEmpty();

    List<String> encoded = Files.readAllLines(log);
    Map<String, Integer> times = new HashMap<>();
    encoded.forEach(text -> times.merge(text, 1, Integer::sum));
    assertThat(times).as("every text was encoded").hasSize(DOCUMENTS);
    assertThat(encoded.size()).isEqualTo(before + DOCUMENTS - (int) report.reusedCount());
    assertThat(encoded.size() - DOCUMENTS).as("encoded twice").isLessThan(2 * LOST_MAX);

    IndexReport whole =
        InterruptedIndexJob.run(
            input, folder.resolve("data2"), folder.resolve("log2"), modelFolder, 0);
    assertThat(report.segment().id()).isEqualTo(whole.segment().id());
    assertThat(whole.reusedCount()).isZero();
  }

  @Test
  void aChangedInputIsEncodedAnew() throws Exception {
    Path data = folder.resolve("data");
    Path log = folder.resolve("log");
    killAfter(data, log, 4_000);
    Files.writeString(input, "{\"id\":\"a\",\"text\":\"alone\"}\n");
    IndexReport report = InterruptedIndexJob.run(input, data, log, modelFolder, 0);
    assertThat(report.reusedCount()).isZero();
    assertThat(report.segment().documentCount()).isEqualTo(1);
    assertThat(journals(data)).isEmpty();
  }

  private void killAfter(Path data, Path log, int texts) throws Exception {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "@" + Repository.root().resolve("bin/jvm.options"),
                "-cp",
                System.getProperty("java.class.path"),
                InterruptedIndexJob.class.getName(),
                input.toString(),
                data.toString(),
                log.toString(),
                modelFolder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    try {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!Files.exists(log) || Files.readAllLines(log).size() < texts) {
        assertThat(process.isAlive()).as(Files.readString(folder.resolve("out"))).isTrue();
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.sleep(5);
      }
    } finally {
      // SIGKILL: nothing of the process gets a chance to tidy up.
      process.destroyForcibly().waitFor();
    }
  }

  private static List<Path> journals(Path data) throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("resumed"))) {
      return files.filter(file -> file.getFileName().toString().startsWith(".encoded-")).toList();
    }
  }
}
