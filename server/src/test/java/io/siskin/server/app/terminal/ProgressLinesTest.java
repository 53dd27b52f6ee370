package io.siskin.server.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
  /** What comes before the first document, here loading a model, is not the speed of the rest. */
  @Test
  void nothingIsEstimatedBeforeThereIsSomethingToEstimateFrom() {
    StringWriter text = new StringWriter();
    AtomicLong nanos = new AtomicLong();
    try (ProgressLines lines = new ProgressLines(new PrintWriter(text, true), nanos::get)) {
      lines.begin(ProgressDisplay.ENCODING, 10_000);
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(20));
      lines.advance(10);
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
      lines.advance(109);
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
      lines.advance(2_010);
    }
    assertThat(text.toString().lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("  encoding: 0 %, 10 documents").endsWith("/s"),
            line -> assertThat(line).startsWith("  encoding: 1 %, 109 documents").endsWith("/s"),
            // 2,000 in 20 s: 7,990 in 79.9 s.
            line -> assertThat(line).startsWith("  encoding: 20 %").endsWith(", 79.9 s left"));
  }

  /** A hundredth of a long job may be hours. */
  @Test
  void aMinuteIsEnoughToEstimateFrom() {
    RemainingTime remaining = new RemainingTime(1_000_000);
    remaining.advance(100, 0);
    remaining.advance(700, TimeUnit.SECONDS.toNanos(59));
    assertThat(remaining.seconds(TimeUnit.SECONDS.toNanos(59))).isEmpty();
    remaining.advance(700, TimeUnit.SECONDS.toNanos(60));
    assertThat(remaining.seconds(TimeUnit.SECONDS.toNanos(60))).hasValue(99_930);
  }

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
