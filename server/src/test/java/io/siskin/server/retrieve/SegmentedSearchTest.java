package io.siskin.server.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.plan.Planner;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.retrieve.RetrievalResponse.Hit;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One collection of several segments, which may carry different structures. */
class SegmentedSearchTest {
  private static final String FIRST =
      """
      {"id": "a1", "text": "finch finch alder"}
      {"id": "a2", "text": "osprey fish"}
      {"id": "a3", "text": "a finch that eats seeds of the alder and the birch"}
      """;
  private static final String SECOND =
      """
      {"id": "b1", "text": "goldfinch thistle"}
      {"id": "b2", "text": "finch"}
      """;

  @TempDir static Path data;
  private static CollectionCatalog catalog;
  private static RetrievalPipeline pipeline;

  @BeforeAll
  static void build() throws IOException {
    TestCollections.index(data, "first", FIRST);
    TestCollections.index(data, "second", SECOND);
    TestCollections.join(data, "both", List.of("first", "second"));
    // Large enough to be searched approximately; one has no impact-ordered lists.
    TestCollections.index(data, "listed", vectors(1200, 1));
    BuildOptions defaults = BuildOptions.DEFAULTS;
    BuildOptions withoutImpacts =
        new BuildOptions(
            defaults.weighting(),
            defaults.quantization(),
            defaults.reordering(),
            new BuildOptions.Structures(
                true, false, defaults.structures().blockMax(), null, ClusterOptions.DEFAULTS, true),
            1);
    TestCollections.index(data, "clustered", vectors(1100, 2), withoutImpacts);
    TestCollections.index(data, "bare", vectors(1000, 3), TestCollections.exactOnly());
    TestCollections.join(data, "mixed", List.of("listed", "clustered", "bare"));
    catalog =
        new CollectionCatalog(
            new DataDirectory(data), Verification.FULL, snapshot -> {}, TextModels.NONE);
    catalog.openAll();
    pipeline = new RetrievalPipeline(catalog);
  }

  @AfterAll
  static void close() {
    catalog.close();
  }

  private static String vectors(int count, int seed) {
    Random random = new Random(seed);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append("{\"id\": \"s").append(seed).append('-').append(i).append("\", \"vector\": {");
      for (int term = 0; term < 6; term++) {
        lines.append(term == 0 ? "" : ", ").append('"').append((char) ('a' + term));
        lines.append(random.nextInt(30)).append("\": ").append(1 + random.nextInt(255));
      }
      lines.append("}}\n");
    }
    return lines.toString();
  }

  private static RetrievalResponse search(String collection, Query query, Evaluation evaluation) {
    return pipeline.retrieve(
        new RetrievalRequest(collection, query, 10, evaluation, List.of(), true),
        Cancellation.NEVER);
  }

  private static Query vector() {
    return new Query.Vector(
        io.siskin.index.vector.TokenVector.of(
            java.util.Map.of("a1", 1f, "b2", 2f, "c3", 1f, "d4", 3f, "e5", 1f)));
  }

  private static List<Hit> merged(Query query, Evaluation evaluation, String... collections) {
    List<Hit> all = new ArrayList<>();
    for (String collection : collections) {
      all.addAll(search(collection, query, evaluation).hits());
    }
    all.sort(Comparator.comparingDouble(hit -> -hit.score()));
    return all;
  }

  /** {@link LayoutIndependenceTest} says what the scores are. */
  @Test
  void underBm25AllSegmentsAreSearched() {
    assertThat(search("both", new Query.Text("finch"), Evaluation.BY_DEFAULT).hits())
        .extracting(Hit::id)
        .containsExactlyInAnyOrder("a1", "a3", "b2");
  }

  @Test
  void aCollectionOfSegmentsIsDescribedAsAWhole() {
    CollectionDescription both = pipeline.collection("both");
    assertThat(both.documentCount()).isEqualTo(5);
    assertThat(both.segments()).hasSize(2);
    assertThat(both.termCount())
        .isEqualTo(
            pipeline.collection("first").termCount() + pipeline.collection("second").termCount());
    assertThat(both.damaged()).isFalse();
  }

  @Test
  void vectorsAreSearchedExactlyOverAllSegments() {
    Evaluation exact = new Evaluation.InMode(new SearchMode.Exact());
    List<Hit> expected = merged(vector(), exact, "listed", "clustered", "bare").subList(0, 10);
    assertThat(search("mixed", vector(), exact).hits())
        .extracting(Hit::score)
        .containsExactlyElementsOf(expected.stream().map(Hit::score).toList());
  }

  @Test
  void aBudgetIsKeptWhereItCanBeAndDoesNotFailElsewhere() {
    for (Evaluation evaluation :
        List.of(
            new Evaluation.RecallTarget(.9f, 1_000_000),
            new Evaluation.CollectionDefault(1_000_000))) {
      RetrievalResponse response = search("mixed", vector(), evaluation);
      assertThat(response.hits()).hasSize(10);
      assertThat(response.mode()).isInstanceOf(SearchMode.ScoreAtATime.class);
      assertThat(search("bare", vector(), evaluation).mode()).isEqualTo(new SearchMode.Exact());
      assertThat(search("clustered", vector(), evaluation).mode())
          .isInstanceOf(SearchMode.Clustered.class);
    }
  }

  @Test
  void aTargetIsReachedInEachSegmentByWhatItHas() {
    assertThat(modes(planner -> planner.plan(.9f, 10)))
        .containsExactly(
            SearchMode.ScoreAtATime.DEFAULTS,
            SearchMode.Clustered.DEFAULTS,
            new SearchMode.Exact());
    assertThat(modes(planner -> planner.plan(.9f, 10, 77)))
        .containsExactly(
            SearchMode.ScoreAtATime.DEFAULTS.withBudgetMicros(77),
            SearchMode.Clustered.DEFAULTS,
            new SearchMode.Exact());
  }

  @Test
  void aNamedModeIsUsedInTheSegmentsThatHaveIt() {
    SearchMode clustered = SearchMode.Clustered.DEFAULTS;
    assertThat(modes(planner -> planner.whereverPossible(clustered)))
        .containsExactly(new SearchMode.Exact(), clustered, new SearchMode.Exact());
    Evaluation scoreAtATime = new Evaluation.InMode(SearchMode.ScoreAtATime.DEFAULTS);
    assertThat(search("mixed", vector(), scoreAtATime).hits()).hasSize(10);
    assertThatThrownBy(() -> search("bare", vector(), scoreAtATime))
        .as("where no segment has it, that is said")
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("impact-ordered");
  }

  private static List<SearchMode> modes(
      java.util.function.Function<Planner, List<SearchMode>> choice) {
    var snapshot = java.util.Objects.requireNonNull(catalog.acquire("mixed"));
    try {
      return choice.apply(snapshot.planner());
    } finally {
      snapshot.release();
    }
  }
}
