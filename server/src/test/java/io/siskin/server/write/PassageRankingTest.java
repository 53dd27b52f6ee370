package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.client.DenseField;
import io.siskin.client.Document;
import io.siskin.client.DocumentsClient;
import io.siskin.client.FieldType;
import io.siskin.client.FieldValue;
import io.siskin.client.NewCollection;
import io.siskin.client.Ranking;
import io.siskin.client.RankingNode;
import io.siskin.client.RankingNode.Frame;
import io.siskin.client.RankingNode.Normalization;
import io.siskin.client.SearchClient;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SearchResult.Hit;
import io.siskin.client.SparseVector;
import io.siskin.index.testing.Seeds;
import io.siskin.server.rpc.GrpcServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stages for passages over what is stored: in memory, in segments, and in both. What comes back is
 * compared with plain loops over what was written.
 */
@Timeout(180)
final class PassageRankingTest {
  private static final int DOCUMENTS = 160;
  private static final int DIMENSIONS = 8;
  private static final SparseVector QUERY =
      SparseVector.ofTokens(new String[] {"common"}, new float[] {1});

  @TempDir private Path folder;

  private final Random random = new Random(Seeds.next());
  private final Map<String, Passage> written = new HashMap<>();

  /** What a document was written with: its vectors of meaning, and those of its tokens. */
  private record Passage(
      String page, String text, boolean hasPlaces, List<float[]> meaning, List<float[]> tokens) {}

