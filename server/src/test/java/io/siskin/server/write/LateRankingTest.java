package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.client.DenseField;
import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.KeyedVector;
import io.siskin.client.NewCollection;
import io.siskin.client.Parts;
import io.siskin.client.Ranking;
import io.siskin.client.RankingNode;
import io.siskin.client.RankingNode.Densified;
import io.siskin.client.RankingNode.DensifiedRescore;
import io.siskin.client.RankingNode.Frame;
import io.siskin.client.RankingNode.MaxSim;
import io.siskin.client.RankingNode.TokenQuery;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SearchResult.Hit;
import io.siskin.client.SparseVector;
import io.siskin.client.WriteResult;
import io.siskin.index.dense.TermNumbers;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.testing.Seeds;
import io.siskin.server.rpc.GrpcServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Late interaction and densified vectors over what is stored: in memory, in segments, and in both.
 * What comes back is compared with plain loops over what was written. All weights are whole numbers
 * of which the largest is 127, so they are stored as they are, and all sums are exact.
 */
@Timeout(180)
final class LateRankingTest {
  private static final int DOCUMENTS = 240;
  private static final int DIMENSIONS = 40;
  private static final int SLICES = 64;
  private static final int BITS = 90;
  private static final int LIMIT = 60;
  private static final double ALPHA = 0.3;
  private static final double MISSING = -1000.25;

  @TempDir private Path folder;

  private final Random random = new Random(Seeds.next());
  private final Map<String, Written> written = new HashMap<>();

  /**
   * A document as it was written.
   *
   * @param vectors its vectors of numbers
   * @param tokens its token vectors
   * @param terms its sparse vector
   * @param keyed its vectors with keys
   */
  private record Written(
      List<float[]> vectors,
      List<Map<String, Integer>> tokens,
      Map<String, Integer> terms,
      List<KeyedVector> keyed) {}

