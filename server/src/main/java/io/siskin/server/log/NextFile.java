package io.siskin.server.log;

import io.siskin.index.format.v2.LogLayout;
import io.siskin.server.log.LogFiles.LogFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The file that the log will continue in. It is written full of zeros while the current file is
 * filled, because forcing a write into a file that already has its length is much faster.
 *
 * <p>Its name shows that it does not belong to the log yet. Only the writer of the log calls the
 * methods. The zeros may be written by another thread.
 */
final class NextFile {
  /** The name of a file that was not finished. A log removes it when it is opened. */
  static final String NAME = ".next.partial";

  // A long force would delay the forces of the writer on the same disk.
  private static final int CHUNK_LENGTH = 1 << 20;

  private final LogFiles files;
  private final Executor executor;
  private @Nullable CompletableFuture<LogFile> prepared;
  private long preparedLengthBytes;

  /**
   * @param executor runs the preparation
   */
  NextFile(LogFiles files, Executor executor) {
    this.files = files;
    this.executor = executor;
  }

  /** Returns the length of the file that is or was prepared, 0 for none. */
  long lengthBytes() {
    return prepared == null ? 0 : preparedLengthBytes;
  }

  /**
   * Begins to prepare a file, unless there is one.
   *
   * @return whether it began
   */
  boolean prepare(long lengthBytes) {
    if (prepared != null) {
      return false;
    }
    CompletableFuture<LogFile> future = new CompletableFuture<>();
    preparedLengthBytes = lengthBytes;
    prepared = future;
    try {
      executor.execute(
          () -> {
            try {
              future.complete(zeroed(lengthBytes));
            } catch (IOException | UncheckedIOException failed) {
              future.completeExceptionally(failed);
            } finally {
              // A bug must not leave the writer waiting.
              future.completeExceptionally(new IllegalStateException("no file was prepared"));
            }
          });
      return true;
    } catch (RejectedExecutionException stopping) {
      prepared = null;
      return false;
    }
  }

  /**
   * Hands out a file of zeros under {@link #NAME}. It waits for one that is being prepared.
   *
   * @param lengthBytes the least length
   * @throws LogFullException when there is no room. No file is left then
   */
  LogFile take(long lengthBytes) throws IOException {
    LogFile file = takePrepared();
    if (file != null && preparedLengthBytes >= lengthBytes) {
      return file;
    }
    if (file != null) {
      file.close();
      files.delete(NAME);
    }
    return zeroed(lengthBytes);
  }

  /** Gives back a file that was taken and not renamed. */
  void discard(LogFile file) throws IOException {
    file.close();
    files.delete(NAME);
  }

  /** Waits for a preparation, and removes its file: a log that is closed takes no more room. */
  void close() throws IOException {
    LogFile file = takePrepared();
    if (file != null) {
      discard(file);
    }
  }

  /** Returns the prepared file; null when there is none or when preparing it has failed. */
  private @Nullable LogFile takePrepared() {
    CompletableFuture<LogFile> future = prepared;
    prepared = null;
    if (future == null) {
      return null;
    }
    try {
      return future.join();
    } catch (CompletionException failed) {
      // The file is tried again by the one who takes it, who then gets the error.
      return null;
    }
  }

  private LogFile zeroed(long lengthBytes) throws IOException {
    LogFile file = files.create(NAME);
    try {
      ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(CHUNK_LENGTH, lengthBytes));
      for (long at = 0; at < lengthBytes; at += zeros.capacity()) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), lengthBytes - at));
        file.write(zeros, at);
        file.force();
      }
      return file;
    } catch (IOException failed) {
      file.close();
      files.delete(NAME);
      throw failed;
    }
  }

  /** Returns the length of the file after one of a given length. */
  static long lengthAfter(long lengthBytes, LogOptions options, long frameLength) {
    return Math.max(
        Math.min(2 * lengthBytes, options.fileLengthBytesMax()), LogLayout.fileLength(frameLength));
  }
}
