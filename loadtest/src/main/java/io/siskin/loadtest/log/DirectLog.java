package io.siskin.loadtest.log;

import io.siskin.server.log.LogOptions;
import io.siskin.server.log.WriteAheadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The write-ahead log without a writer thread: each caller appends and forces by itself. */
final class DirectLog implements DurableLog {
  private final ExecutorService preparing = Executors.newSingleThreadExecutor();
  private final WriteAheadLog log;

  DirectLog(Path directory) throws IOException {
    // As long as those of the other log, which makes them before the first append as well.
    LogOptions options = new LogOptions(64 << 20, 64 << 20, preparing);
    log = WriteAheadLog.open(directory, options, 1, (sequence, type, payload) -> {});
  }

  @Override
  public synchronized void append(byte[] payload) throws IOException {
    log.append(1, ByteBuffer.wrap(payload));
    log.force();
  }

  @Override
  public void close() throws IOException {
    try (preparing) {
      log.close();
    }
  }
}
