package io.siskin.loadtest.log;

import io.siskin.server.log.LogOptions;
import io.siskin.server.log.WriteAheadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The write-ahead log with one writer thread. The writer takes all that waits, appends it, and
 * forces once.
 */
final class OwnLog implements DurableLog {
  private final BlockingQueue<Request> queue = new LinkedBlockingQueue<>();
  private final ExecutorService preparing = Executors.newSingleThreadExecutor();
  private final WriteAheadLog log;
  private final Thread writer;

  private record Request(byte[] payload, CompletableFuture<Void> done) {}

  OwnLog(Path directory) throws IOException {
    // As long as those of the other log, which makes them before the first append as well.
    LogOptions options = new LogOptions(64 << 20, 64 << 20, preparing);
    log = WriteAheadLog.open(directory, options, 1, (sequence, type, payload) -> {});
    writer = Thread.ofPlatform().name("writer").start(this::write);
  }

  @Override
  public void append(byte[] payload) throws IOException {
    Request request = new Request(payload, new CompletableFuture<>());
    queue.add(request);
    try {
      request.done.join();
    } catch (CompletionException failed) {
      throw new IOException(failed.getCause());
    }
  }

  private void write() {
    List<Request> batch = new ArrayList<>();
    boolean ending = false;
    while (!ending) {
      batch.clear();
      try {
        batch.add(queue.take());
        queue.drainTo(batch);
        for (Request request : batch) {
          // An empty payload ends the thread.
          if (request.payload.length > 0) {
            log.append(1, ByteBuffer.wrap(request.payload));
          } else {
            ending = true;
          }
        }
        log.force();
        batch.forEach(request -> request.done.complete(null));
      } catch (IOException failed) {
        batch.forEach(request -> request.done.completeExceptionally(failed));
      } catch (InterruptedException impossible) {
        throw new AssertionError("nobody interrupts the writer", impossible);
      }
    }
  }

  @Override
  public void close() throws IOException {
    append(new byte[0]);
    try {
      writer.join();
    } catch (InterruptedException impossible) {
      throw new AssertionError("nobody interrupts the bench", impossible);
    }
    try (preparing) {
      log.close();
    }
  }
}
