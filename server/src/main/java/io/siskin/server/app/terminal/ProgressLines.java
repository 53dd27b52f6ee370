package io.siskin.server.app.terminal;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One line a stage when it has ended, and one every ten seconds of a longer stage, for log files.
 * Used by one thread at a time.
 */
final class ProgressLines implements ProgressDisplay {
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final PrintWriter out;
  private final LongSupplier nanoClock;
  private RemainingTime remaining = new RemainingTime(0);
  private String stage = "";
  private long total;
  private long done;
  private long startNanoTime;
  private long saidNanoTime;

  ProgressLines(PrintWriter out) {
    this(out, System::nanoTime);
  }

  /**
   * Makes a display with a clock of its own.
   *
   * @param out where the lines go
   * @param nanoClock nanoseconds since any moment
   */
  ProgressLines(PrintWriter out, LongSupplier nanoClock) {
    this.out = out;
    this.nanoClock = nanoClock;
  }

  @Override
  public void begin(String newStage, long totalUnits) {
    stage = newStage;
    total = totalUnits;
    done = 0;
    startNanoTime = nanoClock.getAsLong();
    saidNanoTime = startNanoTime;
    remaining = new RemainingTime(totalUnits);
  }

  @Override
  public void advance(long doneUnits) {
    done = doneUnits;
    long now = nanoClock.getAsLong();
    remaining.advance(doneUnits, now);
    if (now - saidNanoTime >= INTERVAL_NANOS && total > 0 && done > 0) {
      saidNanoTime = now;
      double share = Math.min(1, (double) done / total);
      double seconds = (now - startNanoTime) / 1e9;
      say(Math.round(share * 100) + " %" + rate(seconds) + left(now));
    }
  }

  private String left(long now) {
    OptionalDouble seconds = remaining.seconds(now);
    return seconds.isPresent() ? ", " + Units.seconds(seconds.getAsDouble()) + " left" : "";
  }

  @Override
  public void end() {
    double seconds = (nanoClock.getAsLong() - startNanoTime) / 1e9;
    say(Units.seconds(seconds) + rate(seconds));
  }

  @Override
  public void note(String line) {
    out.println(line);
  }

  @Override
  public void close() {
    // A stage that did not end has nothing more to say.
  }

  private String rate(double seconds) {
    if (done == 0) {
      return "";
    }
    return switch (stage) {
      case READING ->
          ", " + Units.bytes(done) + " at " + Units.bytes(Math.round(done / seconds)) + "/s";
      case ENCODING ->
          ", "
              + Units.count(done, "document")
              + " at "
              + String.format(Locale.ROOT, "%,.1f", done / seconds)
              + "/s";
      default -> "";
    };
  }

  private void say(String what) {
    out.println("  " + stage + ": " + what);
  }
}
