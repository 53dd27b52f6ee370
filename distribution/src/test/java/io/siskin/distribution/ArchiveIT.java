package io.siskin.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The archive as someone uses it who has nothing but a JDK. */
@Timeout(900)
final class ArchiveIT {
  @TempDir private Path folder;
  private Path siskin;

  @BeforeEach
  void unpack() throws Exception {
    // Scripts meet such names on desktops.
    Path unpacked = Archive.unpack(folder.resolve("My Programs"));
    siskin = Files.createSymbolicLink(folder.resolve("siskin"), unpacked.resolve("bin/siskin"));
  }

  @Test
  void indexServeHealthSearchStop() throws Exception {
    Path corpus =
        Files.write(
            folder.resolve("bugs.jsonl"),
            List.of(
                "{\"id\":\"bee\",\"text\":\"an entomologist studies insects\"}",
                "{\"id\":\"bird\",\"text\":\"an ornithologist studies birds\"}"));
    Path elsewhere = Files.createDirectory(folder.resolve("else where"));
    run(elsewhere, 0, "index", "--input", corpus, "--output", "the data");
    Process server = start(elsewhere, "serve", "--data", "the data", "--port", 0, "--http-port", 0);
    try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
      String ready = out.readLine();
      assertThat(ready).as(Files.readString(folder.resolve("err"))).startsWith("siskin ready: ");
      String address = ready.replaceAll(".*ready: ([^, ]+),.*", "$1");
      assertThat(run(elsewhere, 0, "health", "-t", address, "--timeout-millis", 200_000))
          .isEqualTo("SERVING\n");
      assertThat(
              run(
                  elsewhere,
                  0,
                  "search",
                  "-t",
                  address,
                  "-c",
                  "bugs",
                  "insects",
                  "--timeout-millis",
                  200_000))
          .containsPattern(" +1 .* bee");
      // The launcher became the JVM, so the signal reaches it.
      server.destroy();
      assertThat(server.waitFor()).isZero();
      run(elsewhere, 1, "health", "-t", address, "--timeout-millis", 20_000);
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void aStartUpCacheIsMadeOnceAndIsOfThisJdkAndTheseJars() throws Exception {
    Path unpacked = siskin.toRealPath().getParent().getParent();
    Process maker = builder(folder, unpacked.resolve("bin/start-up-cache").toString()).start();
    assertThat(maker.waitFor()).isZero();
    List<Path> caches = caches(unpacked);
    assertThat(caches).hasSize(1);
    assertThat(caches.getFirst()).isNotEmptyFile();
    String fromCache = "io.siskin.server.app.Siskin source: shared objects file (top)";
    assertThat(runWith("-Xlog:class+load", "--version")).contains(fromCache);

    // Another build of the same version: its jars have the same times.
    Files.writeString(unpacked.resolve("SHA256SUMS"), "another build\n");
    assertThat(runWith("-Xlog:class+load", "--version")).doesNotContain(fromCache);
  }

  @Test
  void anArchiveThatIsNotWholeSaysSo() throws Exception {
    Files.delete(siskin.toRealPath().resolveSibling("../lib/siskin-server.jar").normalize());
    run(folder, 70, "--version");
    assertThat(Files.readString(folder.resolve("err")))
        .contains("the archive is not whole", "Unpack it again");
  }

  private String runWith(String option, String command) throws Exception {
    ProcessBuilder builder = builder(folder, siskin.toString(), command);
    builder.environment().merge("SISKIN_JAVA_OPTS", option, (one, other) -> one + " " + other);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return out;
  }

  private String run(Path from, int status, Object... arguments) throws Exception {
    Process process = start(from, arguments);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(() -> out + readError()).isEqualTo(status);
    return out;
  }

  private String readError() {
    try {
      return Files.readString(folder.resolve("err"));
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  private Process start(Path from, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(siskin.toString()));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    return builder(from, command.toArray(String[]::new)).start();
  }

  private ProcessBuilder builder(Path from, String... command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(from.toFile())
            .redirectError(folder.resolve("err").toFile());
    builder.environment().put("SISKIN_JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("SISKIN_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    return builder;
  }

  private static List<Path> caches(Path unpacked) throws IOException {
    try (Stream<Path> files = Files.list(unpacked.resolve("lib"))) {
      return files.filter(file -> file.toString().endsWith(".jsa")).toList();
    }
  }
}
