package io.siskin.server.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The files of one log: all that the log asks of a disk. Tests put a disk here that fails and loses
 * power.
 *
 * <p>Names are names of files in the log's folder, without a path. A file's content is safe from a
 * power loss after {@link LogFile#force}. Its name, or its removal, is safe only after {@link
 * #forceNames}.
 */
interface LogFiles {
  /** One open file. Only one thread may use it at a time. */
  interface LogFile extends Closeable {
    /** Returns the length of the file in bytes. */
    long lengthBytes() throws IOException;

    /**
     * Reads bytes until the buffer is full or the file ends.
     *
     * @param target receives the bytes
     * @param position the offset in the file of the first byte
     */
    void read(ByteBuffer target, long position) throws IOException;

    /**
     * Writes all bytes of a buffer.
     *
     * @param source the bytes
     * @param position the offset in the file of the first byte
     * @throws LogFullException when there is no room. A part of the bytes may have been written
     */
    void write(ByteBuffer source, long position) throws IOException;

    /** Forces the content to the disk. After a failure the content is unknown. */
    void force() throws IOException;
  }

  /** Returns where the files are, for messages. */
  String place();

  /** Returns the names of all files. */
  List<String> list() throws IOException;

  /**
   * Opens a file for reading and writing.
   *
   * @param name its name
   */
  LogFile open(String name) throws IOException;

  /**
   * Makes an empty file, and opens it for reading and writing.
   *
   * @param name its name. No file has it
   * @throws LogFullException when there is no room
   */
  LogFile create(String name) throws IOException;

  /**
   * Renames a file, which may be open.
   *
   * @param from its name
   * @param to its new name. A file that has this name is removed in the same step
   */
  void rename(String from, String to) throws IOException;

  /**
   * Removes a file.
   *
   * @param name its name
   */
  void delete(String name) throws IOException;

  /** Forces the names of the files to the disk. */
  void forceNames() throws IOException;
}
