package io.siskin.server.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
  @Test
  void oneLineAStageAndOnlyReadingCountsBytes() {
    StringWriter text = new StringWriter();
    try (ProgressLines lines = new ProgressLines(new PrintWriter(text, true))) {
      lines.begin(ProgressDisplay.READING, 2_000_000);
      lines.advance(1_000_000);
      lines.advance(2_000_000);
      lines.end();
      lines.note("  skipped: x");
      lines.begin("forward index", 10);
      lines.advance(10);
      lines.end();
    }
    assertThat(text.toString().lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).matches("  reading: .* s, 2\\.00 MB at .*B/s"),
            line -> assertThat(line).isEqualTo("  skipped: x"),
            line -> assertThat(line).matches("  forward index: [0-9.]+ s"));
  }
}
