package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads query files: JSON Lines and {@code .csr} as for documents, and TSV ({@code id TAB text}).
 * Gzip and zstd are unpacked on the way.
 *
 * <p>A file of queries is small and a missing query falsifies an evaluation, so all are held, and
 * the first bad one ends the read.
 */
public final class SourceQueries {
  private static final String ENDINGS =
      ".tsv or .txt (id TAB text), .jsonl, .ndjson, .json, .csr or .ciff";

  private static final Set<String> TEXTS = Set.of("title", "text");

  private SourceQueries() {}

  /**
   * Reads a file with {@link InputOptions#DEFAULT}.
   *
   * @param file named {@code .tsv} or {@code .txt} (with or without {@code .gz}, {@code .zst}) for
   *     TSV; any other as for {@link DocumentSources}
   * @return the queries in the file's order
   * @throws InvalidInputException on the first thing that is wrong, with its {@code file:line} or
   *     {@code file#row}
   */
  public static List<SourceQuery> read(Path file) throws IOException {
    return read(file, InputOptions.DEFAULT);
  }

  /**
   * Reads a file.
   *
   * @param file as for {@link #read(Path)}
   * @param options as for documents; set its term keys to those of the collection that is searched
   * @return the queries in the file's order
   * @throws InvalidInputException on the first thing that is wrong, with its {@code file:line} or
   *     {@code file#row}
   */
  public static List<SourceQuery> read(Path file, InputOptions options) throws IOException {
    String name = FormatDetector.unpackedName(file);
    List<SourceQuery> queries =
        name.endsWith(".tsv") || name.endsWith(".txt")
            ? readTsv(file, options)
            : readDocuments(file, options);
    Map<String, String> placeById = HashMap.newHashMap(queries.size());
    for (SourceQuery query : queries) {
      String earlier = placeById.putIfAbsent(query.id(), query.place());
      if (earlier != null) {
        throw new InvalidInputException(
                "id", "'" + query.id() + "', as at " + earlier, "each query id once")
            .at(query.place());
      }
    }
    return queries;
  }

  private static List<SourceQuery> readDocuments(Path file, InputOptions options)
      throws IOException {
    List<SourceQuery> queries = new ArrayList<>();
    InputFormat format = FormatDetector.detect(file, ENDINGS, "");
    try (DocumentSource source =
        DocumentSources.open(file, format, BadRecordPolicy.REFUSE, options)) {
      for (SourceDocument next = source.next(); next != null; next = source.next()) {
        Map<String, String> members = new HashMap<>(next.fields());
        // They are in the text already.
        members.keySet().removeAll(TEXTS);
        queries.add(new SourceQuery(next.id(), next.text(), next.vector(), members, next.place()));
      }
    }
    return queries;
  }

  private static List<SourceQuery> readTsv(Path file, InputOptions options) throws IOException {
    List<SourceQuery> queries = new ArrayList<>();
    TextLines.read(
        file,
        options.lineLengthMaxBytes(),
        (line, place) -> {
          String[] columns = line.split("\t", -1);
          if (columns.length != 2) {
            throw new InvalidInputException(
                "line", columns.length + " columns", "two: id TAB text");
          }
          queries.add(
              new SourceQuery(
                  DocumentIds.check("id", columns[0]), columns[1].strip(), null, place));
        });
    return queries;
  }
}
