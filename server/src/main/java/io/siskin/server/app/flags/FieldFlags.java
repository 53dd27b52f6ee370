package io.siskin.server.app.flags;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.collection.StatisticsScope;
import java.util.ArrayList;
import java.util.List;
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
    return new Schema(declared, tenantField);
  }
}
