package io.siskin.server.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.launcher.Installation.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged server as the launcher starts it: its locale, its cache, its messages, its files.
 */
@Timeout(300)
final class LauncherIT {
  private static final String TEXT = "\"$(printf 'z\\303\\274rich')\"";
  private static final String DATA = "\"$(printf 'd\\303\\251p\\303\\264t')\"";
  private static final String INPUT = "\"$(printf 'entr\\303\\251e.jsonl')\"";

  @TempDir private Path folder;
  private Installation siskin;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void install() throws IOException {
    siskin = Installation.withPackage(folder.resolve("installed"));
    environment.put("SISKIN_NO_BUILD", "1");
    environment.put("SISKIN_JAVA_HOME", System.getProperty("java.home"));
    environment.put("SISKIN_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
  }

  @AfterEach
  void removeLink() throws IOException {
    // JUnit warns of links that lead out of a temporary folder.
    Files.delete(siskin.target().resolve("lib"));
  }

  @Test
  void textsAndPathsBeyondAsciiAreReadInTheLocaleC() throws Exception {
    environment.put("LC_ALL", "C");
    environment.put("LANG", "C");
    Files.writeString(folder.resolve("input"), "{\"id\":\"1\",\"text\":\"z\u00fcrich\"}\n");
    run("cp input " + INPUT);
    run("installed/bin/siskin index --input " + INPUT + " --output " + DATA + " --collection c");
    assertThat(run("installed/bin/siskin encode --data " + DATA + " --collection c " + TEXT).out())
        .contains("\"z\u00fcrich\"");

    environment.put("LC_ALL", "POSIX");
    Process server =
        siskin.start(environment, "installed/bin/siskin serve --data " + DATA + " --port 0");
    try (BufferedReader out = server.inputReader()) {
      String address = out.readLine().replaceAll(".*ready: ([^, ]+),.*", "$1");
      String search = "installed/bin/siskin search --collection c --target " + address + " ";
      assertThat(run(search + TEXT).out().lines().findFirst().orElse("")).matches(" +1 .* 1");
    } finally {
      server.destroy();
    }
    assertThat(server.waitFor()).isZero();
  }

  @Test
  void nothingIsPrintedThatNobodyAskedFor() throws Exception {
    Result version = run("installed/bin/siskin --version");
    assertThat(version.err()).isEmpty();
    assertThat(version.out()).contains("kernels panama");
  }

  @Test
  void aCacheIsMadeAndUsedAndMayBeDamaged() throws Exception {
    run("installed/bin/start-up-cache");
    Path cache = siskin.caches().getFirst();
    String log = Files.readString(siskin.target().resolve("start-up-cache.log"));
    assertThat(cache).as(log).isNotEmptyFile();
    environment.merge("SISKIN_JAVA_OPTS", " -Xlog:class+load", String::concat);
    String fromCache = "io.siskin.server.app.Siskin source: shared objects file (top)";
    assertThat(run("installed/bin/siskin --version").out()).contains(fromCache);

    Files.writeString(cache, "damaged");
    Files.setLastModifiedTime(cache, Files.getLastModifiedTime(siskin.jar()));
    Result damaged = run("installed/bin/siskin --version");
    assertThat(damaged.out()).contains("kernels panama").doesNotContain(fromCache);
    assertThat(damaged.err()).isEmpty();
  }

  @Test
  void anIndexMayBeServedByAnotherUserIfTheUmaskSaysSo() throws Exception {
    Path input =
        Files.writeString(folder.resolve("c.jsonl"), "{\"id\":\"1\",\"text\":\"a bee\"}\n");
    String index = "installed/bin/siskin index --input " + input + " --output ";
    run("sh -c 'umask 022; exec " + index + "open'");
    run("sh -c 'umask 077; exec " + index + "closed'");
    try (Stream<Path> files = Files.walk(folder.resolve("open"))) {
      assertThat(files).hasSizeGreaterThan(5).allSatisfy(file -> assertThat(isOpen(file)).isTrue());
    }
    try (Stream<Path> files = Files.walk(folder.resolve("closed"))) {
      assertThat(files).allSatisfy(file -> assertThat(isOpen(file)).isFalse());
    }
  }

  /** Returns whether everybody may read a file, or enter a folder. */
  private static boolean isOpen(Path file) throws IOException {
    var permissions = Files.getPosixFilePermissions(file);
    return permissions.contains(PosixFilePermission.OTHERS_READ)
        && (!Files.isDirectory(file) || permissions.contains(PosixFilePermission.OTHERS_EXECUTE));
  }

  private Result run(String command) throws Exception {
    Result result = siskin.run(environment, command);
    assertThat(result.status()).as(command + ": " + result.err()).isZero();
    return result;
  }
}
