package io.siskin.server.corpus;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A temporary file that is gone when it is closed, or when the process ends before. */
final class SpoolFile implements Closeable {
  private final FileChannel channel;

  private SpoolFile(FileChannel channel) {
    this.channel = channel;
  }

  static SpoolFile create(Path directory) throws IOException {
    Path path = Files.createTempFile(directory, "siskin-", ".spool");
    return new SpoolFile(
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE));
  }

  FileChannel channel() {
    return channel;
  }

  /** Writes the remaining bytes of a buffer. */
  void write(ByteBuffer source, long position) throws IOException {
    long at = position;
    while (source.hasRemaining()) {
      at += channel.write(source, at);
    }
  }

  /** Fills the remaining bytes of a buffer. */
  void read(ByteBuffer target, long position) throws IOException {
    long at = position;
    while (target.hasRemaining()) {
      int count = channel.read(target, at);
      if (count < 0) {
        throw new EOFException("spool file ends at byte " + at);
      }
      at += count;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
