package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads small text files (TSV queries, qrels) line by line with the same care as the large ones.
 */
final class TextLines {
  /** Takes a line that is not blank; its {@link InvalidInputException}s get the place added. */
  @FunctionalInterface
  interface LineVisitor {
    void line(String line, String place);
  }

  private TextLines() {}

  static void read(Path path, int lineLengthMax, LineVisitor visitor) throws IOException {
    try (PackedFile file = PackedFile.open(path)) {
      LineReader reader = new LineReader(file.unpacked(), file.name(), lineLengthMax);
      for (LineBatch batch = reader.next(); batch != null; batch = reader.next()) {
        for (int i = 0; i < batch.count(); i++) {
          if (!batch.isBlank(i)) {
            visit(batch, i, visitor);
          }
        }
      }
    }
  }

  private static void visit(LineBatch batch, int index, LineVisitor visitor) {
    String place = batch.place(index);
    batch.check(index, place);
    int start = batch.start(index);
    String line =
        new String(batch.bytes(), start, batch.end(index) - start, StandardCharsets.UTF_8);
    try {
      visitor.line(line, place);
    } catch (InvalidInputException e) {
      throw e.at(place);
    }
  }
}
