package io.siskin.server.app.flags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.client.SearchRequest;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ModeFlagsTest {
  @Test
  void nothingIsTheCollectionsDefault() {
    assertThat(parse("").isEmpty()).isTrue();
    assertThat(parse("").evaluation()).isEqualTo(Evaluation.BY_DEFAULT);
    assertThat(request("")).isEqualTo(SearchRequest.text("books", "x"));
  }

  @Test
  void parametersNameTheirMode() {
    assertThat(parse("--query-cut 3 --first-sorted false").evaluation())
        .isEqualTo(inMode(new SearchMode.Clustered(3, 0.65f, false)));
    assertThat(parse("--mode score-at-a-time --time-budget-micros 50").evaluation())
        .isEqualTo(inMode(SearchMode.ScoreAtATime.DEFAULTS.withBudgetMicros(50)));
    assertThat(parse("--posting-floor 0.1 --candidate-floor 0.2 --candidates-max 5").evaluation())
        .isEqualTo(inMode(new SearchMode.ScoreAtATime(0.1f, 0.2f, 5, 0)));
    assertThat(request("--posting-floor 0.1").mode())
        .isEqualTo(new io.siskin.client.SearchMode.ScoreAtATime(0.1f, null, null, null));
    assertThat(request("--heap-factor 0.5").mode())
        .isEqualTo(new io.siskin.client.SearchMode.Clustered(null, 0.5f, null));
  }

  @Test
  void targetsAndBudgetsStandAlone() {
    assertThat(parse("--recall-target 0.9 --time-budget-micros 50").evaluation())
        .isEqualTo(new Evaluation.RecallTarget(0.9f, 50));
    assertThat(parse("--time-budget-micros 50").evaluation())
        .isEqualTo(new Evaluation.CollectionDefault(50));
    assertThat(request("--recall-target 0.9 --time-budget-micros 50"))
        .isEqualTo(
            SearchRequest.text("books", "x")
                .withRecallTarget(0.9f)
                .withTimeBudget(Duration.ofNanos(50_000)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--mode exact --query-cut 3",
        "--mode clustered --posting-floor 0.1",
        "--mode score-at-a-time --heap-factor 0.5",
        "--query-cut 3 --posting-floor 0.1",
        "--recall-target 0.9 --mode exact",
        "--recall-target 0.9 --query-cut 3",
        "--time-budget-micros 50 --mode exact",
        "--time-budget-micros 50 --heap-factor 0.5",
      })
  void contradictionsAreRefused(String arguments) {
    ModeFlags options = parse(arguments);
    assertThatThrownBy(options::evaluation).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> request(arguments)).isInstanceOf(InvalidInputException.class);
  }

  private static Evaluation inMode(SearchMode mode) {
    return new Evaluation.InMode(mode);
  }

  private static SearchRequest request(String arguments) {
    return parse(arguments).applyTo(SearchRequest.text("books", "x"));
  }

  private static ModeFlags parse(String arguments) {
    ModeFlags options = new ModeFlags();
    new CommandLine(new Holder(options))
        .registerConverter(ModeFlags.Mode.class, Choice.of(ModeFlags.Mode.class))
        .parseArgs(arguments.isEmpty() ? new String[0] : arguments.split(" "));
    return options;
  }

  /** Carries the options as a command does. */
  @CommandLine.Command(name = "holder")
  private static final class Holder {
    @SuppressWarnings("UnusedVariable") // picocli reads it
    @CommandLine.Mixin
    private final ModeFlags options;

    Holder(ModeFlags options) {
      this.options = options;
    }
  }
}
