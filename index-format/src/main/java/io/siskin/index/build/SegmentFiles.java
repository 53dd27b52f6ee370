package io.siskin.index.build;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of the segment under construction. A file is recorded here when it is begun. If the
 * build stops early for any reason, {@link #close} removes all files. It removes nothing after a
 * call of {@link #keep}.
 *
 * <p>Only one thread may use it.
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
    SegmentFileWriter file =
        new SegmentFileWriter(directory.resolve(kind.fileName()), kind, FormatV2.VERSION);
    files.add(file);
    return file;
  }

  /** Removes a file that the finished segment should not have. */
  void drop(SegmentFileWriter file) throws IOException {
    files.remove(file);
    file.remove();
  }

  /** Returns the files in the order in which they were begun. */
  List<SegmentFileWriter> all() {
    return List.copyOf(files);
  }

  /** Records that the segment is complete, so that {@link #close} keeps its files. */
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
