package io.siskin.loadtest.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A short round of {@code loadtest/fuzz}. */
@Timeout(300)
final class FuzzHarnessTest {
  private static final int INPUTS = 20_000;

  @TempDir private Path folder;

  @Test
  void whateverComesIsReadOrRefused() throws Exception {
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    int faults =
        FuzzHarness.run(
            folder, INPUTS, Seeds.next(), new PrintStream(table, true, StandardCharsets.UTF_8));
    assertThat(faults).as(table.toString(StandardCharsets.UTF_8)).isZero();
  }

  @Test
  void aFaultIsFound() {
    assertThat(run(input -> check(input.length < 5)).fault()).contains("IllegalStateException");
    assertThat(
            run(input -> {
                  byte[] much = new byte[input.length > 4 ? 64 << 20 : 1];
                  check(much.length > 0);
                })
                .fault())
        .contains("bytes of memory");
  }

  @Test
  void aRefusalIsNoFault() {
    Fuzzer.Outcome outcome =
        run(
            input -> {
              if (input.length > 4) {
                throw new InvalidInputException("input", input.length, "at most 4 bytes");
              }
            });
    assertThat(outcome.fault()).isNull();
    assertThat(outcome.refused()).isPositive();
    assertThat(outcome.inputs()).isEqualTo(1_000);
  }

  private static Fuzzer.Outcome run(FuzzTarget.Reader reader) {
    return new Fuzzer()
        .run(new FuzzTarget("test", 1, List.of(new byte[] {1, 2}), reader), 1_000, 7);
  }

  private static void check(boolean isFine) {
    if (!isFine) {
      throw new IllegalStateException("not fine");
    }
  }
}
