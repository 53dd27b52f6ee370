package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.app.process.ExitStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

class SiskinTest {
  static Stream<CommandLine> commands() {
    return Siskin.commandLine().getSubcommands().values().stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpGoesToStandardOutput(CommandLine command) {
    CapturedRun run = CapturedRun.of(command.getCommandName(), "--help");
    assertThat(run.status()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .startsWith("Usage: siskin " + command.getCommandName())
        .contains("Exit status:");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyOptionIsDescribedWithItsDefault(CommandLine command) {
    for (ArgSpec argument : command.getCommandSpec().args()) {
      String name = argument instanceof OptionSpec o ? o.longestName() : argument.paramLabel();
      String description = String.join(" ", argument.description());
      assertThat(description).as(name).isNotEmpty();
      boolean flag = argument.arity().max() == 0;
      boolean inGroup = argument.group() != null;
      if (!flag && !argument.required() && !inGroup) {
        assertThat(description).as(name).containsIgnoringCase("default");
      }
    }
  }

  @Test
  void versionNamesWhatADefectReportNeeds() {
    CapturedRun run = CapturedRun.of("--version");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("siskin ", "index format 2", "kernels ", "Java 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "index",
        "index --input",
        "search -c x",
        "search -c x --vector {} text",
        "serve",
        "index -i a -o b --format xml",
        "search -c x -k ten word",
        "demo extra"
      })
  void whatCannotBeParsedIsOneLineAndStatus2(String arguments) {
    CapturedRun run = CapturedRun.of((Object[]) arguments.split(" "));
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).startsWith("siskin").contains("--help");
  }

  /** What several commands take has the same names in all of them. */
  @ParameterizedTest
  @MethodSource("commands")
  void sharedOptionsHaveOneForm(CommandLine command) {
    Map<String, String> shortNames =
        Map.of(
            "--data", "-d",
            "--collection", "-c",
            "--k", "-k",
            "--queries", "-q",
            "--input", "-i",
            "--target", "-t");
    for (OptionSpec option : command.getCommandSpec().options()) {
      String expected = shortNames.get(option.longestName());
      if (expected != null) {
        assertThat(option.names()).as(command.getCommandName()).contains(expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "search -c x --jsn hello, --jsn",
    "search --colection x hello, --colection",
    "eval --dta x, --dta",
    "index --inptu x -o y, --inptu"
  })
  void anUnknownOptionIsNamedBeforeAMissingOne(String arguments, String unknown) {
    CapturedRun run = CapturedRun.of((Object[]) arguments.split(" "));
    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("Unknown option", unknown).doesNotContain("Missing");
  }

  /** File names, addresses and examples in the help can be copied. */
  @ParameterizedTest
  @MethodSource("commands")
  void helpIsBrokenBetweenWordsOnly(CommandLine command) {
    Set<String> words = new HashSet<>();
    CapturedRun.of(command.getCommandName(), "--help")
        .out()
        .lines()
        .forEach(line -> words.addAll(List.of(line.strip().split("\\s+"))));
    for (OptionSpec option : command.getCommandSpec().options()) {
      // Settings without an option of their own are in docs/configuration.md only.
      for (String line : option.hidden() ? new String[0] : option.description()) {
        assertThat(words).containsAll(List.of(shown(line, option).strip().split("\\s+")));
      }
    }
  }

  private static String shown(String description, OptionSpec option) {
    return description
        .replace("${DEFAULT-VALUE}", String.valueOf(option.defaultValue()))
        .replace("%n", " ")
        .replace("%%", "%");
  }

  @Test
  void aMisspeltChoiceNamesTheAllowedOnes() {
    assertThat(CapturedRun.of("index", "-i", "a", "-o", "b", "--quantization", "perdoc").err())
        .contains("--quantization", "perdoc", "auto, global, per-document");
  }

  @Test
  void aMisspeltCommandIsGuessed() {
    assertThat(CapturedRun.of("serv").err()).contains("did you mean serve");
  }

  @Test
  void commandsAreThoseOfTheContract() {
    assertThat(Siskin.commandLine().getSubcommands().keySet())
        .containsAll(List.of("demo", "index", "serve", "search", "inspect"));
  }
}
