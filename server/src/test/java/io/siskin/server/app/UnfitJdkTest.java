package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Repository;
import io.siskin.server.app.process.ExitStatus;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A JVM that is started without {@code bin/siskin}. This JDK says that it is another version: the
 * class that holds its number is patched, and nothing else.
 */
@Timeout(120)
final class UnfitJdkTest {
  private static final String VERSION_CLASS = "java/lang/VersionProps.class";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"25, 69", "25.0.1, 69", "25.0.2, 69", "25.0.3, 0", "26.0.1, 0"})
  void itIsRefusedInOneLine(String version, int status) throws Exception {
    Path patched = folder.resolve(VERSION_CLASS);
    Files.createDirectories(patched.getParent());
    Files.write(patched, patchedVersion(version));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Repository.root().resolve("bin/jvm.options"));
    command.addAll(List.of("--patch-module", "java.base=" + folder));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.siskin.server.app.Siskin", "--version"));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(err)).isEqualTo(status);
    List<String> said =
        Files.readAllLines(err).stream().filter(line -> line.startsWith("siskin: ")).toList();
    if (status == ExitStatus.OK) {
      assertThat(said).isEmpty();
      assertThat(out).content().contains("Java " + version);
      return;
    }
    assertThat(status).isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(out).isEmptyFile();
    assertThat(said).hasSize(1);
    assertThat(said.getFirst()).contains("this is JDK " + version, "25.0.3 or newer");
  }

  /** Puts another string constant where the number of the version is. */
  private static byte[] patchedVersion(String version) throws IOException {
    byte[] original;
    try (InputStream in = Object.class.getModule().getResourceAsStream(VERSION_CLASS)) {
      original = in.readAllBytes();
    }
    String own =
        Runtime.version().version().stream()
            .map(String::valueOf)
            .reduce((a, b) -> a + "." + b)
            .orElseThrow();
    byte[] before = constant(own);
    int found = 0;
    int at = 0;
    for (int i = 0; i + before.length <= original.length; i++) {
      if (Arrays.equals(original, i, i + before.length, before, 0, before.length)) {
        found++;
        at = i;
      }
    }
    assertThat(found).as("constants of " + own).isEqualTo(1);
    ByteArrayOutputStream patched = new ByteArrayOutputStream();
    patched.write(original, 0, at);
    patched.writeBytes(constant(version));
    patched.write(original, at + before.length, original.length - at - before.length);
    return patched.toByteArray();
  }

  /** Returns a string as it stands in the constants of a class: tag, length, bytes. */
  private static byte[] constant(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(1);
    out.writeShort(text.length());
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    return bytes.toByteArray();
  }
}
