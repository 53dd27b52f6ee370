package io.siskin.server.search;

import static io.siskin.server.search.Evaluations.drain;
import static io.siskin.server.search.Evaluations.hits;
import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.ImpactOrderedOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.Weighting;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.measure.GroundTruth;
import io.siskin.server.measure.OracleTruth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches of segments with residuals end in refined scores, and in the lists that they order. */
final class RefinementTest {
  private static final ClusterOptions ALL_POSTINGS =
      new ClusterOptions(ClusterOptions.UNLIMITED, 1, 1, 5, 0.2, 15, 2, 0.4, 0, 1);
  private static final SearchMode UNPRUNED =
      new SearchMode.Clustered(SearchMode.Clustered.QUERY_CUT_MAX, Float.MIN_VALUE, true);
  private static final ImpactOrderedOptions ALL_IMPACTS = new ImpactOrderedOptions(1e9, 1, 64);

  @TempDir Path directory;
  private final List<Segment> segments = new ArrayList<>();

  @AfterEach
  void release() {
    segments.forEach(Segment::release);
  }

  /** Several segments, some without residuals, scales alike or orders of magnitude apart. */
  @RepeatedTest(12)
  void theListIsTheRefinedOraclesInEveryModeThatPrunesNothing() throws IOException {
    Random random = new Random(Seeds.next());
    boolean byToken = random.nextBoolean();
    double spread = random.nextBoolean() ? 0 : 3 * random.nextDouble();
    int vocabulary = 1 + random.nextInt(300);
    List<SparseVector> queries = new ArrayList<>();
    for (int segment = 1 + random.nextInt(3); segment > 0; segment--) {
      RandomCollection.Shape shape =
          new RandomCollection.Shape(
              random.nextInt(900),
              vocabulary,
              1 + random.nextInt(30),
              1 + random.nextInt(5),
              random.nextInt(4) == 0 ? 3 : 1 << 20,
              byToken);
      RandomCollection collection = RandomCollection.draw(shape, random);
      queries.addAll(collection.queries());
      open(scaled(collection, spread, random), options(random));
    }
    Searcher searcher = new Searcher(SearchScope.mapped(segments, KernelProvider.current()));
    for (SparseVector vector : queries) {
      QuantizedQuery query = QuantizedQuery.of(vector);
      for (int k : new int[] {1, 2, 10, 100, 5_000}) {
        List<Hit> expected = oracle(query, k);
        assertThat(search(searcher, query, new SearchMode.Exact(), k)).isEqualTo(expected);
        assertThat(search(searcher, query, UNPRUNED, k)).isEqualTo(expected);
      }
    }
  }