  private float[] draw() {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      // Whole numbers, whose sums are exact in any order.
      vector[i] = random.nextInt(-9, 10);
    }
    return vector;
  }

  private List<float[]> draw(int count) {
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      vectors.add(draw());
    }
    return vectors;
  }

  private List<Document> documents(int from, int to) {
    List<Document> documents = new ArrayList<>();
    for (int i = from; i < to; i++) {
      int count = random.nextInt(7);
      StringBuilder text = new StringBuilder();
      StringBuilder places = new StringBuilder();
      for (int token = 0; token < count; token++) {
        text.append(random.nextBoolean() ? " " : "  ");
        places.append(' ').append(text.length()).append(':');
        text.append("w").append(i).append('-').append(token);
        places.append(text.length());
      }
      boolean hasPlaces = random.nextInt(4) > 0;
      Passage passage =
          new Passage(
              "p" + random.nextInt(20),
              text.toString(),
              hasPlaces,
              draw(random.nextInt(3)),
              draw(count));
      written.put("d" + i, passage);
      Document document =
          Document.of("d" + i)
              .withText(passage.text)
              .withVector(
                  SparseVector.ofTokens(
                      new String[] {"common"}, new float[] {1 + random.nextInt(200)}))
              .withField("page", FieldValue.of(passage.page));
      if (hasPlaces) {
        document = document.withField("places", FieldValue.of(places.toString()));
      }
      if (!passage.meaning.isEmpty()) {
        document = document.withDense("meaning", passage.meaning.toArray(float[][]::new));
      }
      if (count > 0) {
        document = document.withDense("tokens", passage.tokens.toArray(float[][]::new));
      }
      documents.add(document);
    }
    return documents;
  }

  @Test
  void stagesForPassagesAgreeWithPlainLoops() throws Exception {
    try (LiveServer live = new LiveServer(folder.resolve("data"), LiveServer.SMALL);
        GrpcServer server = live.serve();
        SearchClient client = LiveServer.clientOf(server)) {
      client
          .collectionsClient()
          .create(
              NewCollection.of("books")
                  .withField("page", FieldType.STRING)
                  .withField("places", FieldType.STRING)
                  .withDenseField(DenseField.of("meaning", DIMENSIONS).withVectorsMax(3))
                  .withDenseField(DenseField.of("tokens", DIMENSIONS).withVectorsMax(8)));
      DocumentsClient books =
          client.documents("books").withWaitFor(DocumentsClient.WaitFor.SEARCHABLE);
      books.upsert(documents(0, DOCUMENTS / 2));
      check(client);
      client.collectionsClient().flush("books");
      check(client);
      books.upsert(documents(DOCUMENTS / 3, DOCUMENTS));
      check(client);
    }
  }

  private void check(SearchClient client) {
    checkFeedback(client);
    checkAnswers(client, "");
    checkAnswers(client, "places");
    checkInnerHits(client);
    checkDiversity(client);
  }

  private static SearchResult search(SearchClient client, RankingNode root) {
    return client.search(
        SearchRequest.vector("books", QUERY).withRanking(new Ranking.Tree(root)).withK(0));
  }

  private static RankingNode sparse(int limit) {
    return new RankingNode.Sparse(new Frame(limit, "first", null), null, null, null);
  }

  /** Feedback with documents of an interpolated list, and feedback that is fused afterwards. */
  private void checkFeedback(SearchClient client) {
    float[] query = draw();
    RankingNode mixed =
        new RankingNode.Interpolate(
            new Frame(2, "mixed", null),
            sparse(1_000),
            "meaning",
            list(query),
            0.5,
            -50,
            RankingNode.EarlyStop.PROVEN);
    RankingNode before =
        new RankingNode.DenseFeedback(
            new Frame(1_000, "again", null), mixed, "meaning", list(query), 2, 0.5, 2);
    SearchResult best = search(client, mixed);
    checkDense(search(client, before), query, best);

    RankingNode dense = new RankingNode.Dense(new Frame(2, "dense", null), "meaning", list(query));
    RankingNode again =
        new RankingNode.DenseFeedback(
            new Frame(1_000, "again", null), dense, "meaning", list(query), 2, 0.5, 2);
    checkDense(search(client, again), query, search(client, dense));
    SearchResult after =
        search(
            client,
            new RankingNode.Fuse(
                Frame.of(1_000),
                List.of(
                    new RankingNode.Input(sparse(1_000), 0.25), new RankingNode.Input(again, 4)),
                new RankingNode.Method.Linear(Normalization.NONE, -1)));
    assertThat(after.hits()).hasSize(written.size());
    for (Hit hit : after.hits()) {
      double first = hit.stageScores().getOrDefault("first", -1.0);
      double second = hit.stageScores().getOrDefault("again", -1.0);
      assertThat((double) hit.score()).isEqualTo((float) (0.25 * first + 4 * second));
    }
  }

  /** Compares a feedback with loops over the vectors of the documents that it has seen. */
  private void checkDense(SearchResult result, float[] query, SearchResult best) {
    List<float[]> nearest = new ArrayList<>();
    for (Hit hit : best.hits()) {
      List<float[]> vectors = passage(hit.id()).meaning;
      if (!vectors.isEmpty()) {
        float[] found = vectors.getFirst();
        for (float[] vector : vectors) {
          found = product(query, vector) > product(query, found) ? vector : found;
        }
        nearest.add(found);
      }
    }
    float[] expanded = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      double sum = 0;
      for (float[] vector : nearest) {
        sum += vector[i];
      }
      expanded[i] = (float) (0.5 * query[i] + (nearest.isEmpty() ? 0 : 2 * sum / nearest.size()));
    }
    List<Double> expected =
        written.values().stream()
            .filter(each -> !each.meaning.isEmpty())
            .map(each -> each.meaning.stream().mapToDouble(it -> product(expanded, it)).max())
            .map(score -> score.orElseThrow())
            .sorted(Comparator.reverseOrder())
            .toList();
    assertThat(result.hits()).extracting(hit -> (double) hit.score()).isEqualTo(expected);
  }

  private void checkAnswers(SearchClient client, String offsetsField) {
    float[] start = draw();
    float[] end = draw();
    SearchResult result =
        search(
            client,
            new RankingNode.Answers(
                Frame.of(1_000),
                sparse(1_000),
                "tokens",
                "",
                list(start),
                list(end),
                0.5,
                3,
                2,
                "text",
                offsetsField));
    assertThat(result.hits())
        .hasSize((int) written.values().stream().filter(it -> !it.tokens.isEmpty()).count());
    for (Hit hit : result.hits()) {
      Passage passage = passage(hit.id());
      double best = Double.NEGATIVE_INFINITY;
      for (int from = 0; from < passage.tokens.size(); from++) {
        for (int to = from; to < Math.min(passage.tokens.size(), from + 3); to++) {
          best =
              Math.max(
                  best,
                  product(start, passage.tokens.get(from)) + product(end, passage.tokens.get(to)));
        }
      }
      SearchResult.Answer answer = hit.answers().getFirst();
      assertThat(answer.denseScore()).isEqualTo(best);
      assertThat(answer.documentScore())
          .isEqualTo(0.5 * hit.stageScores().getOrDefault("first", Double.NaN));
      assertThat(answer.score()).isEqualTo(answer.denseScore() + answer.documentScore());
      assertThat((double) hit.score()).isEqualTo((float) answer.score());
      SearchResult.Place place = answer.place();
      if (offsetsField.isEmpty() || passage.hasPlaces) {
        String number = "w" + hit.id().substring(1) + "-";
        assertThat(place).isNotNull();
        assertThat(place.text())
            .startsWith(number + answer.startToken())
            .endsWith(number + answer.endToken())
            .isEqualTo(passage.text.substring(place.start(), place.end()));
      } else {
        assertThat(place).isNull();
      }
    }
  }

  private void checkInnerHits(SearchClient client) {
    RankingNode group =
        new RankingNode.Group(
            new Frame(100, "pages", null),
            sparse(1_000),
            "page",
            RankingNode.GroupScore.SUM,
            2,
            2,
            List.of("text"));
    SearchResult result = search(client, RankingNode.compute(100, group, "0 - score()"));
    assertThat(result.hits()).isNotEmpty();
    for (Hit hit : result.hits()) {
      double sum = 0;
      for (SearchResult.InnerHit inner : hit.innerHits()) {
        assertThat(inner.stage()).isEqualTo("pages");
        assertThat(passage(inner.id()).page).isEqualTo(passage(hit.id()).page);
        // A field is left out where it is empty.
        assertThat(inner.fields().getOrDefault("text", "")).isEqualTo(passage(inner.id()).text);
        assertThat(inner.stageScores()).containsEntry("first", inner.score());
        sum += inner.score();
      }
      assertThat(hit.stageScores()).containsEntry("pages", sum);
    }
  }

  /** With few directions to choose from, the first documents that differ have one of each. */
  private void checkDiversity(SearchClient client) {
    for (String field : new String[] {"meaning", null}) {
      SearchResult result =
          search(
              client,
              new RankingNode.Diversify(
                  Frame.of(5),
                  new RankingNode.Cap(Frame.of(1_000), sparse(1_000), "page", 1),
                  field,
                  0.5,
                  Normalization.MIN_MAX));
      Set<String> pages = new HashSet<>();
      result.hits().forEach(hit -> pages.add(passage(hit.id()).page));
      assertThat(pages).hasSize(5);
      if (field == null) {
        // All have one term, so that each is wholly similar to the first.
        double second = result.hits().get(1).score();
        assertThat(second).isLessThanOrEqualTo(0.5 - 0.5 + 1e-6);
      }
    }
  }

  private Passage passage(String id) {
    return written.getOrDefault(id, new Passage("", "", false, List.of(), List.of()));
  }

  private static List<Float> list(float[] vector) {
    List<Float> list = new ArrayList<>();
    for (float value : vector) {
      list.add(value);
    }
    return list;
  }

  private static double product(float[] left, float[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }
}
