package io.siskin.server.rpc.transport;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * The file of a Unix domain socket, from before it is bound until after it is closed.
 *
 * <p>A server that is killed leaves its socket file behind, and a file that exists cannot be bound,
 * so a left-over is deleted. A file that is not a socket is never deleted, nor is the socket of a
 * server that still runs. Two servers that start at the same moment must not delete each other's
 * file, so a process holds a lock on {@code PATH.lock} while it handles the file. The lock file
 * stays behind, because deleting it would be another race; it means nothing unless it is locked.
 *
 * <p>Used by one thread.
 */
public final class UnixSocketFile implements AutoCloseable {
  /** The longest path in bytes: the kernel has 108 for it, one of which ends it. */
  static final int PATH_LENGTH_BYTES_MAX = 107;

  private final Path path;
  private final FileChannel lockFile;

  private UnixSocketFile(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Makes sure that a socket can be bound to a path and reserves it.
   *
   * @param path where; its folder must exist
   * @throws FileAlreadyExistsException when something else stands there, or another server is using
   *     it
   * @throws IOException when the path is too long or its folder cannot be written
   */
  @SuppressWarnings("resource") // The lock lives as long as its channel, which this object owns.
  public static UnixSocketFile reserve(Path path) throws IOException {
    int lengthBytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (lengthBytes > PATH_LENGTH_BYTES_MAX) {
      throw new IOException(
          path
              + ": the path of a Unix socket has at most "
              + PATH_LENGTH_BYTES_MAX
              + " bytes, this one has "
              + lengthBytes);
    }
    Path lockPath = path.resolveSibling(path.getFileName() + ".lock");
    FileChannel lockFile =
        FileChannel.open(lockPath, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (!tryLock(lockFile)) {
        throw new FileAlreadyExistsException(path.toString(), null, "in use by another server");
      }
      deleteLeftOver(path);
      return new UnixSocketFile(path, lockFile);
    } catch (IOException e) {
      lockFile.close();
      throw e;
    }
  }

  /** Returns the path. */
  public Path path() {
    return path;
  }

  /**
   * Sets who may connect, which on Linux is who may write. To be called once the socket is bound;
   * until then the process's umask decides, so a folder that others cannot enter is the stronger
   * protection.
   *
   * @param permissions the permissions
   * @throws IOException when they cannot be set
   */
  public void restrictTo(Set<PosixFilePermission> permissions) throws IOException {
    Files.setPosixFilePermissions(path, permissions);
  }

  /**
   * Deletes the socket file and gives the path free. To be called once the socket is closed.
   *
   * @throws IOException when the file cannot be deleted
   */
  @Override
  public void close() throws IOException {
    try (lockFile) {
      Files.deleteIfExists(path);
    }
  }

  private static boolean tryLock(FileChannel lockFile) throws IOException {
    try {
      FileLock lock = lockFile.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // Another server of this very process.
      return false;
    }
  }

  private static void deleteLeftOver(Path path) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    }
    // Sockets are "other": neither file nor folder nor link. Devices and pipes are "other" too, but
    // they are not expected here.
    if (!attributes.isOther()) {
      throw new FileAlreadyExistsException(
          path.toString(), null, "not a socket, so it is left alone");
    }
    if (isListenedTo(path)) {
      throw new FileAlreadyExistsException(path.toString(), null, "in use by another program");
    }
    Files.delete(path);
  }

  private static boolean isListenedTo(Path path) {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return probe.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException refused) {
      return false;
    }
  }
}
