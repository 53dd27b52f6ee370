package io.siskin.server.retrieve;

import io.siskin.index.dense.DenseField;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.dense.StoredDenseField;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.TokenQuery;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The dense fields that a collection declares, over all segments of a snapshot.
 *
 * <p>Safe for concurrent use, while the snapshot is retained.
 */
final class SnapshotDenseFields implements DenseFields {
  /** Half of the distance between 1 and the next float. */
  private static final double ROUNDING = 0x1p-24;

  private final List<DenseFieldSpec> specs;
  private final CollectionSnapshot snapshot;

  private SnapshotDenseFields(List<DenseFieldSpec> specs, CollectionSnapshot snapshot) {
    this.specs = specs;
    this.snapshot = snapshot;
  }

  /**
   * Returns the dense fields of a snapshot.
   *
   * @param snapshot the snapshot, which the caller keeps retained
   */
  static DenseFields of(CollectionSnapshot snapshot) {
    List<DenseFieldSpec> specs = snapshot.manifest().settings().schema().dense();
    return specs.isEmpty() ? NONE : new SnapshotDenseFields(specs, snapshot);
  }

  @Override
  public List<String> names() {
    return specs.stream().map(DenseFieldSpec::name).toList();
  }

  @Override
  public @Nullable Field find(String name) {
    for (DenseFieldSpec spec : specs) {
      if (spec.name().equals(name)) {
        boolean encodes = snapshot.denseEncoders().queries(name) != null;
        return new SnapshotField(spec, encodes, snapshot.parts());
      }
    }
    return null;
  }

  private record SnapshotField(
      DenseFieldSpec spec, boolean encodesQueries, List<SnapshotPart> parts) implements Field {
    @Override
    public int dimensions() {
      return spec.type().dimensions();
    }

    @Override
    public DenseStorage storage() {
      return spec.type().storage();
    }

    @Override
    public VectorScorer scorer(DenseVector query) {
      return scorer(DenseQuery.of(spec, query.toArray()));
    }

    @Override
    public Scorer scorer(SparseVector query) {
      return scorer(DenseQuery.ofSparse(spec, query, KernelProvider.current().newDenseKernel()));
    }

    @Override
    public Scorer scorer(TokenQuery query) {
      MaxSimQuery prepared =
          switch (query) {
            case TokenQuery.Values(List<DenseVector> vectors) ->
                MaxSimQuery.of(spec, vectors.stream().map(DenseVector::toArray).toList());
            case TokenQuery.Terms(List<SparseVector> vectors) -> MaxSimQuery.ofTerms(spec, vectors);
            case TokenQuery.OfRequest() -> throw new IllegalArgumentException("it has no vectors");
          };
      return new MaxSimScorer(prepared, segments());
    }

    private @Nullable DenseField[] segments() {
      @Nullable DenseField[] segments = new DenseField[parts.size()];
      for (int i = 0; i < segments.length; i++) {
        segments[i] = parts.get(i).documents().dense().find(spec.name());
      }
      return segments;
    }

    private VectorScorer scorer(DenseQuery prepared) {
      @Nullable DenseField[] segments = segments();
      float normMax = 0;
      for (DenseField field : segments) {
        normMax = field == null ? normMax : Math.max(normMax, field.normMax());
      }
      // Each of the sums and products of a score may be rounded up, and so may a query of bytes.
      double roundings = 1 + 2.0 * (spec.type().dimensions() + 1) * ROUNDING;
      return new SnapshotScorer(
          prepared, segments, Math.nextUp(prepared.norm() * normMax * roundings));
    }

    @Override
    public List<float[]> vectors(int segment, int document) {
      StoredDenseField field = parts.get(segment).documents().dense().find(spec.name());
      DenseVectors stored = field == null ? null : field.vectors(document);
      if (stored == null) {
        return List.of();
      }
      List<float[]> vectors = new ArrayList<>(stored.count());
      for (int vector = 0; vector < stored.count(); vector++) {
        vectors.add(stored.toFloats(vector));
      }
      return vectors;
    }
  }

  /** Used by one thread, since a query is. */
  private static final class MaxSimScorer implements Scorer {
    private final MaxSimQuery query;
    private final @Nullable DenseField[] segments;

    MaxSimScorer(MaxSimQuery query, @Nullable DenseField[] segments) {
      this.query = query;
      this.segments = segments;
    }

    @Override
    public boolean has(int segment, int document) {
      DenseField field = segments[segment];
      return field != null && field.vectorCount(document) > 0;
    }

    @Override
    public double score(int segment, int document) {
      DenseField field = segments[segment];
      return field == null ? Double.NEGATIVE_INFINITY : field.maxSim(query, document);
    }

    @Override
    public double scoreMax() {
      return Double.POSITIVE_INFINITY;
    }
  }

  /** Used by one thread, since a query is. */
  private static final class SnapshotScorer implements VectorScorer {
    private final DenseQuery query;
    private final @Nullable DenseField[] segments;
    private final double scoreMax;

    SnapshotScorer(DenseQuery query, @Nullable DenseField[] segments, double scoreMax) {
      this.query = query;
      this.segments = segments;
      this.scoreMax = scoreMax;
    }

    @Override
    public boolean has(int segment, int document) {
      DenseField field = segments[segment];
      return field != null && field.vectorCount(document) > 0;
    }

    @Override
    public double score(int segment, int document) {
      DenseField field = segments[segment];
      return field == null ? Float.NEGATIVE_INFINITY : field.score(query, document);
    }

    @Override
    public double scoreMax() {
      return scoreMax;
    }

    @Override
    public DenseVector query() {
      return new DenseVector(query.toFloats());
    }

    @Override
    public int vectorCount(int segment, int document) {
      DenseField field = segments[segment];
      return field == null ? 0 : field.vectorCount(document);
    }

    @Override
    public float score(int segment, int document, int vector) {
      DenseField field = segments[segment];
      return field == null ? Float.NEGATIVE_INFINITY : field.score(query, document, vector);
    }
  }
}
