package io.siskin.loadtest.crash;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseGraph;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.collection.WriteOptions;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.VectorSpec;
import java.util.List;

/** How a collection of the harness comes to be, and what its documents are. */
enum CollectionKind {
  /**
   * Documents with vectors by term id, and with dense vectors. It is made by a call, and so are its
   * copies.
   */
  VECTORS(Operation.MAIN),

  /** Documents with texts, under BM25. */
  TEXTS("texts"),

  /** Documents with vectors, each of which belongs to a tenant. */
  TENANTS("owners"),

  /** Built by {@code siskin index} before it is written. */
  BUILT("built"),

  /** Built in version 1 of the format before it is written. It has no fields. */
  OLD("old"),

  /** Its log is forced at an interval, so a loss of power may take its last writes. */
  INTERVAL("often"),

  /** Its log is not forced for writes, so a loss of power may take its last writes. */
  UNFORCED("never");

  /** The average length of a text that is pinned for {@link #TEXTS}. */
  static final double AVERAGE_LENGTH = 12;

  /** Who the documents of {@link #TENANTS} belong to. */
  static final List<String> OWNERS = List.of("o0", "o1", "o2");

  /** The dense fields of {@link #VECTORS}, one for each way to store values. */
  static final List<DenseFieldSpec> DENSE =
      List.of(
          new DenseFieldSpec(
              "passages", new DenseType(5, DenseStorage.INT8, DenseSimilarity.COSINE), 3),
          new DenseFieldSpec(
              "singles",
              new DenseType(33, DenseStorage.F32, DenseSimilarity.DOT),
              1,
              // Every segment has a graph of them.
              new DenseGraph(4, 16, 1)),
          new DenseFieldSpec(
              "halves", new DenseType(4, DenseStorage.F16, DenseSimilarity.COSINE), 5),
          new DenseFieldSpec(
              "bits", new DenseType(70, DenseStorage.BINARY, DenseSimilarity.DOT), 2));

  /** The field that says whose a document is. */
  static final String OWNER = "owner";

  private static final String RESTORED_PREFIX = "restored-";
  private static final int SYNC_INTERVAL_MILLIS = 20;
  private static final int REFRESH_INTERVAL_MILLIS = 50;

  private final String collection;

  CollectionKind(String collection) {
    this.collection = collection;
  }

  /** Returns the name of the collection of this kind that is always there. */
  String collection() {
    return collection;
  }

  /** Returns the name of the collection that is made of its snapshots. */
  String restored() {
    return this == VECTORS ? Operation.RESTORED : RESTORED_PREFIX + collection;
  }

  /**
   * Returns the kind of a collection.
   *
   * @param name its name, or the alias
   */
  static CollectionKind of(String name) {
    for (CollectionKind kind : values()) {
      if (name.equals(kind.collection) || name.equals(kind.restored())) {
        return kind;
      }
    }
    return VECTORS;
  }

  /** Returns whether its documents have a year and other fields. */
  boolean hasFields() {
    return this != OLD;
  }

  /** Returns the tenants that are to be named in requests; an empty name where there are none. */
  List<String> owners() {
    return this == TENANTS ? OWNERS : List.of("");
  }

  /** Returns whether what was answered survives a loss of power. */
  boolean isForced() {
    return this != INTERVAL && this != UNFORCED;
  }

  /** Returns what it is made with, where it is made by a call. */
  CollectionSettings settings() {
    List<Schema.Field> fields =
        List.of(
            new Schema.Field("year", FieldType.INT64),
            new Schema.Field("tags", FieldType.STRING_LIST));
    Schema schema =
        this == TENANTS
            ? new Schema(
                List.of(fields.get(0), fields.get(1), new Schema.Field(OWNER, FieldType.STRING)),
                OWNER)
            : new Schema(fields, null, this == VECTORS ? DENSE : List.of());
    WriteOptions.Sync sync =
        switch (this) {
          case INTERVAL -> new WriteOptions.Sync.Interval(SYNC_INTERVAL_MILLIS);
          case UNFORCED -> new WriteOptions.Sync.None();
          default -> new WriteOptions.Sync.EveryBatch();
        };
    return new CollectionSettings(
        schema, StorageOptions.DEFAULTS, new WriteOptions(sync, REFRESH_INTERVAL_MILLIS), null);
  }

  /** Returns how its texts become vectors, where it is made by a call. */
  EncoderSpec encoder() {
    return this == TEXTS
        ? new Bm25Spec(
            new AnalyzerSpec.Whitespace(), Bm25Spec.K1_DEFAULT, Bm25Spec.B_DEFAULT, AVERAGE_LENGTH)
        : new VectorSpec();
  }
}
