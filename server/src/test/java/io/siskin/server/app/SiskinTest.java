package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.app.process.ExitStatus;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    assertThat(run.out()).contains("siskin ", "index format 1", "kernels ", "Java 2");
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
