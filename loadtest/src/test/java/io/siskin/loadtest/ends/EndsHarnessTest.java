package io.siskin.loadtest.ends;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A short round of {@code loadtest/ends}. */
@Timeout(600)
final class EndsHarnessTest {
  @TempDir private Path folder;

  @Test
  void aSignalEndsAServerInOrderWhateverItDoes() throws Exception {
    ByteArrayOutputStream progress = new ByteArrayOutputStream();
    assertThat(
            EndsHarness.run(
                folder, 4, Seeds.next(), new PrintStream(progress, true, StandardCharsets.UTF_8)))
        .as(progress.toString(StandardCharsets.UTF_8))
        .isEmpty();
    assertThat(progress.toString(StandardCharsets.UTF_8)).contains("two signals");
  }
}
