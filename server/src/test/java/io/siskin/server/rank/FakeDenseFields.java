package io.siskin.server.rank;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.TokenQuery;
import io.siskin.server.search.SearchScope;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Two dense fields of values in memory, and one of slices. Some documents have no vector, some have
 * several, and some vectors are the same.
 */
public final class FakeDenseFields implements DenseFields {
  public static final int DIMENSIONS = 6;

  /** The field of slices; it has one number for each term of a vector. */
  public static final String SLICES = "slices";

  private final List<FakeField> fields;
  private final Slices slices;

  /** Scores that were computed. */
  long scored;

  FakeDenseFields(SearchScope scope, Random random) {
    this.fields =
        List.of(new FakeField("first", scope, random), new FakeField("second", scope, random));
    this.slices = new Slices(scope, random);
  }

  @Override
  public List<String> names() {
    return Stream.concat(fields.stream().map(field -> field.name), Stream.of(SLICES)).toList();
  }

  @Override
  public @Nullable Field find(String name) {
    if (name.equals(SLICES)) {
      return slices;
    }
    return fields.stream().filter(field -> field.name.equals(name)).findFirst().orElse(null);
  }

  /** One field. */
  private final class FakeField implements Field {
    private final String name;
    private final float[][][][] vectors;
    private double normMax;

    FakeField(String name, SearchScope scope, Random random) {
      this.name = name;
      this.vectors = new float[scope.size()][][][];
      for (int segment = 0; segment < vectors.length; segment++) {
        vectors[segment] = new float[scope.segment(segment).documentCount()][][];
        for (int document = 0; document < vectors[segment].length; document++) {
          int count = random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(3);
          vectors[segment][document] = new float[count][];
          for (int vector = 0; vector < count; vector++) {
            vectors[segment][document][vector] = draw(random);
            normMax = Math.max(normMax, norm(vectors[segment][document][vector]));
          }
        }
      }
    }

    @Override
    public int dimensions() {
      return DIMENSIONS;
    }

    @Override
    public boolean encodesQueries() {
      return true;
    }

    @Override
    public DenseStorage storage() {
      return DenseStorage.F32;
    }

    @Override
    public List<float[]> vectors(int segment, int document) {
      return List.of(vectors[segment][document]);
    }

    @Override
    public void check(DenseVector query) {
      // All are taken.
    }

    @Override
    public void check(SparseVector query) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void check(TokenQuery.Terms query) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Scorer scorer(SparseVector query) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Scorer scorer(TokenQuery query) {
      List<DenseVector> asked = ((TokenQuery.Values) query).vectors();
      return new OneByOne() {
        @Override
        public boolean has(int segment, int document) {
          return vectors[segment][document].length > 0;
        }

        @Override
        public double score(int segment, int document) {
          double sum = 0;
          for (DenseVector vector : asked) {
            sum += scorer(vector).score(segment, document);
          }
          return sum;
        }

        @Override
        public double scoreMax() {
          return Double.POSITIVE_INFINITY;
        }
      };
    }

    @Override
    public VectorScorer scorer(DenseVector query) {
      return new OneVector() {
        @Override
        public String field() {
          return "fake";
        }

        @Override
        public @Nullable DenseQuery prepared() {
          return null;
        }

        @Override
        public boolean has(int segment, int document) {
          return vectors[segment][document].length > 0;
        }

        @Override
        public double score(int segment, int document) {
          scored++;
          float largest = Float.NEGATIVE_INFINITY;
          for (int vector = 0; vector < vectors[segment][document].length; vector++) {
            largest = Math.max(largest, score(segment, document, vector));
          }
          return largest;
        }

        @Override
        public float score(int segment, int document, int vector) {
          float sum = 0;
          for (int i = 0; i < DIMENSIONS; i++) {
            sum += query.value(i) * vectors[segment][document][vector][i];
          }
          return sum;
        }

        @Override
        public int vectorCount(int segment, int document) {
          return vectors[segment][document].length;
        }

        @Override
        public DenseVector query() {
          return query;
        }

        @Override
        public double scoreMax() {
          // More than the roundings of so few products.
          return norm(query.toArray()) * normMax * (1 + 1e-6);
        }
      };
    }
  }

  /** The slow twin of scoring many documents at once: it scores one after another. */
  abstract static class OneByOne implements Scorer {
    private int[] segments = new int[0];
    private int[] documents = new int[0];
    private int from;
    private int located;

    @Override
    public void locate(int[] segmentNumbers, int[] documentNumbers, int first, int count) {
      assertThat(count).isBetween(1, BLOCK_LENGTH);
      segments = segmentNumbers.clone();
      documents = documentNumbers.clone();
      from = first;
      located = count;
    }

    @Override
    public double located(int index) {
      return scoreOrNaN(segments[from + index], documents[from + index]);
    }

    @Override
    public void located(double[] scores, int at) {
      for (int i = 0; i < located; i++) {
        scores[at + i] = located(i);
      }
    }

    @Override
    public int scores(int segment, int first, int count, double[] scores) {
      int found = 0;
      for (int i = 0; i < count; i++) {
        scores[i] = scoreOrNaN(segment, first + i);
        found += has(segment, first + i) ? 1 : 0;
      }
      return found;
    }

    private double scoreOrNaN(int segment, int document) {
      return has(segment, document) ? score(segment, document) : Double.NaN;
    }
  }

  /** The same for one vector. */
  abstract static class OneVector extends OneByOne implements VectorScorer {}

  /** The field of slices. A document has a vector of terms, or none. */
  private static final class Slices implements Field {
    private final @Nullable SparseVector[][] vectors;

    Slices(SearchScope scope, Random random) {
      this.vectors = new SparseVector[scope.size()][];
      for (int segment = 0; segment < vectors.length; segment++) {
        vectors[segment] = new SparseVector[scope.segment(segment).documentCount()];
        for (int document = 0; document < vectors[segment].length; document++) {
          vectors[segment][document] =
              random.nextInt(4) == 0 ? null : RankedCollection.vector(random);
        }
      }
    }

    @Override
    public int dimensions() {
      return DIMENSIONS;
    }

    @Override
    public DenseStorage storage() {
      return DenseStorage.SLICES;
    }

    @Override
    public void check(DenseVector query) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void check(SparseVector query) {}

    @Override
    public void check(TokenQuery.Terms query) {
      throw new UnsupportedOperationException();
    }

    @Override
    public VectorScorer scorer(DenseVector query) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Scorer scorer(TokenQuery query) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<float[]> vectors(int segment, int document) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Scorer scorer(SparseVector query) {
      return new OneByOne() {
        @Override
        public boolean has(int segment, int document) {
          return vectors[segment][document] != null;
        }

        @Override
        public double score(int segment, int document) {
          return product(query, Objects.requireNonNull(vectors[segment][document]));
        }

        @Override
        public double scoreMax() {
          return Double.POSITIVE_INFINITY;
        }
      };
    }

    private static double product(SparseVector query, SparseVector document) {
      double sum = 0;
      for (int i = 0; i < query.size(); i++) {
        for (int j = 0; j < document.size(); j++) {
          if (((TokenVector) query).token(i).equals(((TokenVector) document).token(j))) {
            sum += (double) query.weight(i) * document.weight(j);
          }
        }
      }
      return sum;
    }
  }

  /** Draws a vector of few different numbers, so that scores tie. */
  public static float[] draw(Random random) {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (random.nextInt(9) - 4) / 4f;
    }
    return vector;
  }

  private static double norm(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }
}
