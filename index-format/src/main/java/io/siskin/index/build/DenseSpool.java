package io.siskin.index.build;

import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.store.SpoolFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps the dense vectors of the documents on disk until all documents have been added. The heap
 * holds four bytes per document for each field.
 *
 * <p>The record of a vector has its scale (f32) or its key (u32), and then its row as the segment
 * has it.
 */
final class DenseSpool implements AutoCloseable {
  private final Path directory;
  private final Map<String, Field> byName = new TreeMap<>();

  /** A dense field that a document has. */
  static final class Field {
    private final String name;
    private final DenseType type;
    private final SpoolFile records;
    private final byte[] row;

    /** By document: the number of its first record. Documents after the last entry have none. */
    private int[] starts = new int[64];

    private int documentCount;
    private int vectorCount;
    private float normMax;

    private Field(String name, DenseType type, Path directory) throws IOException {
      this.name = name;
      this.type = type;
      this.records = new SpoolFile(directory);
      this.row = new byte[type.rowBytes()];
    }

    String name() {
      return name;
    }

    DenseType type() {
      return type;
    }

    int vectorCount() {
      return vectorCount;
    }

    float normMax() {
      return normMax;
    }

    /** Returns the number of the first record of a document. */
    int start(int document) {
      return document < documentCount ? starts[document] : vectorCount;
    }

    /** Returns the length of a record in bytes. */
    long recordBytes() {
      return Integer.BYTES + (long) row.length;
    }

    MemorySegment map() throws IOException {
      return records.map();
    }

    private void add(int document, DenseVectors vectors) throws IOException {
      if (document >= starts.length) {
        starts = Arrays.copyOf(starts, Math.max(document + 1, starts.length * 2));
      }
      // Documents between have no vector of the field.
      Arrays.fill(starts, documentCount, document + 1, vectorCount);
      documentCount = document + 1;
      for (int vector = 0; vector < vectors.count(); vector++) {
        records.putU32(vectors.mark(vector));
        vectors.copyValues(vector, row);
        records.putBytes(row);
      }
      vectorCount += vectors.count();
      normMax = Math.max(normMax, vectors.normMax());
    }
  }

  DenseSpool(Path directory) {
    this.directory = directory;
  }

  /**
   * Checks the dense vectors of a document.
   *
   * @throws InvalidInputException if a field has another type than before, if there are too many
   *     fields or vectors, or if a value is out of its range, which only a damaged source gives
   */
  void check(Map<String, DenseVectors> dense) {
    int count = byName.size();
    for (Map.Entry<String, DenseVectors> entry : dense.entrySet()) {
      Field known = byName.get(entry.getKey());
      DenseType type = entry.getValue().type();
      entry.getValue().checkValues("dense field '" + entry.getKey() + "'");
      if (known == null) {
        count++;
      } else if (!known.type.equals(type)) {
        throw new InvalidInputException(
            "dense field '" + entry.getKey() + "'",
            type,
            known.type + ", as in the documents before");
      } else if (known.vectorCount
          > FormatV2.DENSE_VECTOR_COUNT_MAX - FormatV2.DENSE_DOCUMENT_VECTOR_COUNT_MAX) {
        throw new InvalidInputException(
            "vectors of dense field '" + entry.getKey() + "' in a segment",
            known.vectorCount,
            "at most " + FormatV2.DENSE_VECTOR_COUNT_MAX);
      }
    }
    if (count > FormatV2.DENSE_FIELD_COUNT_MAX) {
      throw new InvalidInputException(
          "distinct dense fields", count, "at most " + FormatV2.DENSE_FIELD_COUNT_MAX);
    }
  }

  /**
   * Adds the vectors of a document. They have been checked.
   *
   * @param document how many documents were added before
   */
  void add(int document, Map<String, DenseVectors> dense) throws IOException {
    for (Map.Entry<String, DenseVectors> entry : dense.entrySet()) {
      Field field = byName.get(entry.getKey());
      if (field == null) {
        field = new Field(entry.getKey(), entry.getValue().type(), directory);
        byName.put(entry.getKey(), field);
      }
      field.add(document, entry.getValue());
    }
  }

  /** Returns the fields by their names, which ascend. */
  Map<String, Field> byName() {
    return byName;
  }

  @Override
  public void close() throws IOException {
    IOException failed = null;
    for (Field field : byName.values()) {
      try {
        field.records.close();
      } catch (IOException e) {
        if (failed == null) {
          failed = e;
        } else {
          failed.addSuppressed(e);
        }
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
