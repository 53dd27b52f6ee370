package io.siskin.server.app.terminal;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One line a stage when it has ended, and one every ten seconds of a longer stage, for log files.
 * Used by one thread at a time.
 */
final class ProgressLines implements ProgressDisplay {
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final PrintWriter out;
  private String stage = "";
  private long total;
  private long done;
  private long startNanoTime;
  private long saidNanoTime;

  ProgressLines(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void begin(String newStage, long totalUnits) {
    stage = newStage;
    total = totalUnits;
    done = 0;
    startNanoTime = System.nanoTime();
    saidNanoTime = startNanoTime;
  }

  @Override
  public void advance(long doneUnits) {
    done = doneUnits;
    long now = System.nanoTime();
    if (now - saidNanoTime >= INTERVAL_NANOS && total > 0 && done > 0) {
      saidNanoTime = now;
      double share = Math.min(1, (double) done / total);
      double seconds = (now - startNanoTime) / 1e9;
      say(
          Math.round(share * 100)
              + " %"
              + rate(seconds)
              + ", "
              + Units.seconds(seconds * (1 - share) / share)
              + " left");
    }
  }

  @Override
  public void end() {
    double seconds = (System.nanoTime() - startNanoTime) / 1e9;
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
