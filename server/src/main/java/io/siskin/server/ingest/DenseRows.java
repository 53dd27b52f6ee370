package io.siskin.server.ingest;

import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.corpus.NpySource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The dense vectors of a build that come from {@code .npy} files, a row for each document in the
 * order in which documents are read. Used by one thread, which closes it.
 */
final class DenseRows implements AutoCloseable {
  private final List<OfField> fields = new ArrayList<>();
  private long documentCount;

  /** One field. */
  private record OfField(String name, Path file, NpySource source) {}

  private DenseRows() {}

  /**
   * Opens the files.
   *
   * @param build names them
   * @param schema the fields of the collection
   * @throws InvalidInputException when a file has rows of another length than the vectors of its
   *     field, or is no array that is read
   */
  static DenseRows open(DenseBuild build, Schema schema) throws IOException {
    DenseRows rows = new DenseRows();
    boolean opened = false;
    try {
      for (Map.Entry<String, Path> field : build.rows().entrySet()) {
        NpySource source = NpySource.open(field.getValue());
        rows.fields.add(new OfField(field.getKey(), field.getValue(), source));
        int wanted = build.wholeDimensions(schema.requireDense("rows", field.getKey()));
        if (source.columnCount() != wanted) {
          throw new InvalidInputException(
                  "shape",
                  source.columnCount() + " columns",
                  wanted + " columns, as the vectors of '" + field.getKey() + "' have numbers")
              .at(field.getValue().toString());
        }
      }
      opened = true;
      return rows;
    } finally {
      if (!opened) {
        rows.close();
      }
    }
  }

  /**
   * Gives the next document its rows.
   *
   * @param document the document
   * @throws InvalidInputException when it brings vectors itself, or when there is no row for it
   */
  IndexedDocument next(IndexedDocument document) throws IOException {
    documentCount++;
    IndexedDocument with = document;
    for (OfField field : fields) {
      float[] row = field.source.next();
      if (row == null) {
        throw new InvalidInputException(
                "rows", field.source.rowCount(), "one for each document, and there are more")
            .at(field.file.toString());
      }
      if (document.dense().containsKey(field.name)) {
        throw new InvalidInputException(
                "dense." + field.name, "given", "nothing, since it is in " + field.source.place())
            .at(document.source().place());
      }
      with = with.withDense(field.name, List.of(row));
    }
    return with;
  }

  /**
   * Checks that every row was for a document.
   *
   * @throws InvalidInputException when rows are left
   */
  void checkEnd() {
    for (OfField field : fields) {
      if (field.source.rowCount() != documentCount) {
        throw new InvalidInputException(
                "rows", field.source.rowCount(), documentCount + ", one for each document")
            .at(field.file.toString());
      }
    }
  }

  @Override
  public void close() throws IOException {
    IOException failed = null;
    for (OfField field : fields) {
      try {
        field.source.close();
      } catch (IOException failure) {
        failed = failure;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
