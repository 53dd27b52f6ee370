package io.siskin.loadtest.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that grows with each append, and a force for each append. */
final class PlainFile implements DurableLog {
  private final FileChannel channel;

  PlainFile(Path directory) throws IOException {
    channel =
        FileChannel.open(
            directory.resolve("plain"), StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND);
  }

  @Override
  public synchronized void append(byte[] payload) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(payload);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
