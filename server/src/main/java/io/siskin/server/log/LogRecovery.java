package io.siskin.server.log;

import io.siskin.index.format.v2.LogLayout;
import io.siskin.server.log.LogFiles.LogFile;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** Finds out what a log holds when it is opened, and makes it ready for new frames. Used once. */
final class LogRecovery {
  private final LogFiles files;
  private final LogOptions options;
  private final long firstNeeded;
  private final NextFile next;

  LogRecovery(LogFiles files, LogOptions options, long firstNeeded) {
    this.files = files;
    this.options = options;
    this.firstNeeded = firstNeeded;
    this.next = new NextFile(files, options.preparing());
  }

  /**
   * A log that is ready.
   *
   * @param full the files before the current one, oldest first
   * @param file the current file
   * @param header its header
   * @param end where its next frame begins
   * @param lastSequence the number of its last frame
   * @param next makes further files
   */
  record Recovered(
      List<LogFileHeader> full,
      LogFile file,
      LogFileHeader header,
      long end,
      long lastSequence,
      NextFile next) {}

  /** Reads all files, gives back the needed frames, and cuts off an unfinished end. */
  Recovered run(FrameReader reader) throws IOException {
    List<String> unneeded = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (String name : files.list()) {
      if (name.equals(NextFile.NAME)) {
        unneeded.add(name);
      } else if (LogFileHeader.isName(name)) {
        // What the last file before this one ends with is not needed: then the file is not, either.
        // A power loss may have brought back files that were deleted, so there may be gaps.
        if (LogFileHeader.firstSequenceOf(name) <= firstNeeded) {
          unneeded.addAll(names);
          names.clear();
        }
        names.add(name);
      }
    }
    Recovered recovered = names.isEmpty() ? begin(1) : read(names, reader);
    try {
      if (recovered.lastSequence < firstNeeded - 1) {
        // The frames that are missing were never forced. Their effects are durable elsewhere.
        recovered.file.close();
        unneeded.addAll(names);
        recovered = begin(recovered.header.fileNumber() + 1);
      }
      remove(unneeded, recovered.header.name());
      return recovered;
    } catch (IOException failed) {
      recovered.file.close();
      throw failed;
    }
  }

  /** Begins a file that has the first needed frame as its first one. */
  private Recovered begin(long fileNumber) throws IOException {
    if (files.list().contains(NextFile.NAME)) {
      files.delete(NextFile.NAME);
    }
    LogFileHeader header =
        new LogFileHeader(
            fileNumber, firstNeeded, new SecureRandom().nextLong(), options.firstFileLengthBytes());
    LogFile file = WriteAheadLog.begin(files, next, header);
    return new Recovered(List.of(), file, header, LogLayout.FRAMES_OFFSET, firstNeeded - 1, next);
  }

  /**
   * Removes files and makes all names durable. A process that was killed may have left the name of
   * the current file to the memory of the system only.
   */
  private void remove(List<String> unneeded, String current) throws IOException {
    List<String> present = files.list();
    for (String name : unneeded) {
      if (present.contains(name) && !name.equals(current)) {
        files.delete(name);
      }
    }
    files.forceNames();
  }

  private Recovered read(List<String> names, FrameReader reader) throws IOException {
    List<LogFileHeader> full = new ArrayList<>();
    for (int i = 0; ; i++) {
      String name = names.get(i);
      LogFile file = files.open(name);
      boolean last = i == names.size() - 1;
      boolean keep = false;
      try {
        LogFileHeader header = LogFileHeader.read(place(name), name, file);
        if (i == 0) {
          requireStart(name, header);
        } else {
          requireFollows(name, header, full.getLast());
        }
        LogFileScanner scanner = new LogFileScanner(place(name), file, header);
        readFrames(scanner, reader);
        if (last) {
          scanner.requireUnforcedTail();
          scanner.settleTail();
          file.force();
          keep = true;
          return new Recovered(full, file, header, scanner.end(), scanner.sequence(), next);
        }
        requireEnd(name, scanner, names.get(i + 1));
        full.add(header);
      } finally {
        if (!keep) {
          file.close();
        }
      }
    }
  }

  private void readFrames(LogFileScanner scanner, FrameReader reader) throws IOException {
    while (scanner.next()) {
      if (scanner.sequence() >= firstNeeded) {
        reader.read(scanner.sequence(), scanner.type(), scanner.payload());
      }
    }
  }

  private void requireStart(String name, LogFileHeader header) throws CorruptLogException {
    if (header.firstSequence() > firstNeeded) {
      throw new CorruptLogException(
          place(name),
          LogLayout.FIRST_SEQUENCE_OFFSET,
          "a file that begins with frame " + firstNeeded + " or before",
          header.firstSequence());
    }
  }

  private void requireFollows(String name, LogFileHeader header, LogFileHeader before)
      throws CorruptLogException {
    if (header.fileNumber() != before.fileNumber() + 1) {
      throw new CorruptLogException(
          place(name),
          LogLayout.FILE_NUMBER_OFFSET,
          "file number " + (before.fileNumber() + 1),
          header.fileNumber());
    }
  }

  /** The writer forces a file before it begins the next one. */
  private void requireEnd(String name, LogFileScanner scanner, String nextName)
      throws CorruptLogException {
    long following = LogFileHeader.firstSequenceOf(nextName);
    if (scanner.sequence() + 1 != following) {
      throw new CorruptLogException(
          place(name),
          scanner.end(),
          "frame " + (scanner.sequence() + 1) + ", since " + nextName + " follows",
          "no valid frame");
    }
  }

  private String place(String name) {
    return files.place() + "/" + name;
  }
}
