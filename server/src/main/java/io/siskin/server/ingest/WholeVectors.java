package io.siskin.server.ingest;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The whole dense vectors of the documents of a build, in a file that is removed when this is
 * closed: of each document their number and then their values. First it is written, and then it is
 * read, as often as wanted. Used by one thread.
 */
final class WholeVectors implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path file;
  private final int dimensions;
  private final DataOutputStream out;
  private final ByteBuffer row;
  private final List<Reader> readers = new ArrayList<>();

  private WholeVectors(Path file, int dimensions, DataOutputStream out) {
    this.file = file;
    this.dimensions = dimensions;
    this.out = out;
    this.row = ByteBuffer.allocate(Float.BYTES * dimensions);
  }

  /**
   * Makes an empty file.
   *
   * @param file where it is
   * @param dimensions how many numbers a vector has
   */
  static WholeVectors create(Path file, int dimensions) throws IOException {
    return new WholeVectors(
        file,
        dimensions,
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES)));
  }

  /** Returns how many numbers a vector has. */
  int dimensions() {
    return dimensions;
  }

  /**
   * Adds the vectors of the next document.
   *
   * @param vectors its vectors; none for a document without
   */
  void append(List<float[]> vectors) throws IOException {
    out.writeInt(vectors.size());
    for (float[] vector : vectors) {
      row.clear();
      row.asFloatBuffer().put(vector);
      out.write(row.array());
    }
  }

  /** Begins to read from the first document on. Nothing is appended any more. */
  Reader read() throws IOException {
    out.flush();
    Reader reader = new Reader();
    readers.add(reader);
    return reader;
  }

  /** Reads document after document. */
  final class Reader {
    private final DataInputStream in;

    Reader() throws IOException {
      in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
    }

    /** Returns the vectors of the next document, which there is. */
    List<float[]> next() throws IOException {
      int count = in.readInt();
      List<float[]> vectors = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        in.readFully(row.array());
        float[] vector = new float[dimensions];
        row.clear();
        row.asFloatBuffer().get(vector);
        vectors.add(vector);
      }
      return vectors;
    }
  }

  @Override
  public void close() throws IOException {
    for (Reader reader : readers) {
      reader.in.close();
    }
    out.close();
    Files.deleteIfExists(file);
  }
}
