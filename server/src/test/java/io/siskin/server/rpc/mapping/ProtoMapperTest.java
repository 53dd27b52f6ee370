package io.siskin.server.rpc.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.segment.SegmentStatistics;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.proto.v1.ClusteredMode;
import io.siskin.proto.v1.Collection;
import io.siskin.proto.v1.CollectionMemory;
import io.siskin.proto.v1.CollectionState;
import io.siskin.proto.v1.ExactMode;
import io.siskin.proto.v1.FieldType;
import io.siskin.proto.v1.Filter;
import io.siskin.proto.v1.Hit;
import io.siskin.proto.v1.IndexStructure;
import io.siskin.proto.v1.RecallExpectation;
import io.siskin.proto.v1.Schema;
import io.siskin.proto.v1.SchemaField;
import io.siskin.proto.v1.ScoreAtATimeMode;
import io.siskin.proto.v1.SearchCounters;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.Segment;
import io.siskin.proto.v1.SparseVector;
import io.siskin.proto.v1.StatisticsScope;
import io.siskin.proto.v1.StorageOptions;
import io.siskin.proto.v1.SyncPolicy;
import io.siskin.proto.v1.TermContribution;
import io.siskin.proto.v1.TextStatistics;
import io.siskin.proto.v1.Vocabulary;
import io.siskin.proto.v1.WriteOptions;
import io.siskin.server.retrieve.CollectionDescription;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.rpc.FakeRetriever;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtoMapperTest {
  @Test
  void aTextRequestKeepsEveryField() {
    RetrievalRequest request =
        map(
            text("insects")
                .setK(25)
                .addFields("title")
                .addFields("text")
                .setExplain(true)
                .setMode(mode(ExactMode.getDefaultInstance())));

    assertThat(request)
        .isEqualTo(
            new RetrievalRequest(
                "books",
                new RetrievalRequest.Query.Text("insects"),
                25,
                new Evaluation.InMode(new SearchMode.Exact()),
                List.of("title", "text"),
                true));
  }

  @Test
  void unsetFieldsTakeTheirDefaults() {
    RetrievalRequest request = map(text(""));

    assertThat(request.k()).isEqualTo(10);
    assertThat(request.evaluation()).isEqualTo(Evaluation.BY_DEFAULT);
    assertThat(request.fields()).isEmpty();
    assertThat(request.explain()).isFalse();
  }

  @Test
  void vectorsKeepTermsAndWeights() {
    assertThat(
            vectorOf(
                SparseVector.newBuilder()
                    .addTokens("b")
                    .addTokens("a")
                    .addWeights(2)
                    .addWeights(1)))
        .isEqualTo(TokenVector.of(new String[] {"b", "a"}, new float[] {2, 1}));
    // Ids are unsigned: −1 is 4,294,967,295.
    assertThat(
            vectorOf(
                SparseVector.newBuilder().addTermIds(-1).addTermIds(7).addWeights(2).addWeights(1)))
        .isEqualTo(TermIdVector.of(new int[] {-1, 7}, new float[] {2, 1}));
    assertThat(vectorOf(SparseVector.newBuilder()).size()).isZero();
  }

  @Test
  void anClusteredModeTakesWhatIsUnsetFromTheCollection() {
    SearchRequest request =
        text("x").setMode(mode(ClusteredMode.newBuilder().setQueryCut(3))).build();

    assertThat(toDomain(request, name -> new SearchMode.Clustered(12, 0.5f, false)).evaluation())
        .isEqualTo(new Evaluation.InMode(new SearchMode.Clustered(3, 0.5f, false)));
    // These numbers stand in the comment of siskin.v1.ClusteredMode: change both.
    assertThat(SearchMode.Clustered.DEFAULTS).isEqualTo(new SearchMode.Clustered(10, 0.65f, true));
    assertThat(toDomain(request, name -> new SearchMode.Exact()).evaluation())
        .isEqualTo(new Evaluation.InMode(new SearchMode.Clustered(3, 0.65f, true)));
  }

  @Test
  void aCompleteClusteredModeDoesNotAskTheCollection() {
    assertThat(
            map(text("x")
                    .setMode(
                        mode(
                            ClusteredMode.newBuilder()
                                .setQueryCut(3)
                                .setHeapFactor(1)
                                .setFirstSorted(false))))
                .evaluation())
        .isEqualTo(new Evaluation.InMode(new SearchMode.Clustered(3, 1, false)));
    assertThat(
            map(text("x")
                    .setMode(
                        mode(
                            ScoreAtATimeMode.newBuilder()
                                .setPostingFloor(0)
                                .setCandidateFloor(1)
                                .setCandidatesMax(7)
                                .setBudgetMicros(10))))
                .evaluation())
        .isEqualTo(new Evaluation.InMode(new SearchMode.ScoreAtATime(0, 1, 7, 10)));
  }

  @Test
  void scoreAtATimeTakesWhatIsUnsetFromTheCollection() {
    SearchRequest request =
        text("x").setMode(mode(ScoreAtATimeMode.newBuilder().setCandidateFloor(0.5f))).build();

    assertThat(
            toDomain(request, name -> new SearchMode.ScoreAtATime(0.125f, 0.25f, 9, 77))
                .evaluation())
        .isEqualTo(new Evaluation.InMode(new SearchMode.ScoreAtATime(0.125f, 0.5f, 9, 77)));
    // These numbers stand in the comment of siskin.v1.ScoreAtATimeMode: change both.
    assertThat(SearchMode.ScoreAtATime.DEFAULTS)
        .isEqualTo(new SearchMode.ScoreAtATime(0.25f, 0.78f, 0, 0));
    assertThat(toDomain(request, name -> new SearchMode.Exact()).evaluation())
        .isEqualTo(new Evaluation.InMode(new SearchMode.ScoreAtATime(0.25f, 0.5f, 0, 0)));
  }

  @Test
  void targetsAndBudgetsArrive() {
    assertThat(map(text("x").setRecallTarget(0.95f)).evaluation())
        .isEqualTo(new Evaluation.RecallTarget(0.95f, 0));
    assertThat(map(text("x").setRecallTarget(1).setTimeBudgetMicros(10)).evaluation())
        .isEqualTo(new Evaluation.RecallTarget(1, 10));
    assertThat(map(text("x").setTimeBudgetMicros(1_000_000)).evaluation())
        .isEqualTo(new Evaluation.CollectionDefault(1_000_000));
    assertThat(
            toDomain(
                    text("x")
                        .setMode(mode(ScoreAtATimeMode.getDefaultInstance().toBuilder()))
                        .setTimeBudgetMicros(500)
                        .build(),
                    name -> new SearchMode.Exact())
                .evaluation())
        .isEqualTo(new Evaluation.InMode(new SearchMode.ScoreAtATime(0.25f, 0.78f, 0, 500)));
  }

  @Test
  void targetsAndBudgetsThatContradictAreRefused() {
    assertRefused("recall_target", text("x").setRecallTarget(0));
    assertRefused("recall_target", text("x").setRecallTarget(1.5f));
    assertRefused("recall_target", text("x").setRecallTarget(Float.NaN));
    assertRefused(
        "recall_target",
        text("x").setRecallTarget(0.9f).setMode(mode(ExactMode.getDefaultInstance())));
    assertRefused("time_budget_micros", text("x").setTimeBudgetMicros(0));
    assertRefused("time_budget_micros", text("x").setTimeBudgetMicros(9));
    assertRefused("time_budget_micros", text("x").setTimeBudgetMicros(1_000_001));
    // 4,294,967,295: not a negative number.
    assertRefused("time_budget_micros", text("x").setTimeBudgetMicros(-1));
    assertRefused(
        "time_budget_micros",
        text("x").setTimeBudgetMicros(100).setMode(mode(ExactMode.getDefaultInstance())));
    assertRefused(
        "time_budget_micros",
        text("x").setTimeBudgetMicros(100).setMode(mode(ClusteredMode.newBuilder())));
    assertRefused(
        "time_budget_micros",
        text("x")
            .setTimeBudgetMicros(100)
            .setMode(mode(ScoreAtATimeMode.newBuilder().setBudgetMicros(100))));
  }

  @ParameterizedTest
  @CsvSource({
    "posting_floor,-0.1,0.5,0,0",
    "posting_floor,1.1,0.5,0,0",
    "posting_floor,NaN,0.5,0,0",
    "candidate_floor,0.5,-0.1,0,0",
    "candidate_floor,0.5,1.1,0,0",
    "candidate_floor,0.5,NaN,0,0",
    "budget_micros,0.5,0.5,0,9",
    "budget_micros,0.5,0.5,0,1000001",
    "budget_micros,0.5,0.5,0,-1"
  })
  void badScoreAtATimeParametersAreRefused(
      String field, float postingFloor, float candidateFloor, int candidatesMax, int budgetMicros) {
    assertRefused(
        "mode.score_at_a_time." + field,
        text("x")
            .setMode(
                mode(
                    ScoreAtATimeMode.newBuilder()
                        .setPostingFloor(postingFloor)
                        .setCandidateFloor(candidateFloor)
                        .setCandidatesMax(candidatesMax)
                        .setBudgetMicros(budgetMicros))));
  }

  @Test
  void whatIsOutsideItsRangeIsNamedByItsPath() {
    assertRefused("collection", text("x").setCollection(""));
    assertRefused("collection", text("x").setCollection("c".repeat(256)));
    assertRefused("query", SearchRequest.newBuilder().setCollection("books"));
    assertRefused("k", text("x").setK(0));
    assertRefused("k", text("x").setK(10_001));
    // 4,294,967,295: not a negative number.
    assertRefused("k", text("x").setK(-1));
    assertRefused("text", text("x".repeat(65_537)));
    assertRefused("fields", text("x").addAllFields(Collections.nCopies(65, "f")));
    assertRefused(
        "vector", vector(SparseVector.newBuilder().addTokens("a").addTermIds(1).addWeights(1)));
    assertRefused("vector.weights", vector(SparseVector.newBuilder().addTokens("a")));
    assertRefused("vector.weights", vector(SparseVector.newBuilder().addWeights(1)));
    assertRefused("vector.term_ids", vector(ids(16_385)));
  }

  @Test
  void theLargestOfEverythingIsAccepted() {
    assertThat(map(text("x".repeat(65_536)).setK(10_000).setCollection("c".repeat(128))).k())
        .isEqualTo(10_000);
    assertThat(vectorOf(ids(16_384)).size()).isEqualTo(16_384);
    assertThat(map(text("x").addAllFields(Collections.nCopies(64, "f"))).fields()).hasSize(64);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, -1, 2e30f})
  void badWeightsAreRefused(float weight) {
    assertThatThrownBy(
            () -> map(vector(SparseVector.newBuilder().addTokens("a").addWeights(weight))))
        .isInstanceOfSatisfying(
            InvalidInputException.class, error -> assertThat(error.place()).isEqualTo("vector"));
  }

  @ParameterizedTest
  @CsvSource({"0,0.5", "4097,0.5", "-1,0.5", "3,0", "3,1.5", "3,NaN"})
  void badClusteredParametersAreRefused(int queryCut, float heapFactor) {
    SearchRequest.Builder request =
        text("x")
            .setMode(
                mode(
                    ClusteredMode.newBuilder()
                        .setQueryCut(queryCut)
                        .setHeapFactor(heapFactor)
                        .setFirstSorted(true)));

    assertThatThrownBy(() -> map(request))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            error -> assertThat(error.place()).isEqualTo("mode.clustered"));
  }

  @Test
  void anAnswerKeepsEveryField() {
    long arrival = System.nanoTime();
    SearchResponse response = ProtoMapper.toProto(FakeRetriever.answer("d1"), 44, arrival);

    assertThat(response.getHitsList())
        .containsExactly(
            Hit.newBuilder()
                .setId("d1")
                .setScore(2.5f)
                .putFields("title", "On insects")
                .addContributions(
                    TermContribution.newBuilder()
                        .setTerm("insect")
                        .setQueryWeight(1.25f)
                        .setDocumentWeight(2)
                        .setContribution(2.5f))
                .build());
    assertThat(response.getMode())
        .isEqualTo(
            mode(
                ClusteredMode.newBuilder()
                    .setQueryCut(7)
                    .setHeapFactor(0.75f)
                    .setFirstSorted(false)));
    assertThat(response.getTimings().getQueueNanos()).isEqualTo(44);
    assertThat(response.getTimings().getEncodeNanos()).isEqualTo(11);
    assertThat(response.getTimings().getSearchNanos()).isEqualTo(22);
    assertThat(response.getTimings().getFetchNanos()).isEqualTo(33);
    assertThat(response.getTimings().getTotalNanos()).isBetween(1L, System.nanoTime() - arrival);
    assertThat(response.getCounters())
        .isEqualTo(
            SearchCounters.newBuilder()
                .setListsVisited(1)
                .setBlocksBounded(2)
                .setBlocksSkipped(3)
                .setBlocksScored(4)
                .setDocumentsScored(5)
                .setPostingsScored(6)
                .setBudgetExhausted(7)
                .build());
    assertThat(response.getUnknownTerms()).isEqualTo(9);
  }

  @Test
  void aDescriptionKeepsEveryField() {
    assertThat(ProtoMapper.toProto(FakeRetriever.describe("books")))
        .isEqualTo(
            Collection.newBuilder()
                .setName("books")
                .setDocumentCount(10)
                .setTermCount(20)
                .setPostingCount(30)
                .setLengthBytes(40)
                .setDocumentEncoder("bm25")
                .setQueryEncoder("plain")
                .setEncoderParametersJson("{\"k1\":0.9}")
                .setVocabulary(Vocabulary.VOCABULARY_TOKEN)
                .setDefaultMode(
                    mode(
                        ClusteredMode.newBuilder()
                            .setQueryCut(12)
                            .setHeapFactor(0.5f)
                            .setFirstSorted(true)))
                .setDefaultRecallTarget(0.98f)
                .addRecallExpectations(
                    RecallExpectation.newBuilder()
                        .setK(10)
                        .setRecallTarget(0.95f)
                        .setMode(
                            mode(
                                ScoreAtATimeMode.newBuilder()
                                    .setPostingFloor(0.25f)
                                    .setCandidateFloor(0.75f)
                                    .setCandidatesMax(0)
                                    .setBudgetMicros(0)))
                        .setRecall(0.96875f)
                        .setMedianMicros(61.5f)
                        .setMeanMicros(62.5f))
                .addStoredFields("title")
                .addStoredFields("text")
                .addSegments(
                    Segment.newBuilder()
                        .setId("00112233445566778899aabbccddeeff")
                        .setFormatVersion(1)
                        .setDocumentCount(10)
                        .setPostingCount(30)
                        .addStructures(
                            IndexStructure.newBuilder().setName("forward").setLengthBytes(64))
                        .addStructures(
                            IndexStructure.newBuilder().setName("blockmax").setLengthBytes(8)))
                .setState(CollectionState.COLLECTION_STATE_SERVING)
                .setSchema(
                    Schema.newBuilder()
                        .addFields(
                            SchemaField.newBuilder()
                                .setName("owner")
                                .setType(FieldType.FIELD_TYPE_STRING))
                        .addFields(
                            SchemaField.newBuilder()
                                .setName("year")
                                .setType(FieldType.FIELD_TYPE_INT64))
                        .setTenantField("owner"))
                .setStorage(
                    StorageOptions.newBuilder()
                        .setWeightBits(8)
                        .setStoreFields(true)
                        .setReorder(true)
                        .setClusteredLists(false))
                .setWrites(
                    WriteOptions.newBuilder()
                        .setSyncPolicy(SyncPolicy.SYNC_POLICY_INTERVAL)
                        .setSyncInterval(duration(1, 500_000_000))
                        .setRefreshInterval(duration(0, 250_000_000)))
                .setMemory(
                    CollectionMemory.newBuilder()
                        .setHeapBytes(1)
                        .setAnonymousBytes(2)
                        .setMappedBytes(3)
                        .setResidentBytes(4)
                        .setLogBytes(5))
                .setTextStatistics(
                    TextStatistics.newBuilder()
                        .setScope(StatisticsScope.STATISTICS_SCOPE_TENANT)
                        .setPinnedAverageLength(40.5)
                        .setAverageLength(41.25))
                .setLastPosition(77)
                .setDeletedDocumentCount(3)
                .addAliases("a")
                .addAliases("b")
                .build());
  }

  @Test
  void aSearchSaysWhichDocumentsQualify() {
    SearchRequest.Builder search = SearchRequest.newBuilder().setCollection("books").setText("x");
    assertThat(toDomain(search.build(), name -> new SearchMode.Exact()).selector())
        .isEqualTo(new Selector.All());
    RetrievalRequest found =
        toDomain(
            search.setTenant("ann").setFilterExpression("year > 1").build(),
            name -> new SearchMode.Exact());
    assertThat(found.selector()).isEqualTo(new Selector.Expression("year > 1"));
    assertThat(found.tenant()).isEqualTo("ann");
    assertThat(
            toDomain(
                    search.setFilter(Filter.newBuilder().setExists("year")).build(),
                    name -> new SearchMode.Exact())
                .selector())
        .isEqualTo(new Selector.Matching(new io.siskin.server.filter.Filter.Exists("year")));
    Filter deep = Filter.newBuilder().setExists("year").build();
    for (int depth = 0; depth < 32; depth++) {
      deep = Filter.newBuilder().setNot(deep).build();
    }
    SearchRequest tooDeep = search.setFilter(deep).build();
    assertThatThrownBy(() -> toDomain(tooDeep, name -> new SearchMode.Exact()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at most 32 deep");
  }

  @ParameterizedTest
  @CsvSource({"TOKEN,VOCABULARY_TOKEN", "TERM_ID,VOCABULARY_TERM_ID", "NONE,VOCABULARY_NONE"})
  void everyVocabularyHasItsValue(SegmentStatistics.Vocabulary name, Vocabulary expected) {
    CollectionDescription books = FakeRetriever.describe("books");
    CollectionDescription described =
        new CollectionDescription(
            books.name(),
            0,
            0,
            0,
            0,
            "vector",
            "vector",
            "{}",
            name,
            List.of(),
            books.defaultMode(),
            1,
            List.of(),
            List.of(),
            true,
            books.storage());

    assertThat(ProtoMapper.toProto(described).getVocabulary()).isEqualTo(expected);
    assertThat(ProtoMapper.toProto(described).getState())
        .isEqualTo(CollectionState.COLLECTION_STATE_DAMAGED);
  }

  @ParameterizedTest
  @CsvSource({"0,1,1", "2,5,2000000005", "315576000000,0,9223372036854775807"})
  void durationsBecomeNanoseconds(long seconds, int nanos, long expected) {
    assertThat(ProtoMapper.toNanos("timeout", duration(seconds, nanos))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "-1,0", "0,-1", "1,-1", "0,1000000000"})
  void durationsThatAreNotAboveZeroAreRefused(long seconds, int nanos) {
    assertThatThrownBy(() -> ProtoMapper.toNanos("timeout", duration(seconds, nanos)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("timeout is");
  }

  private static void assertRefused(String path, SearchRequest.Builder request) {
    assertThatThrownBy(() -> map(request))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            error ->
                assertThat(
                        error.place() == null ? error.field() : error.place() + "." + error.field())
                    .isEqualTo(path));
  }

  private static io.siskin.server.search.SearchMode noDefaults(String collection) {
    throw new AssertionError("nothing asks for the defaults of " + collection);
  }

  private static RetrievalRequest map(SearchRequest.Builder request) {
    return toDomain(request.build(), ProtoMapperTest::noDefaults);
  }

  private static io.siskin.index.vector.SparseVector vectorOf(SparseVector.Builder vector) {
    return ((RetrievalRequest.Query.Vector) map(vector(vector)).query()).vector();
  }

  private static SparseVector.Builder ids(int count) {
    SparseVector.Builder vector = SparseVector.newBuilder();
    for (int i = 0; i < count; i++) {
      vector.addTermIds(i).addWeights(1);
    }
    return vector;
  }

  private static SearchRequest.Builder text(String text) {
    return SearchRequest.newBuilder().setCollection("books").setText(text);
  }

  private static SearchRequest.Builder vector(SparseVector.Builder vector) {
    return SearchRequest.newBuilder().setCollection("books").setVector(vector);
  }

  private static io.siskin.proto.v1.SearchMode mode(ExactMode exact) {
    return io.siskin.proto.v1.SearchMode.newBuilder().setExact(exact).build();
  }

  private static io.siskin.proto.v1.SearchMode mode(ScoreAtATimeMode.Builder scoreAtATime) {
    return io.siskin.proto.v1.SearchMode.newBuilder().setScoreAtATime(scoreAtATime).build();
  }

  private static io.siskin.proto.v1.SearchMode mode(ClusteredMode.Builder clustered) {
    return io.siskin.proto.v1.SearchMode.newBuilder().setClustered(clustered).build();
  }

  private static Duration duration(long seconds, int nanos) {
    return Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }

  private static RetrievalRequest toDomain(
      SearchRequest request, Function<String, SearchMode> defaultModes) {
    return ProtoMapper.toDomain(request, defaultModes, _ -> Collections.emptySortedMap());
  }
}