  private float[] draw() {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = random.nextInt(-9, 10);
    }
    vector[random.nextInt(DIMENSIONS)] = 127;
    return vector;
  }

  /** Draws terms, one of which weighs 127. */
  private Map<String, Integer> terms(int sizeMax, int vocabulary) {
    Map<String, Integer> terms = new LinkedHashMap<>();
    for (int i = random.nextInt(sizeMax); i >= 0; i--) {
      terms.put("t" + random.nextInt(vocabulary), 1 + random.nextInt(126));
    }
    terms.put(terms.keySet().iterator().next(), 127);
    return terms;
  }

  private static SparseVector sparse(Map<String, Integer> terms) {
    float[] weights = new float[terms.size()];
    int count = 0;
    for (int weight : terms.values()) {
      weights[count++] = weight;
    }
    return SparseVector.ofTokens(terms.keySet().toArray(String[]::new), weights);
  }

  private List<Document> documents(int from, int to) {
    List<Document> documents = new ArrayList<>();
    for (int i = from; i < to; i++) {
      List<float[]> vectors = new ArrayList<>();
      List<Map<String, Integer>> tokens = new ArrayList<>();
      for (int v = random.nextInt(4); v > 0; v--) {
        vectors.add(draw());
      }
      for (int t = random.nextInt(5); t > 0; t--) {
        tokens.add(random.nextInt(5) == 0 ? Map.of() : terms(4, 12));
      }
      Map<String, Integer> terms = terms(60, 120);
      terms.put("common", 127);
      List<KeyedVector> keyed = keyed(random.nextInt(7));
      written.put("d" + i, new Written(vectors, tokens, terms, keyed));
      Document document = Document.of("d" + i).withVector(sparse(terms));
      if (!vectors.isEmpty()) {
        float[][] given = vectors.toArray(float[][]::new);
        document =
            document.withDense("f32", given).withDense("int8", given).withDense("bits", given);
      }
      if (!tokens.isEmpty()) {
        document =
            document.withTokenVectors(
                "words", tokens.stream().map(LateRankingTest::sparse).toList());
      }
      if (!keyed.isEmpty()) {
        document = document.withKeyedVectors("key32", keyed).withKeyedVectors("key16", keyed);
      }
      documents.add(document);
    }
    return documents;
  }

  /** Draws vectors with few different keys, one of which is the largest. */
  private List<KeyedVector> keyed(int count) {
    List<KeyedVector> keyed = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keyed.add(new KeyedVector(random.nextInt(-1, 6), draw()));
    }
    return keyed;
  }

  private static NewCollection collection() {
    DenseField field = DenseField.of("f32", DIMENSIONS).withVectorsMax(3);
    return NewCollection.of("books")
        .withDenseField(field)
        .withDenseField(
            DenseField.of("int8", DIMENSIONS)
                .withVectorsMax(3)
                .withStorage(DenseField.Storage.INT8))
        .withDenseField(
            DenseField.of("bits", DIMENSIONS)
                .withVectorsMax(3)
                .withStorage(DenseField.Storage.BINARY))
        .withDenseField(
            DenseField.of("words", 4).withVectorsMax(4).withStorage(DenseField.Storage.TERMS))
        .withDenseField(DenseField.of("slices", SLICES).withStorage(DenseField.Storage.SLICES))
        .withDenseField(
            DenseField.of("key32", DIMENSIONS)
                .withVectorsMax(6)
                .withStorage(DenseField.Storage.KEYED_F32))
        .withDenseField(
            DenseField.of("key16", DIMENSIONS)
                .withVectorsMax(6)
                .withStorage(DenseField.Storage.KEYED_F16))
        .withDenseField(DenseField.of("hashed", BITS).withStorage(DenseField.Storage.HASHED));
  }

  @Test
  void lateStagesAgreeWithPlainLoops() throws Exception {
    try (LiveServer live = new LiveServer(folder.resolve("data"), LiveServer.SMALL);
        GrpcServer server = live.serve();
        SearchClient client = LiveServer.clientOf(server)) {
      client.collectionsClient().create(collection());
      assertThat(client.collection("books").storage().denseFields())
          .isEqualTo(collection().denseFields());
      DocumentsClient books =
          client.documents("books").withWaitFor(DocumentsClient.WaitFor.SEARCHABLE);
      books.upsert(documents(0, DOCUMENTS / 2));
      check(client, books);
      client.collectionsClient().flush("books");
      check(client, books);
      books.upsert(documents(DOCUMENTS / 3, DOCUMENTS));
      check(client, books);
      checkRefusals(client, books);
    }
  }

  private static SearchResult search(SearchClient client, RankingNode root) {
    Map<String, Integer> common = Map.of("common", 1);
    return client.search(
        SearchRequest.vector("books", sparse(common))
            .withRanking(new Ranking.Tree(root))
            .withK(LIMIT));
  }

  private static RankingNode first() {
    return new RankingNode.Sparse(new Frame(10_000, "first", null), null, null, null);
  }

  private void check(SearchClient client, DocumentsClient books) {
    List<float[]> query = new ArrayList<>();
    for (int i = 1 + random.nextInt(20); i > 0; i--) {
      query.add(draw());
    }
    TokenQuery values = new TokenQuery.Values(query);
    checkMaxSim(client, "f32", values, each -> maxSim(each.vectors, query, LateRankingTest::dot));
    checkMaxSim(client, "int8", values, each -> maxSim(each.vectors, query, LateRankingTest::dot));
    checkMaxSim(
        client, "bits", values, each -> maxSim(each.vectors, query, LateRankingTest::equalSigns));
    List<Map<String, Integer>> tokens = new ArrayList<>();
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      tokens.add(random.nextInt(5) == 0 ? Map.of() : terms(6, 14));
    }
    TokenQuery terms = new TokenQuery.Terms(tokens.stream().map(LateRankingTest::sparse).toList());
    checkMaxSim(
        client, "words", terms, each -> maxSim(each.tokens, tokens, LateRankingTest::commonTerms));
    List<KeyedVector> keyed = keyed(1 + random.nextInt(9));
    TokenQuery coil = new TokenQuery.Keyed(keyed);
    checkMaxSim(client, "key32", coil, each -> coil(each.keyed, keyed));
    checkMaxSim(client, "key16", coil, each -> coil(each.keyed, keyed));
    checkBits(client, query.getFirst());
    checkDensified(client, terms(60, 120));
    checkRead(books);
  }

  private void checkMaxSim(
      SearchClient client, String field, TokenQuery query, ToDoubleFunction<Written> twin) {
    RankingNode.Frame frame = new Frame(LIMIT, "late", null);
    SearchResult result = search(client, new MaxSim(frame, first(), field, query, ALPHA, MISSING));
    assertThat(result.hits()).hasSize(LIMIT);
    checkScores(result, "late", twin);
    SearchResult alone = search(client, new MaxSim(frame, first(), field, query, 0, MISSING));
    assertThat(alone.hits())
        .extracting(hit -> (double) hit.score())
        .isEqualTo(
            written.values().stream()
                .map(each -> or(twin.applyAsDouble(each)))
                .sorted(Comparator.reverseOrder())
                .limit(LIMIT)
                .map(score -> (double) score.floatValue())
                .toList());
  }

  private static double or(double score) {
    return Double.isNaN(score) ? MISSING : score;
  }

  /** Compares the scores of a stage with a twin that gives no number where nothing is stored. */
  private void checkScores(SearchResult result, String stage, ToDoubleFunction<Written> twin) {
    for (Hit hit : result.hits()) {
      double score = twin.applyAsDouble(written.get(hit.id()));
      double below = hit.stageScores().getOrDefault("first", Double.NaN);
      assertThat(hit.stageScores().get(stage)).isEqualTo(ALPHA * below + (1 - ALPHA) * or(score));
    }
  }

  /** Returns the sum of the largest similarities; no number if there is nothing to compare. */
  private static <V> double maxSim(List<V> document, List<V> query, Similarity<V> similarity) {
    if (document.isEmpty()) {
      return Double.NaN;
    }
    double sum = 0;
    for (V asked : query) {
      double largest = Double.NEGATIVE_INFINITY;
      for (V there : document) {
        largest = Math.max(largest, similarity.of(asked, there));
      }
      sum += largest;
    }
    return sum;
  }

  /** Returns the sum of the largest inner products of vectors with the same key. */
  private static double coil(List<KeyedVector> document, List<KeyedVector> query) {
    if (document.isEmpty()) {
      return Double.NaN;
    }
    double sum = 0;
    for (KeyedVector asked : query) {
      sum +=
          document.stream()
              .filter(there -> there.key() == asked.key())
              .mapToDouble(there -> dot(asked.values(), there.values()))
              .max()
              .orElse(0);
    }
    return sum;
  }

  /** How near two vectors are. */
  @FunctionalInterface
  private interface Similarity<V> {
    double of(V left, V right);
  }

  private static double dot(float[] left, float[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }

  private static double equalSigns(float[] left, float[] right) {
    int score = 0;
    for (int i = 0; i < left.length; i++) {
      score += left[i] > 0 == right[i] > 0 ? 1 : -1;
    }
    return score;
  }

  private static double commonTerms(Map<String, Integer> left, Map<String, Integer> right) {
    double sum = 0;
    for (Map.Entry<String, Integer> term : left.entrySet()) {
      sum += term.getValue() * right.getOrDefault(term.getKey(), 0);
    }
    return sum;
  }

  private void checkBits(SearchClient client, float[] query) {
    List<Float> vector = new ArrayList<>();
    for (float value : query) {
      vector.add(value);
    }
    List<Hit> hits = search(client, new RankingNode.Dense(Frame.of(LIMIT), "bits", vector)).hits();
    assertThat(hits)
        .extracting(hit -> (double) hit.score())
        .isEqualTo(
            written.values().stream()
                .filter(each -> !each.vectors.isEmpty())
                .map(each -> maxSim(each.vectors, List.of(query), LateRankingTest::equalSigns))
                .sorted(Comparator.reverseOrder())
                .limit(LIMIT)
                .toList());
  }

  private void checkDensified(SearchClient client, Map<String, Integer> query) {
    checkDensified(client, "slices", query, LateRankingTest::sliced);
    checkDensified(client, "hashed", query, LateRankingTest::commonBits);
  }

  private void checkDensified(
      SearchClient client,
      String field,
      Map<String, Integer> query,
      ToDoubleBiFunction<Map<String, Integer>, Map<String, Integer>> score) {
    SearchRequest.Query asked = new SearchRequest.Query.Vector(sparse(query));
    List<Hit> hits = search(client, new Densified(Frame.of(LIMIT), field, asked)).hits();
    assertThat(hits)
        .extracting(hit -> (double) hit.score())
        .isEqualTo(
            written.values().stream()
                .map(each -> score.applyAsDouble(each.terms, query))
                .sorted(Comparator.reverseOrder())
                .limit(LIMIT)
                .toList());
    SearchResult rescored =
        search(
            client,
            new DensifiedRescore(
                new Frame(LIMIT, "dense", null), first(), field, asked, ALPHA, MISSING));
    checkScores(rescored, "dense", each -> score.applyAsDouble(each.terms, query));
  }

  private static double commonBits(Map<String, Integer> document, Map<String, Integer> query) {
    Set<Integer> common = bits(document);
    common.retainAll(bits(query));
    return common.size();
  }

  private static Set<Integer> bits(Map<String, Integer> terms) {
    Set<Integer> bits = new HashSet<>();
    terms.keySet().forEach(term -> bits.add(DenseLayout.hashedBit((int) number(term), BITS)));
    return bits;
  }

  /** Adds up the slices whose heaviest terms are the same one. */
  private static double sliced(Map<String, Integer> document, Map<String, Integer> query) {
    double sum = 0;
    for (int slice = 0; slice < SLICES; slice++) {
      String ofDocument = heaviest(document, slice);
      if (ofDocument != null && ofDocument.equals(heaviest(query, slice))) {
        sum += document.get(ofDocument) * query.get(ofDocument);
      }
    }
    return sum;
  }

  private static String heaviest(Map<String, Integer> terms, int slice) {
    return terms.keySet().stream()
        .filter(term -> number(term) % SLICES == slice)
        .max(
            Comparator.comparingInt((String term) -> terms.get(term))
                .thenComparingLong(term -> -(number(term) / SLICES % 65_536)))
        .orElse(null);
  }

  private static long number(String term) {
    return Integer.toUnsignedLong(TermNumbers.of(term));
  }

  /** Token vectors come back by the numbers of their terms, and can be written again. */
  private void checkRead(DocumentsClient books) {
    Set<String> found = new HashSet<>();
    for (String id : written.keySet().stream().limit(20).toList()) {
      Document read = books.get(List.of(id), Parts.EVERYTHING).getFirst();
      Written expected = written.get(id);
      assertThat(read.dense().keySet())
          .isEqualTo(expected.vectors.isEmpty() ? Set.of() : Set.of("f32", "int8", "bits"));
      List<SparseVector> vectors = read.tokenVectors().getOrDefault("words", List.of());
      assertThat(vectors).hasSameSizeAs(expected.tokens);
      for (int i = 0; i < vectors.size(); i++) {
        SparseVector vector = vectors.get(i);
        assertThat(vector.size()).isEqualTo(expected.tokens.get(i).size());
        Map<Long, Integer> byNumber = new HashMap<>();
        expected.tokens.get(i).forEach((term, weight) -> byNumber.put(number(term), weight));
        for (int term = 0; term < vector.size(); term++) {
          assertThat(byNumber.get(Integer.toUnsignedLong(vector.termId(term))))
              .isEqualTo((int) vector.weight(term));
        }
        found.add(id);
      }
      List<KeyedVector> keyed = read.keyedVectors().getOrDefault("key16", List.of());
      List<KeyedVector> sorted = new ArrayList<>(expected.keyed);
      sorted.sort((left, right) -> Integer.compareUnsigned(left.key(), right.key()));
      assertThat(keyed).hasSameSizeAs(sorted);
      for (int i = 0; i < keyed.size(); i++) {
        assertThat(keyed.get(i).key()).isEqualTo(sorted.get(i).key());
        assertThat(keyed.get(i).values()).containsExactly(sorted.get(i).values());
      }
      assertThat(books.upsert(List.of(read)).getFirst().outcome())
          .isEqualTo(WriteResult.Outcome.REPLACED);
    }
    assertThat(found).isNotEmpty();
  }

  private static void checkRefusals(SearchClient client, DocumentsClient books) {
    assertThatThrownBy(() -> search(client, new MaxSim(Frame.of(9), first(), "words", null, 0, 0)))
        .isInstanceOf(SearchException.class)
        .hasMessageContaining("node.rescore.max_sim.token_vectors");
    SparseVector one = sparse(Map.of("a", 1));
    Document document = Document.of("x").withVector(one);
    List<WriteResult> results =
        books.upsert(
            List.of(
                document.withTokenVectors("bits", List.of(one)),
                document.withTokenVectors("words", List.of(one, one, one, one, one)),
                document.withTokenVectors(
                    "words",
                    List.of(SparseVector.ofTokens(new String[] {"b"}, new float[] {2e15f}))),
                document.withDense("words", new float[4]),
                document.withDense("slices", new float[SLICES]),
                document.withDense("key32", new float[DIMENSIONS]),
                document.withDense("hashed", new float[BITS]),
                document.withKeyedVectors(
                    "f32", List.of(new KeyedVector(1, new float[DIMENSIONS]))),
                document.withKeyedVectors(
                    "key32",
                    List.of(
                        new KeyedVector(2, new float[DIMENSIONS]),
                        new KeyedVector(1, new float[DIMENSIONS - 1]))),
                document.withVector(
                    SparseVector.ofTokens(new String[] {"b"}, new float[] {2e15f}))));
    List<String> places =
        List.of(
            "documents[0].token_vectors.bits",
            "documents[1].token_vectors.words",
            "documents[2].token_vectors.words.vectors[0].weights[0]",
            "documents[3].dense.words",
            "documents[4].dense.slices",
            "documents[5].dense.key32",
            "documents[6].dense.hashed",
            "documents[7].keyed_vectors.f32",
            "documents[8].keyed_vectors.key32.vectors[1].values",
            "documents[9].dense.slices.weights[0]");
    for (int i = 0; i < places.size(); i++) {
      String place = places.get(i);
      assertThat(results.get(i).error())
          .isInstanceOfSatisfying(
              SearchException.InvalidRequest.class,
              refused -> assertThat(refused.violations().toString()).contains(place));
    }
  }
}
