package io.siskin.server.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Repository;
import io.siskin.server.launcher.Installation.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which JDK the scripts take, how they find their folder, and the locale that they give Java. */
final class LauncherTest {
  /** A {@code locale} of a system whose only UTF-8 locale is the one of that name. */
  private static final String LOCALE =
      """
      #!/bin/sh
      case $1 in
        -a) echo C; echo POSIX; echo INSTALLED ;;
        charmap) [ "${LC_ALL-}" = INSTALLED ] && echo UTF-8 || echo CHARSET ;;
      esac
      """;

  private static final String ASCII = "ANSI_X3.4-1968";

  @TempDir private Path folder;
  private Installation siskin;
  private Path jdk;

  @BeforeEach
  void install() throws IOException {
    siskin = Installation.make(folder.resolve("installed"));
    jdk = siskin.recordingJdk("25.0.3");
  }

  private Map<String, String> environment() {
    return new HashMap<>(Map.of("SISKIN_JAVA_HOME", jdk.toString(), "SISKIN_NO_BUILD", "1"));
  }

  @ParameterizedTest
  @CsvSource({
    "25, false",
    "25-ea, false",
    "25.0.0, false",
    "25.0.2, false",
    "25.0.3, true",
    "25.0.3.0.1, true",
    "25.0.10, true",
    "25.1, true",
    "26, true",
    "26-ea, true",
    "100.0.1, true",
    "24.0.9, false",
    "17.0.15, false",
    "9, false"
  })
  void versionsAreComparedByNumber(String version, boolean fits) throws Exception {
    jdk = siskin.recordingJdk(version);
    Result result = siskin.run(environment(), "installed/bin/siskin --version");
    assertThat(result.status()).as(result.err()).isEqualTo(fits ? 0 : 69);
    assertThat(result.out().isEmpty()).isNotEqualTo(fits);
  }

  @Test
  void aJdkThatMovesPinnedMemoryIsRefusedWithTheReason() throws Exception {
    jdk = siskin.recordingJdk("25.0.2");
    assertThat(siskin.run(environment(), "installed/bin/siskin --version").err())
        .contains(jdk + " is JDK 25.0.2", "25.0.3 or newer", "can move memory that native code");
    jdk = siskin.recordingJdk("17.0.1");
    assertThat(siskin.run(environment(), "installed/bin/siskin --version").err())
        .contains(jdk + " is no JDK of version 25.0.3 or newer")
        .doesNotContain("can move memory");
  }

  @Test
  void theBuildAsksForTheSameJdk() throws Exception {
    Result oldest = siskin.run(Map.of(), "sh -c '. installed/bin/jdk.sh; echo $jdk_oldest'");
    assertThat(Files.readString(Repository.root().resolve("pom.xml")))
        .contains("<siskin.jdk>[" + oldest.out().strip() + ",)</siskin.jdk>");
  }

