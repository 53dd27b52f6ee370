package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Relevance judgments: which documents answer which query, and how well. Immutable.
 *
 * @param gradesByQuery for each judged query, in the file's order, the grade of each judged
 *     document; a grade of zero or below says not relevant
 */
public record Qrels(Map<String, Map<String, Integer>> gradesByQuery) {
  private static final String BEIR_HEADER = "query-id\tcorpus-id\tscore";
  private static final int BEIR_COLUMNS = 3;
  private static final int TREC_COLUMNS = 4;
  private static final String ALLOWED =
      "BEIR's header 'query-id TAB corpus-id TAB score' with three columns a line, or TREC's four"
          + " columns 'query iteration document grade'";

  /** Makes the maps unmodifiable copies. */
  public Qrels {
    Map<String, Map<String, Integer>> copy = LinkedHashMap.newLinkedHashMap(gradesByQuery.size());
    gradesByQuery.forEach(
        (query, grades) ->
            copy.put(query, Collections.unmodifiableMap(new LinkedHashMap<>(grades))));
    gradesByQuery = Collections.unmodifiableMap(copy);
  }

  /**
   * Reads BEIR's TSV (with its header) or TREC's four columns, told apart by the first line; gzip
   * and zstd are unpacked.
   *
   * @throws InvalidInputException on the first thing that is wrong, with its {@code file:line}
   */
  public static Qrels read(Path file) throws IOException {
    Parser parser = new Parser();
    TextLines.read(
        file, InputOptions.DEFAULT.lineLengthMaxBytes(), (line, place) -> parser.line(line));
    return new Qrels(parser.gradesByQuery);
  }

  /** Returns the grades of one query's judged documents, empty when it has none. */
  public Map<String, Integer> grades(String queryId) {
    return gradesByQuery.getOrDefault(queryId, Map.of());
  }

  private static final class Parser {
    private final Map<String, Map<String, Integer>> gradesByQuery = new LinkedHashMap<>();

    /** Unknown until the first line. */
    private @Nullable Boolean beir;

    void line(String line) {
      if (beir == null) {
        beir = line.strip().equals(BEIR_HEADER);
        if (beir) {
          return;
        }
      }
      String[] columns = beir ? line.split("\t", -1) : TrecColumns.split(line);
      if (columns.length != (beir ? BEIR_COLUMNS : TREC_COLUMNS)) {
        throw new InvalidInputException("line", columns.length + " columns", ALLOWED);
      }
      add(columns[0], columns[columns.length - 2], columns[columns.length - 1].strip());
    }

    private void add(String query, String document, String grade) {
      int value;
      try {
        value = Integer.parseInt(grade);
      } catch (NumberFormatException e) {
        throw new InvalidInputException("grade", "'" + grade + "'", "an integer");
      }
      DocumentIds.check("query id", query);
      DocumentIds.check("document id", document);
      if (gradesByQuery.computeIfAbsent(query, key -> new LinkedHashMap<>()).put(document, value)
          != null) {
        throw new InvalidInputException(
            "judgment",
            "'" + document + "' for query '" + query + "'",
            "each document once a query");
      }
    }
  }
}
