package io.siskin.server.ingest;

import io.siskin.index.build.BuildProgress;
import io.siskin.index.dense.DenseField;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.document.Schema;
import io.siskin.index.segment.DocumentPositions;
import io.siskin.index.segment.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Measures what the stored forms of dense fields lose. Whole vectors are kept in files of the build
 * until then, for fields that lose something.
 *
 * <p>Used by one thread, which closes it.
 */
final class DenseLosses implements AutoCloseable {
  /** Of how many documents a vector is a query at most. */
  static final int SAMPLE_COUNT_MAX = 200;

  /** How many of the nearest documents are compared. */
  static final int NEAREST = 10;

  private static final int SAMPLE_COUNT_MIN = 20;
  private static final long SEED = 42;

  // About twenty seconds of one core.
  private static final double MULTIPLICATIONS_MAX = 2e10;

  private final List<OfField> fields = new ArrayList<>();
  private int documentCount;

  /** One field. */
  private static final class OfField {
    final DenseFieldSpec spec;
    final WholeVectors whole;
    // Positions of the documents with vectors.
    int[] documents = new int[64];
    int count;
    long before;

    OfField(DenseFieldSpec spec, WholeVectors whole) {
      this.spec = spec;
      this.whole = whole;
    }
  }

  /**
   * Makes files for whole vectors.
   *
   * @param build how the vectors come about
   * @param schema the fields of the collection
   * @param directory holds the files; the build's own
   */
  DenseLosses(DenseBuild build, Schema schema, Path directory) throws IOException {
    for (int i = 0; i < schema.dense().size(); i++) {
      DenseFieldSpec field = schema.dense().get(i);
      if (build.loses(field)) {
        Path file = directory.resolve("whole-" + i);
        fields.add(new OfField(field, WholeVectors.create(file, build.wholeDimensions(field))));
      }
    }
  }

  /** Returns whether no field loses anything. */
  boolean isEmpty() {
    return fields.isEmpty();
  }

  /**
   * Adds the whole vectors of the next document of the segment.
   *
   * @param dense its vectors by the name of the field
   */
  void add(Map<String, List<float[]>> dense) throws IOException {
    for (OfField field : fields) {
      List<float[]> vectors = dense.getOrDefault(field.spec.name(), List.of());
      field.whole.append(vectors);
      field.before += vectors.size();
      if (!vectors.isEmpty()) {
        if (field.count == field.documents.length) {
          field.documents = Arrays.copyOf(field.documents, 2 * field.count);
        }
        field.documents[field.count++] = documentCount;
      }
    }
    documentCount++;
  }

  /**
   * Compares the segment with the whole vectors.
   *
   * @param segment the segment that was built of the documents
   * @param progress told of the stage
   * @return one loss for each field that loses something and that at least two documents have
   */
  List<DenseLoss> measure(Segment segment, BuildProgress progress) throws IOException {
    List<DenseLoss> losses = new ArrayList<>();
    for (OfField field : fields) {
      DenseField stored = segment.dense().find(field.spec.name());
      if (field.count > 1 && stored != null) {
        losses.add(measure(field, stored, Objects.requireNonNull(segment.positions()), progress));
      }
    }
    return losses;
  }

  private DenseLoss measure(
      OfField field, DenseField stored, DocumentPositions positions, BuildProgress progress)
      throws IOException {
    int[] sample = sample(field);
    float[][] queries = queries(field, sample);
    progress.begin("dense losses of " + field.spec.name(), sample.length);
    Nearest[] byWhole = byWhole(field, sample, queries);
    long after = 0;
    double found = 0;
    for (int query = 0; query < sample.length; query++) {
      DenseQuery prepared =
          DenseQuery.of(field.spec, Arrays.copyOf(queries[query], field.spec.type().dimensions()));
      Nearest nearest = new Nearest(sample[query]);
      after = 0;
      for (int document = 0; document < documentCount; document++) {
        int count = stored.vectorCount(document);
        after += count;
        if (count > 0) {
          nearest.offer((int) positions.position(document) - 1, stored.score(prepared, document));
        }
      }
      found += nearest.shareOf(byWhole[query]);
      progress.advance(query + 1L);
    }
    progress.end();
    return new DenseLoss(
        field.spec.name(),
        sample.length,
        found / sample.length,
        (double) field.before / field.count,
        (double) after / field.count);
  }