  @Test
  void theLauncherBecomesTheJvm() throws Exception {
    Process process = siskin.start(environment(), "installed/bin/siskin serve");
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(out).contains("process=" + process.pid() + "\n");
    assertThat(out.lines()).endsWith("io.siskin.server.app.Siskin", "serve");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bin/siskin",
        "bin/bench",
        "bin/format X.java",
        "loadtest/front-end",
        "loadtest/burst",
        "loadtest/effectiveness",
        "loadtest/growth",
        "loadtest/live",
        "loadtest/peers",
        ".ci/run"
      })
  void scriptsFindTheirFolderThroughLinks(String script) throws Exception {
    Files.createDirectories(siskin.home().resolve("target/formatter"));
    Files.createFile(siskin.home().resolve("pom.xml"));
    Map<String, String> environment = environment();
    environment.put("PATH", siskin.recordingTools("mvn", "python3").toString());
    // Where cd would look first for a relative folder.
    environment.put("CDPATH", folder.toString());

    Path name = Path.of(script.split(" ")[0]);
    String arguments = script.substring(name.toString().length());
    Path linkedFolder = folder.resolve("elsewhere/of-scripts");
    Files.createDirectories(linkedFolder.getParent());
    Files.createSymbolicLink(linkedFolder, siskin.home().resolve(name).getParent());
    Path linkedFile = folder.resolve("linked");
    Files.createSymbolicLink(linkedFile, linkedFolder.resolve(name.getFileName()));

    String plain = printed(environment, siskin.home() + "/" + script);
    // Each of them names the folder where it is installed: as its own, or in an argument.
    assertThat(plain).contains(siskin.home().toString());
    assertThat(printed(environment, linkedFolder.resolve(name.getFileName()) + arguments))
        .isEqualTo(plain);
    assertThat(printed(environment, linkedFile + arguments)).isEqualTo(plain);
    assertThat(printed(environment, "installed/" + script)).isEqualTo(plain);
  }

  /** Returns what the recorders printed, without the number of their process. */
  private String printed(Map<String, String> environment, String command) throws Exception {
    Result result = siskin.run(environment, command);
    assertThat(result.status()).as(command + ": " + result.err()).isZero();
    return (result.out() + result.err()).replaceAll("process=[0-9]+\n", "");
  }

  @Test
  void aLauncherThatWasTornOutOfItsFolderSaysSo() throws Exception {
    Files.copy(siskin.home().resolve("bin/siskin"), folder.resolve("torn"));
    Result result = siskin.run(environment(), "sh torn");
    assertThat(result.status()).isEqualTo(70);
    assertThat(result.err()).contains("cannot find the folder that it is installed in", "fix:");
  }

  @ParameterizedTest
  @CsvSource({
    "LC_ALL, C, C.UTF-8",
    "LC_ALL, POSIX, C.UTF-8",
    "LANG, C, C.UTF-8",
    "LANG, xx_YY.UTF-8, C.UTF-8",
    "LC_ALL, C, en_US.utf8",
    "LC_ALL, C, de_CH.utf8"
  })
  @DisabledOnOs(value = OS.MAC, disabledReason = "needs Linux: Java on macOS always uses UTF-8")
  void javaGetsALocaleOfUtf8(String variable, String value, String installed) throws Exception {
    Map<String, String> environment = withLocale(installed, ASCII);
    environment.put(variable, value);
    Result result =
        siskin.run(environment, "installed/bin/siskin encode \"$(printf 'z\\303\\274rich')\"");
    assertThat(result.out()).contains("LC_ALL=" + installed + "\n");
    assertThat(result.err()).isEmpty();
  }

  @Test
  @DisabledOnOs(value = OS.MAC, disabledReason = "needs Linux: Java on macOS always uses UTF-8")
  void withoutAUtf8LocaleOnlyAsciiIsTaken() throws Exception {
    Map<String, String> environment = withLocale("none", ASCII);
    assertThat(siskin.run(environment, "installed/bin/siskin encode zurich").status()).isZero();
    Result refused =
        siskin.run(environment, "installed/bin/siskin encode \"$(printf 'z\\303\\274rich')\"");
    assertThat(refused.status()).isEqualTo(69);
    assertThat(refused.err())
        .contains("an argument has a letter beyond ASCII", "has none", "fix: install one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "ISO-8859-1"})
  @DisabledOnOs(value = OS.MAC, disabledReason = "needs Linux: Java on macOS always uses UTF-8")
  void aLocaleThatKnowsMoreThanAsciiIsLeftAlone(String charset) throws Exception {
    Map<String, String> environment = withLocale("C.UTF-8", charset);
    environment.put("LC_ALL", "de_DE");
    assertThat(siskin.run(environment, "installed/bin/siskin --version").out())
        .contains("LC_ALL=de_DE\n");
  }

  private Map<String, String> withLocale(String installed, String charset) throws IOException {
    Path tools = siskin.home().resolve("tools");
    Installation.script(
        tools.resolve("locale"),
        LOCALE.replace("INSTALLED", installed).replace("CHARSET", charset));
    Map<String, String> environment = environment();
    environment.put("PATH", tools.toString());
    return environment;
  }
}
