package io.siskin.loadtest.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Needs;
import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks that the Python code of {@code loadtest/peers}, {@code growth} and {@code effectiveness}
 * compiles and that its own tests pass. It needs Python 3.11 or later, but no package. Without it,
 * these tests are skipped.
 */
final class ComparisonScriptsTest {
  private static final Path SCRIPTS = Repository.module("loadtest/comparison");
  private static final String PYTHON = "Python 3.11 or newer";
  private static final int TIMEOUT_SECONDS = 120;

  @TempDir Path temporary;

  @BeforeEach
  void needsPython() throws IOException, InterruptedException {
    Result version;
    try {
      version = python("-c", "import sys; sys.exit(sys.version_info < (3, 11))");
    } catch (IOException _) {
      Needs.require(false, PYTHON, "no python3 on the PATH");
      return;
    }
    Needs.require(version.status() == 0, PYTHON, "python3 is older");
  }

  @Test
  void everyScriptCompiles() throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("-m", "py_compile"));
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      files.map(Path::toString).filter(name -> name.endsWith(".py")).forEach(arguments::add);
    }
    assertThat(arguments).hasSizeGreaterThan(10);
    Result compiled = python(arguments.toArray(String[]::new));
    assertThat(compiled.status()).as(compiled.output()).isZero();
  }

  @Test
  void theirTestsPass() throws IOException, InterruptedException {
    Result tested = python("-m", "unittest", "discover", "--start-directory", SCRIPTS.toString());
    assertThat(tested.status()).as(tested.output()).isZero();
    assertThat(tested.output()).contains("Ran ").doesNotContain("Ran 0 tests");
  }

  @Test
  void theyExplainThemselvesWithoutAnyPackage() throws IOException, InterruptedException {
    for (String script : List.of("peers.py", "growth.py", "effectiveness.py")) {
      Result help = python(SCRIPTS.resolve(script).toString(), "--help");
      assertThat(help.status()).as(help.output()).isZero();
      assertThat(help.output()).contains("--queries", "--out");
    }
    Result help = python(SCRIPTS.resolve("burst.py").toString(), "--help");
    assertThat(help.status()).as(help.output()).isZero();
    assertThat(help.output()).contains("--factor", "--deadline-millis");
    help = python(SCRIPTS.resolve("live.py").toString(), "--help");
    assertThat(help.status()).as(help.output()).isZero();
    assertThat(help.output()).contains("--recall-targets", "--cycles");
    help = python(SCRIPTS.resolve("overload.py").toString(), "--help");
    assertThat(help.status()).as(help.output()).isZero();
    assertThat(help.output()).contains("--factors", "--home", "--scenario");
    help = python(SCRIPTS.resolve("agreement.py").toString(), "--help");
    assertThat(help.status()).as(help.output()).isZero();
    assertThat(help.output()).contains("--rate", "ghz");
  }

  private record Result(int status, String output) {}

  /** Runs python3 to its end. Compiled files go to the temporary folder and not to the sources. */
  private Result python(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3"));
    command.addAll(List.of(arguments));
    Path output = temporary.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("PYTHONPYCACHEPREFIX", temporary.resolve("pycache").toString());
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command + " did not end within " + TIMEOUT_SECONDS + " s");
    }
    return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
  }
}
