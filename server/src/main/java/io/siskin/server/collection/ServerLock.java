package io.siskin.server.collection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to serve a data directory. One process has it at a time: two servers would take the
 * writing of collections from each other, and clients would see two states. The operating system
 * gives the right back when the process ends, however it ends.
 *
 * <p>Commands that build or restore collections beside a server do not need it. They have a lock
 * for each collection.
 *
 * <p>A directory that cannot be written needs no lock: nobody can change it. Owned by the one who
 * took it.
 */
public final class ServerLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerLock.class);
  private static final String FILE_NAME = ".server-lock";
  // A process id and a line break.
  private static final int CONTENT_BYTES_MAX = 32;

  private final @Nullable FileChannel channel;

  private ServerLock(@Nullable FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the right.
   *
   * @param data the data directory, which exists
   * @return the right, to be closed when the server has ended
   * @throws FileSystemException when another server has it; it names the process
   */
  public static ServerLock take(DataDirectory data) throws IOException {
    Path file = data.root().resolve(FILE_NAME);
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException failed) {
      if (!(failed instanceof AccessDeniedException) && Files.isWritable(data.root())) {
        throw failed;
      }
      LOG.info("{} cannot be written: it is served without a lock", data.root());
      return new ServerLock(null);
    }
    if (DataDirectory.tryLock(channel) == null) {
      String holder = holder(channel);
      channel.close();
      throw new FileSystemException(
          data.root().toString(),
          null,
          "another server serves this data directory" + holder + "; end it, or take another one");
    }
    writeHolder(channel);
    return new ServerLock(channel);
  }

  /** Only for messages, so that a full disk is no reason not to serve. */
  private static void writeHolder(FileChannel channel) {
    try {
      channel.truncate(0);
      String content = ProcessHandle.current().pid() + "\n";
      channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII)), 0);
    } catch (IOException e) {
      LOG.debug("the process id could not be written to the lock", e);
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(CONTENT_BYTES_MAX);
    int read = channel.read(content, 0);
    String text =
        new String(content.array(), 0, Math.max(read, 0), StandardCharsets.US_ASCII).strip();
    return text.matches("[0-9]+") ? " (process " + text + ")" : "";
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
