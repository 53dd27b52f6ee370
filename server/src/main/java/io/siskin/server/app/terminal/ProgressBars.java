package io.siskin.server.app.terminal;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** One bar a stage, with rate and remaining time, for a terminal. Used by one thread at a time. */
final class ProgressBars implements ProgressDisplay {
  private static final String CLEAR_LINE = "\r\033[2K";
  private static final int UPDATE_MILLIS = 200;
  private static final int COLUMNS_DEFAULT = 80;
  private static final int COLUMNS_MAX = 100;
  private static final int MEGABYTE = 1_000_000;

  private @Nullable ProgressBar bar;
  private RemainingTime remaining = new RemainingTime(0);

  @Override
  public void begin(String stage, long totalUnits) {
    close();
    RemainingTime stageRemaining = new RemainingTime(totalUnits);
    remaining = stageRemaining;
    int columns = Math.min(COLUMNS_MAX, Terminal.columns(Terminal.STDERR, COLUMNS_DEFAULT));
    ProgressBarBuilder builder =
        ProgressBar.builder()
            .setTaskName(stage)
            .setInitialMax(totalUnits)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(UPDATE_MILLIS)
            .setConsumer(new ConsoleProgressBarConsumer(System.err, columns))
            .setEtaFunction(state -> left(stageRemaining))
            .showSpeed();
    if (stage.equals(READING)) {
      builder.setUnit(" MB", MEGABYTE);
    } else if (stage.equals(ENCODING)) {
      builder.setUnit(" documents", 1);
    }
    bar = builder.build();
  }

  @Override
  public void advance(long doneUnits) {
    remaining.advance(doneUnits, System.nanoTime());
    if (bar != null) {
      bar.stepTo(doneUnits);
    }
  }

  private static Optional<Duration> left(RemainingTime remaining) {
    OptionalDouble seconds = remaining.seconds(System.nanoTime());
    return seconds.isPresent()
        ? Optional.of(Duration.ofSeconds(Math.round(seconds.getAsDouble())))
        : Optional.empty();
  }

  @Override
  public void end() {
    if (bar != null) {
      bar.stepTo(Math.max(bar.getCurrent(), bar.getMax()));
    }
    close();
  }

  @Override
  public void note(String line) {
    System.err.println(CLEAR_LINE + line);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
