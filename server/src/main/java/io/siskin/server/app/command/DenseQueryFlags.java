package io.siskin.server.app.command;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.corpus.NpySource;
import io.siskin.server.corpus.SourceQuery;
import io.siskin.server.corpus.TermKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Option;

/** The option that gives queries of a file their dense vectors. */
final class DenseQueryFlags {
  @Option(
      names = "--dense-queries",
      paramLabel = "FIELD=FILE",
      description =
          "Takes the vectors of the queries for a dense field from a .npy file of NumPy: an array"
              + " of two dimensions of type f2, f4 or f8, little-endian, with a row for each query"
              + " of --queries, in their order. Stages of --pipeline without a query of their own"
              + " take them. May be given for each dense field. Default: the members 'dense' and"
              + " 'tokenVectors' of the queries, which are written as those of documents.")
  private Map<String, Path> files = new LinkedHashMap<>();

  /**
   * Returns queries with their vectors.
   *
   * @param queries all queries of a file, in their order
   * @param termKeys how the collection names its terms
   * @param hasTree whether a tree ranks documents; without one, members of queries are not read
   * @throws InvalidInputException when a file has another number of rows, or a query has vectors of
   *     a field in its record, too
   */
  List<AskedQuery> with(List<SourceQuery> queries, TermKeys termKeys, boolean hasTree)
      throws IOException {
    if (!files.isEmpty() && !hasTree) {
      throw new InvalidInputException(
          "--dense-queries", "set without --pipeline", "with a tree whose stages take vectors");
    }
    List<AskedQuery> asked = new ArrayList<>(queries.size());
    for (SourceQuery query : queries) {
      asked.add(
          hasTree ? AskedQuery.of(query, termKeys) : new AskedQuery(query, Map.of(), Map.of()));
    }
    for (Map.Entry<String, Path> file : files.entrySet()) {
      try (NpySource rows = NpySource.open(file.getValue())) {
        if (rows.rowCount() != asked.size()) {
          throw new InvalidInputException(
              "--dense-queries " + file.getKey(),
              file.getValue() + " with " + rows.rowCount() + " rows",
              asked.size() + " rows, one for each query");
        }
        asked.replaceAll(query -> query.with(file.getKey(), next(rows)));
      }
    }
    return asked;
  }

  private static float[] next(NpySource rows) {
    try {
      return Objects.requireNonNull(rows.next());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
