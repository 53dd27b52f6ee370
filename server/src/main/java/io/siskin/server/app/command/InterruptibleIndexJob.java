package io.siskin.server.app.command;

import io.siskin.index.build.BuildProgress;
import io.siskin.server.app.process.FailureReport;
import io.siskin.server.app.process.StopSignals;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.ingest.IndexJob;
import io.siskin.server.ingest.IndexReport;
import io.siskin.server.ingest.IndexRequest;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * An index job with its progress on display, which Ctrl-C stops in order: the unfinished build is
 * removed before the command ends.
 *
 * <p>Used by one thread.
 */
final class InterruptibleIndexJob implements AutoCloseable {
  private final IndexRequest request;
  private final ProgressDisplay display;
  private final TextModels models;
  private final StoredEncodings stored;
  private final Thread runner = Thread.currentThread();
  private final StopSignals signals = StopSignals.listen(this::stop);
  // 0 until a signal came.
  private volatile int stopStatus;

  /**
   * Prepares a job and listens for signals from now on.
   *
   * @param request what to index
   * @param display where the progress is shown; closed with the job
   * @param models opens the models that the encoder needs
   * @param stored the encodings of earlier jobs; the caller closes them after the job
   */
  InterruptibleIndexJob(
      IndexRequest request, ProgressDisplay display, TextModels models, StoredEncodings stored) {
    this.request = request;
    this.display = display;
    this.models = models;
    this.stored = stored;
  }

  /** Runs the job; returns null when a signal stopped it. */
  @SuppressWarnings("IllegalCatch") // A stopped job may end in any way; the user knows why.
  @Nullable IndexReport run() throws IOException {
    try {
      return new IndexJob(
              request,
              new StoppingProgress(),
              bad -> display.note("  skipped: " + FailureReport.message(bad)),
              models,
              replaced -> display.note(replaced.describe()),
              stored)
          .run();
    } catch (IOException | RuntimeException failed) {
      if (stopStatus == 0) {
        throw failed;
      }
      // Whatever the cancellation met first: a channel that closed, a wait, the next progress.
      display.close();
      return null;
    } finally {
      // Nothing after the job shall find itself interrupted.
      boolean _ = Thread.interrupted();
    }
  }

  /** Returns the exit status of a job that was stopped. */
  int exitStatus() {
    return stopStatus;
  }

  @Override
  public void close() {
    signals.close();
    display.close();
  }

  private void stop(int exitStatus) {
    stopStatus = exitStatus;
    runner.interrupt();
  }

  /** Shows the progress and ends the job at its next step once it is to stop. */
  private final class StoppingProgress implements BuildProgress {
    @Override
    public void begin(String stage, long totalUnits) {
      check();
      display.begin(stage, totalUnits);
    }

    @Override
    public void advance(long doneUnits) {
      check();
      display.advance(doneUnits);
    }

    @Override
    public void end() {
      display.end();
    }

    private void check() {
      if (stopStatus != 0) {
        throw new CancellationException("stopped by a signal");
      }
    }
  }
}
