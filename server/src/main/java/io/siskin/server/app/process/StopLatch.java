package io.siskin.server.app.process;

import java.util.concurrent.CountDownLatch;

/**
 * Waits for the signal that ends a server. Before the server is ready a signal ends the process at
 * once, since nothing has been admitted that could be finished.
 */
public final class StopLatch implements AutoCloseable {
  private final CountDownLatch asked = new CountDownLatch(1);
  private volatile boolean orderly;
  private final StopSignals signals;

  /** Listens for SIGINT and SIGTERM from now on. */
  public StopLatch() {
    signals = StopSignals.listen(this::stop);
  }

  /** From now on a signal is left to {@link #await}. */
  public void expectOrder() {
    orderly = true;
  }

  /** Waits for a signal. */
  public void await() throws InterruptedException {
    asked.await();
  }

  @Override
  public void close() {
    signals.close();
  }

  private void stop(int exitStatus) {
    if (!orderly) {
      Runtime.getRuntime().halt(exitStatus);
    }
    asked.countDown();
  }
}
