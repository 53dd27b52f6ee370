package io.siskin.server.log;

import io.siskin.index.file.AtomicFile;
import io.siskin.index.file.DiskSpace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** The files of a log in a folder of a real disk. */
final class DiskLogFiles implements LogFiles {
  private final Path directory;

  /**
   * @param directory an existing folder that holds nothing but this log
   */
  DiskLogFiles(Path directory) {
    this.directory = directory;
  }

  @Override
  public String place() {
    return directory.toString();
  }

  @Override
  public List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Override
  public LogFile open(String name) throws IOException {
    return new DiskLogFile(
        name,
        FileChannel.open(
            directory.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @Override
  public LogFile create(String name) throws IOException {
    try {
      return new DiskLogFile(
          name,
          FileChannel.open(
              directory.resolve(name),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE));
    } catch (IOException failed) {
      throw DiskSpace.isUsedUp(failed, directory, 1) ? new LogFullException(name, failed) : failed;
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.delete(directory.resolve(name));
  }

  @Override
  public void forceNames() throws IOException {
    AtomicFile.forceDirectory(directory);
  }

  private final class DiskLogFile implements LogFile {
    private final String name;
    private final FileChannel channel;

    DiskLogFile(String name, FileChannel channel) {
      this.name = name;
      this.channel = channel;
    }

    @Override
    public long lengthBytes() throws IOException {
      return channel.size();
    }

    @Override
    public void read(ByteBuffer target, long position) throws IOException {
      long at = position;
      while (target.hasRemaining()) {
        int count = channel.read(target, at);
        if (count < 0) {
          return;
        }
        at += count;
      }
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      long at = position;
      try {
        while (source.hasRemaining()) {
          at += channel.write(source, at);
        }
      } catch (IOException failed) {
        throw DiskSpace.isUsedUp(failed, directory, source.remaining())
            ? new LogFullException(name, failed)
            : failed;
      }
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
