package io.siskin.server.rank;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.column.Columns;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.store.Verification;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.search.SearchScope;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/**
 * A random collection of three segments with declared fields, one of which is reordered, and with
 * two dense fields that a fake keeps.
 */
public final class RankedCollection implements AutoCloseable {
  static final Schema SCHEMA =
      new Schema(
          List.of(
              new Schema.Field("year", FieldType.INT64),
              new Schema.Field("price", FieldType.DOUBLE),
              new Schema.Field("good", FieldType.BOOL),
              new Schema.Field("published", FieldType.TIMESTAMP),
              new Schema.Field("host", FieldType.STRING),
              new Schema.Field("tags", FieldType.STRING_LIST)),
          null);

  private static final int[] SIZES = {90, 260, 40};
  private static final String NAME = "ranked";

  final CollectionSnapshot snapshot;
  final FakeDenseFields dense;
  final FakeModels models = new FakeModels();
  private final CollectionCatalog catalog;

  RankedCollection(Path data, Random random) throws IOException {
    BuildOptions defaults = BuildOptions.DEFAULTS;
    BuildOptions reordered =
        new BuildOptions(
            defaults.weighting(),
            defaults.quantization(),
            new Reordering.GraphBisection(4, 2, 8),
            defaults.structures(),
            1);
    List<String> parts = new ArrayList<>();
    for (int size : SIZES) {
      String part = "part" + parts.size();
      TestCollections.index(
          data,
          part,
          lines(part, size, random),
          parts.size() == 1 ? reordered : defaults.withThreads(1),
          null,
          SCHEMA,
          StatisticsScope.COLLECTION);
      parts.add(part);
    }
    TestCollections.join(data, NAME, parts);
    catalog =
        new CollectionCatalog(new DataDirectory(data), Verification.FULL, _ -> {}, TextModels.NONE);
    catalog.open(NAME);
    snapshot = Objects.requireNonNull(catalog.acquire(NAME));
    dense = new FakeDenseFields(snapshot.scope(), random);
  }

  private static String lines(String part, int count, Random random) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append("{\"id\": \"").append(part).append('-').append(i).append("\", \"vector\": {");
      TokenVector vector = vector(random);
      for (int term = 0; term < vector.size(); term++) {
        lines.append(term == 0 ? "" : ", ").append('"').append(vector.token(term)).append("\": ");
        lines.append(vector.weight(term));
      }
      lines.append('}');
      field(lines, random, "year", Integer.toString(2000 + random.nextInt(6)));
      field(lines, random, "price", Double.toString(random.nextInt(9) / 4.0));
      field(lines, random, "good", Boolean.toString(random.nextBoolean()));
      field(lines, random, "published", "\"20" + (10 + random.nextInt(16)) + "-05-01\"");
      field(lines, random, "host", "\"h" + random.nextInt(12) + "\"");
      field(lines, random, "tags", "[\"t" + random.nextInt(3) + "\", \"x\"]");
      lines.append("}\n");
    }
    return lines.toString();
  }

  private static void field(StringBuilder lines, Random random, String name, String value) {
    if (random.nextInt(4) > 0) {
      lines.append(", \"").append(name).append("\": ").append(value);
    }
  }

  /** Draws a vector; with few weights, so that ties are frequent. */
  public static TokenVector vector(Random random) {
    TreeMap<String, Float> weights = new TreeMap<>();
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      weights.put("w" + (int) (40 * Math.pow(random.nextDouble(), 2)), 1f + random.nextInt(4));
    }
    return TokenVector.of(weights);
  }

  /** Returns the collection as a tree sees it. */
  RankedScope scope(SearchScope scope) {
    List<Columns> columns = new ArrayList<>();
    for (SnapshotPart part : snapshot.parts()) {
      columns.add(part.documents().columns());
    }
    return new RankedScope(
        scope,
        snapshot.searchers(),
        snapshot.planner(),
        1,
        columns,
        SCHEMA,
        dense,
        models,
        List.of("year", "host"));
  }

  RankedScope scope() {
    return scope(snapshot.scope());
  }

  static SparseVector query(Random random) {
    return vector(random);
  }

  @Override
  public void close() {
    snapshot.release();
    catalog.close();
  }
}
