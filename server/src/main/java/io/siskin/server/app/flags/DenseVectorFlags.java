package io.siskin.server.app.flags;

import io.siskin.client.SearchRequest;
import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.app.output.Json;
import io.siskin.server.corpus.NpySource;
import io.siskin.server.ingest.DenseMembers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option that gives a search dense vectors. */
public final class DenseVectorFlags {
  private static final String NPY = ".npy";
  private static final String ALLOWED =
      "a .npy file, or JSON: an array of numbers, or an array of such arrays";

  @Option(
      names = "--dense-vector",
      paramLabel = "FIELD=FILE.npy|JSON",
      description =
          "The query as a vector of a dense field, for the stages of --pipeline that have no query"
              + " of their own: a .npy file of NumPy with two dimensions, a row for each vector, or"
              + " JSON, for example embedding=[0.5,-1]. Late interaction takes up to 128 vectors,"
              + " other stages one. The text is not encoded for that field then. May be given for"
              + " each dense field. Default: none.")
  private Map<String, String> vectors = new LinkedHashMap<>();

  /**
   * Returns a search with the vectors.
   *
   * @param request the search
   * @param hasTree whether a tree ranks its documents
   * @throws InvalidInputException when a value is no vector, or when there is no tree to take it
   */
  public SearchRequest addTo(SearchRequest request, boolean hasTree) {
    SearchRequest with = request;
    for (Map.Entry<String, String> field : vectors.entrySet()) {
      String option = "--dense-vector " + field.getKey();
      if (!hasTree) {
        throw new InvalidInputException(
            option, "set without --pipeline", "with a tree whose stages take vectors");
      }
      List<float[]> read =
          field.getValue().endsWith(NPY)
              ? rows(option, Path.of(field.getValue()))
              : DenseMembers.vectors(option, Json.parse(option, field.getValue(), ALLOWED));
      with = with.withDense(field.getKey(), read.toArray(float[][]::new));
    }
    return with;
  }

  private static List<float[]> rows(String option, Path file) {
    try (NpySource source = NpySource.open(file)) {
      // A file of a whole collection is most likely a mistake, and would not be read for nothing.
      if (source.rowCount() > MaxSimQuery.VECTOR_COUNT_MAX) {
        throw new InvalidInputException(
            option,
            file + " with " + source.rowCount() + " rows",
            "1 to " + MaxSimQuery.VECTOR_COUNT_MAX + " rows");
      }
      List<float[]> rows = new ArrayList<>();
      for (float[] row = source.next(); row != null; row = source.next()) {
        rows.add(row);
      }
      return rows;
    } catch (NoSuchFileException missing) {
      throw new InvalidInputException(option, file, "a file that exists and can be read");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