  /** Whatever is pruned, what is returned has its refined score and stands in order. */
  @RepeatedTest(3)
  void scoresAreRefinedWhateverIsPruned() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(2_000, 500, 30, 10, 1 << 20, true), random);
    open(collection, options(random).withResiduals(true));
    Searcher searcher = new Searcher(SearchScope.mapped(segments, KernelProvider.current()));
    for (SparseVector vector : collection.queries()) {
      QuantizedQuery query = QuantizedQuery.of(vector);
      Map<Integer, Float> scores = new HashMap<>();
      oracle(query, 10_000).forEach(hit -> scores.put(hit.document(), hit.score()));
      Hit last = new Hit(-1, Float.POSITIVE_INFINITY);
      SearchMode mode =
          random.nextBoolean()
              ? new SearchMode.Clustered(1 + random.nextInt(10), 0.9f, true)
              : new SearchMode.ScoreAtATime(random.nextFloat(), random.nextFloat(), 0, 0);
      for (Hit hit : search(searcher, query, mode, 20)) {
        assertThat(hit.score()).isEqualTo(scores.get(hit.document()));
        assertThat(last.score()).isGreaterThanOrEqualTo(hit.score());
        assertThat(last.score() > hit.score() || last.document() < hit.document()).isTrue();
        last = hit;
      }
    }
  }

  @Test
  void theTruthOfMeasurementsIsTheRefinedOracles() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(700, 90, 20, 3, 1 << 20, true), random);
    open(collection, options(random).withResiduals(true));
    open(collection, options(random).withResiduals(false));
    List<QuantizedQuery> queries = collection.queries().stream().map(QuantizedQuery::of).toList();
    GroundTruth truth = OracleTruth.compute(segments, queries, 10, done -> {});
    for (int query = 0; query < queries.size(); query++) {
      List<Hit> expected = oracle(queries.get(query), 10);
      for (int rank = 0; rank < expected.size(); rank++) {
        assertThat(truth.row(query, rank)).isEqualTo(expected.get(rank).document());
        assertThat(truth.score(query, rank)).isEqualTo(expected.get(rank).score());
      }
    }
  }

  /** A term beyond the first page has its residual in a further run. */
  @Test
  void termsOnFurtherPages() throws IOException {
    Random random = new Random(Seeds.next());
    int terms = 150_000;
    List<SparseVector> documents = new ArrayList<>();
    for (int document = 0; document < 12; document++) {
      int[] ids = random.ints(0, terms).distinct().limit(20_000).toArray();
      documents.add(TermIdVector.of(ids, weights(ids.length, random)));
    }
    open(
        new RandomCollection(documents, List.of()),
        BuildOptions.DEFAULTS.withResiduals(true).withThreads(2));
    Searcher searcher = new Searcher(SearchScope.mapped(segments, KernelProvider.current()));
    for (int round = 0; round < 20; round++) {
      int[] ids = random.ints(0, terms).distinct().limit(200).toArray();
      QuantizedQuery query = QuantizedQuery.of(TermIdVector.of(ids, weights(ids.length, random)));
      assertThat(search(searcher, query, new SearchMode.Exact(), 3)).isEqualTo(oracle(query, 3));
    }
  }

  private static float[] weights(int count, Random random) {
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = 0.01f + random.nextFloat();
    }
    return weights;
  }

  @Test
  void anInterruptedRefinementLeavesTheSearcherClean() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(500, 60, 12, 3, 1 << 20, true), random);
    open(collection, options(random).withResiduals(true));
    Searcher searcher = new Searcher(SearchScope.mapped(segments, KernelProvider.current()));
    int interrupted = 0;
    for (SparseVector vector : collection.queries()) {
      QuantizedQuery query = QuantizedQuery.of(vector);
      int[] left = {random.nextInt(12)};
      try {
        Cancellation cancellation = Cancellation.whenCancelled(() -> left[0]-- == 0);
        searcher.search(query, UNPRUNED, 10, cancellation);
      } catch (QueryCancelledException expected) {
        interrupted++;
      }
      assertThat(search(searcher, query, UNPRUNED, 10)).isEqualTo(oracle(query, 10));
    }
    assertThat(interrupted).isPositive();
  }

  private void open(RandomCollection collection, BuildOptions options) throws IOException {
    Path segment = directory.resolve("segment" + segments.size());
    collection.build(segment, options);
    segments.add(Segment.open(segment, Verification.FULL));
  }

  private static BuildOptions options(Random random) {
    return new BuildOptions(
            new Weighting.AsGiven(),
            random.nextBoolean()
                ? new Quantization.PerDocument()
                : new Quantization.GlobalOfInput(),
            new Reordering.None(),
            new BuildOptions.Structures(
                true,
                false,
                random.nextInt(3) == 0 ? null : BlockMaxOptions.DEFAULTS,
                ALL_IMPACTS,
                ALL_POSTINGS,
                false),
            2)
        .withResiduals(random.nextInt(5) > 0);
  }

  /** Multiplies the weights of each document by a number of its own: scales that differ. */
  private static RandomCollection scaled(
      RandomCollection collection, double spread, Random random) {
    List<SparseVector> documents = new ArrayList<>();
    for (SparseVector document : collection.documents()) {
      float factor = (float) Math.exp(spread * random.nextGaussian());
      documents.add(
          switch (document) {
            case TokenVector tokens -> {
              Map<String, Float> weights = new HashMap<>();
              for (int i = 0; i < tokens.size(); i++) {
                weights.put(tokens.token(i), factor * tokens.weight(i));
              }
              yield TokenVector.of(weights);
            }
            case TermIdVector ids -> {
              int[] terms = new int[ids.size()];
              float[] weights = new float[ids.size()];
              for (int i = 0; i < terms.length; i++) {
                terms[i] = ids.termId(i);
                weights[i] = factor * ids.weight(i);
              }
              yield TermIdVector.of(terms, weights);
            }
          });
    }
    return new RandomCollection(documents, collection.queries());
  }

  private List<Hit> oracle(QuantizedQuery query, int k) {
    TopK top = new TopK(k);
    int base = 0;
    for (Segment segment : segments) {
      new ExhaustiveEvaluator(segment)
          .evaluate(
              SegmentQuery.resolve(query, segment.terms()),
              null,
              base,
              top,
              Cancellation.NEVER,
              new SearchCounters());
      base += segment.statistics().documentCount();
    }
    return drain(top);
  }

  private static List<Hit> search(Searcher searcher, QuantizedQuery query, SearchMode mode, int k) {
    searcher.search(query, mode, k, Cancellation.NEVER);
    return hits(searcher);
  }
}
