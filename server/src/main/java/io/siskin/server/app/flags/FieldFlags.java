package io.siskin.server.app.flags;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseGraph;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.collection.StatisticsScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that declare the fields of a new collection. */
public final class FieldFlags {
  @Option(
      names = "--field",
      paramLabel = "NAME:TYPE",
      description =
          "Declares a field, so that filters can use it; may be given up to 256 times. TYPE is"
              + " string, strings, int64, double, bool or timestamp. It cannot be changed later."
              + " Default: no field.")
  private List<String> fields = List.of();

  @Option(
      names = "--dense-field",
      paramLabel = "NAME:DIMENSIONS[:STORAGE[:SIMILARITY[:VECTORS_MAX]]]",
      description =
          "Declares a field of dense vectors; may be given up to 16 times. DIMENSIONS is 1 to 4096,"
              + " STORAGE is f32, f16, int8, binary, terms, slices, keyed-f32, keyed-f16 or hashed"
              + " (default: f32), SIMILARITY is dot or cosine (default: dot), and VECTORS_MAX is"
              + " how many vectors a document has at most, 1 to 1024 (default: 1). Documents of"
              + " files have the vectors in the member 'dense'. Under terms, DIMENSIONS is how many"
              + " terms the vector of a token keeps, and the vectors are in the member"
              + " 'tokenVectors'. Under slices, DIMENSIONS is a multiple of 64, and the vector is"
              + " made of the sparse vector of the document. Under hashed, it is the number of"
              + " bits, and the vector is made in the same way. Under keyed-f32 and keyed-f16, each"
              + " vector has a key, and they are in the member 'keyedVectors'. It cannot be changed"
              + " later. Default: no dense field.")
  private List<String> denseFields = List.of();

  @Option(
      names = "--dense-graph",
      paramLabel = "FIELD[=NEIGHBOURS[:BUILD_WIDTH[:VECTORS_MIN]]]",
      mapFallbackValue = "",
      description =
          "Gives segments a graph of neighbours of a dense field, so that a dense search looks at"
              + " few vectors and finds most of the nearest ones. May be given once per dense field"
              + " that does not store terms or slices. NEIGHBOURS is 2 to 64 (default: 16), and"
              + " BUILD_WIDTH, how many candidates are kept while neighbours are looked for, is 2"
              + " to 1000 (default: 100). Segments with fewer than VECTORS_MIN vectors of the field"
              + " (default: 10000) are scanned. It cannot be changed later. Default: no graph.")
  private Map<String, String> graphs = new LinkedHashMap<>();

  @Option(
      names = "--tenant-field",
      paramLabel = "NAME",
      description =
          "The declared string field that says whose a document is. Every request must then name a"
              + " tenant, and sees the documents of that tenant only. Default: none.")
  private @Nullable String tenantField;

  @Option(
      names = "--statistics",
      paramLabel = "WHOSE",
      defaultValue = "collection",
      description =
          "Among which documents it is counted how frequent the terms of a query are: collection"
              + " (all) or tenant (those of the tenant that searches, as if it had a collection of"
              + " its own). tenant needs --tenant-field, and an encoder such as bm25 that weighs"
              + " terms by how frequent they are. It cannot be changed later. Default:"
              + " ${DEFAULT-VALUE}.")
  private StatisticsScope statistics = StatisticsScope.COLLECTION;

  /** Returns among which documents it is counted how frequent the terms of a query are. */
  public StatisticsScope statistics() {
    return statistics;
  }

  /**
   * Returns the declared fields.
   *
   * @throws InvalidInputException when a field is malformed or declared twice
   */
  public Schema schema() {
    List<Schema.Field> declared = new ArrayList<>();
    for (String field : fields) {
      int colon = field.lastIndexOf(':');
      if (colon < 0) {
        throw new InvalidInputException(
            "--field", "'" + field + "'", "NAME:TYPE, for example year:int64");
      }
      declared.add(
          new Schema.Field(
              field.substring(0, colon), FieldType.ofWord(field.substring(colon + 1))));
    }
    for (String field : graphs.keySet()) {
      if (denseFields.stream().noneMatch(flag -> flag.split(":", -1)[0].equals(field))) {
        throw new InvalidInputException(
            "--dense-graph", "'" + field + "'", "a field of --dense-field");
      }
    }
    return new Schema(declared, tenantField, denseFields.stream().map(this::denseField).toList());
  }

  private DenseFieldSpec denseField(String flag) {
    String[] parts = flag.split(":", -1);
    if (parts.length < 2 || parts.length > 5) {
      throw noDenseField(flag);
    }
    DenseType type =
        new DenseType(
            number(flag, parts[1]),
            parts.length > 2 ? DenseStorage.ofWord(parts[2]) : DenseStorage.F32,
            parts.length > 3 ? DenseSimilarity.ofWord(parts[3]) : DenseSimilarity.DOT);
    return new DenseFieldSpec(
        parts[0], type, parts.length > 4 ? number(flag, parts[4]) : 1, graph(parts[0]));
  }

  private @Nullable DenseGraph graph(String field) {
    String value = graphs.get(field);
    if (value == null) {
      return null;
    }
    String[] parts = value.isEmpty() ? new String[0] : value.split(":", -1);
    int[] numbers = {DenseGraph.NEIGHBOURS, DenseGraph.BUILD_WIDTH, DenseGraph.VECTORS_MIN};
    if (parts.length > numbers.length) {
      throw noGraph(field, value);
    }
    for (int i = 0; i < parts.length; i++) {
      try {
        numbers[i] = Integer.parseInt(parts[i]);
      } catch (NumberFormatException none) {
        throw noGraph(field, value);
      }
    }
    try {
      return new DenseGraph(numbers[0], numbers[1], numbers[2]);
    } catch (InvalidInputException e) {
      throw e.at("--dense-graph");
    }
  }

  private static InvalidInputException noGraph(String field, String value) {
    return new InvalidInputException(
        "--dense-graph",
        "'" + field + "=" + value + "'",
        "FIELD[=NEIGHBOURS[:BUILD_WIDTH[:VECTORS_MIN]]], for example embedding=16:200");
  }

  private static int number(String flag, String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException none) {
      throw noDenseField(flag);
    }
  }

  private static InvalidInputException noDenseField(String flag) {
    return new InvalidInputException(
        "--dense-field",
        "'" + flag + "'",
        "NAME:DIMENSIONS[:STORAGE[:SIMILARITY[:VECTORS_MAX]]], for example"
            + " embedding:384:int8:cosine");
  }
}
