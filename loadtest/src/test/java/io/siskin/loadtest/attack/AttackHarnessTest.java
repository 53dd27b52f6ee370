package io.siskin.loadtest.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short round of the attacks that a server has to end by itself. {@code loadtest/attack} is
 * longer.
 */
@Timeout(300)
final class AttackHarnessTest {
  private static final List<Attack> ATTACKS =
      List.of(
          Attack.RAPID_RESET,
          Attack.MADE_YOU_RESET,
          Attack.CONTINUATION_FLOOD,
          Attack.HEADER_BOMB,
          Attack.SLOW_READERS,
          Attack.SLOW_PREFACE,
          Attack.GARBAGE);

  @TempDir private Path folder;

  @Test
  void aServerAnswersOthersMeanwhileAndAfterwards() throws Exception {
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    List<AttackHarness.Outcome> outcomes =
        AttackHarness.run(
            folder, 500, 1, ATTACKS, new PrintStream(table, true, StandardCharsets.UTF_8));
    String text = table.toString(StandardCharsets.UTF_8);
    assertThat(outcomes).as(text).hasSize(ATTACKS.size());
    for (AttackHarness.Outcome outcome : outcomes) {
      assertThat(outcome.during().answered()).as(text).isPositive();
      // Those of the normal client and of the attackers are closed; a few of the JVM may be new.
      assertThat(outcome.after().descriptors())
          .as(text)
          .isLessThan(outcomes.getFirst().after().descriptors() + 20);
    }
    // How many resets a second brings depends on the machine, and a few are allowed; these are not.
    assertThat(outcomes.get(ATTACKS.indexOf(Attack.CONTINUATION_FLOOD)).closed())
        .as(text)
        .isPositive();
    assertThat(outcomes.get(ATTACKS.indexOf(Attack.GARBAGE)).closed()).as(text).isPositive();
  }
}
