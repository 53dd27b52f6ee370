package io.siskin.index.build;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of the segment under construction, known from the moment they begin: whatever stops the
 * build, and in the middle of whichever stage, closing removes all of them unless {@link #keep} was
 * called.
 *
 * <p>Used by one thread.
 */
final class SegmentFiles implements AutoCloseable {
  private final Path directory;
  private final List<SegmentFileWriter> files = new ArrayList<>();
  private boolean kept;

  /**
   * @param directory the segment's directory
   */
  SegmentFiles(Path directory) {
    this.directory = directory;
  }

  /** Begins a file. */
  SegmentFileWriter begin(FileKind kind) {
    SegmentFileWriter file = new SegmentFileWriter(directory, kind, FormatV1.VERSION);
    files.add(file);
    return file;
  }

  /** Removes a file that the segment is not to have. */
  void drop(SegmentFileWriter file) throws IOException {
    files.remove(file);
    file.remove();
  }

  /** Returns the files in the order in which they were begun. */
  List<SegmentFileWriter> all() {
    return List.copyOf(files);
  }

  /** Says that the segment is complete. */
  void keep() {
    kept = true;
  }

  @Override
  public void close() throws IOException {
    if (!kept) {
      for (SegmentFileWriter file : files) {
        file.remove();
      }
    }
  }
}