  /** Draws documents with vectors, in ascending order. */
  private int[] sample(OfField field) {
    double perQuery = (double) field.before * field.whole.dimensions();
    int wanted =
        (int)
            Math.min(SAMPLE_COUNT_MAX, Math.max(SAMPLE_COUNT_MIN, MULTIPLICATIONS_MAX / perQuery));
    int[] drawn = Arrays.copyOf(field.documents, field.count);
    Random random = new Random(SEED);
    int count = Math.min(wanted, drawn.length);
    for (int i = 0; i < count; i++) {
      int other = random.nextInt(i, drawn.length);
      int document = drawn[other];
      drawn[other] = drawn[i];
      drawn[i] = document;
    }
    int[] sample = Arrays.copyOf(drawn, count);
    Arrays.sort(sample);
    return sample;
  }

  private float[][] queries(OfField field, int[] sample) throws IOException {
    float[][] queries = new float[sample.length][];
    WholeVectors.Reader reader = field.whole.read();
    int next = 0;
    for (int document = 0; next < sample.length; document++) {
      List<float[]> vectors = reader.next();
      if (document == sample[next]) {
        queries[next++] = vectors.getFirst();
      }
    }
    return queries;
  }

  private Nearest[] byWhole(OfField field, int[] sample, float[][] queries) throws IOException {
    boolean cosine = field.spec.type().similarity() == DenseSimilarity.COSINE;
    Nearest[] nearest = new Nearest[sample.length];
    for (int query = 0; query < sample.length; query++) {
      nearest[query] = new Nearest(sample[query]);
    }
    WholeVectors.Reader reader = field.whole.read();
    for (int document = 0; document < documentCount; document++) {
      List<float[]> vectors = reader.next();
      if (vectors.isEmpty()) {
        continue;
      }
      double[] scales = new double[vectors.size()];
      for (int i = 0; i < scales.length; i++) {
        scales[i] = cosine ? 1 / Math.sqrt(product(vectors.get(i), vectors.get(i))) : 1;
      }
      for (int query = 0; query < sample.length; query++) {
        // The length of the query does not change the order of its documents.
        double score = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < scales.length; i++) {
          score = Math.max(score, product(queries[query], vectors.get(i)) * scales[i]);
        }
        nearest[query].offer(document, score);
      }
    }
    return nearest;
  }

  /** With four sums, which need not wait for each other. */
  private static double product(float[] left, float[] right) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int i = 0;
    for (; i + 3 < left.length; i += 4) {
      first += (double) left[i] * right[i];
      second += (double) left[i + 1] * right[i + 1];
      third += (double) left[i + 2] * right[i + 2];
      fourth += (double) left[i + 3] * right[i + 3];
    }
    for (; i < left.length; i++) {
      first += (double) left[i] * right[i];
    }
    return first + second + third + fourth;
  }

  @Override
  public void close() throws IOException {
    IOException failed = null;
    for (OfField field : fields) {
      try {
        field.whole.close();
      } catch (IOException failure) {
        failed = failure;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }

  /** The nearest documents of one query, but for the one that it was made of. */
  private static final class Nearest {
    private final int self;
    private final int[] documents = new int[NEAREST];
    private final double[] scores = new double[NEAREST];
    private int count;

    Nearest(int self) {
      this.self = self;
    }

    /** Of equal scores the lower position is nearer, in whichever order documents come. */
    void offer(int document, double score) {
      if (document == self) {
        return;
      }
      int at = count;
      while (at > 0 && isNearer(document, score, at - 1)) {
        at--;
      }
      if (at == NEAREST) {
        return;
      }
      count = Math.min(NEAREST, count + 1);
      for (int i = count - 1; i > at; i--) {
        documents[i] = documents[i - 1];
        scores[i] = scores[i - 1];
      }
      documents[at] = document;
      scores[at] = score;
    }

    private boolean isNearer(int document, double score, int than) {
      return score > scores[than] || (score == scores[than] && document < documents[than]);
    }

    /** Returns which share of other documents are among these. */
    double shareOf(@Nullable Nearest other) {
      Nearest truth = Objects.requireNonNull(other);
      int found = 0;
      for (int i = 0; i < truth.count; i++) {
        for (int j = 0; j < count; j++) {
          found += truth.documents[i] == documents[j] ? 1 : 0;
        }
      }
      return (double) found / truth.count;
    }
  }
}
