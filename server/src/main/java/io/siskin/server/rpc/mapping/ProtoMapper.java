package io.siskin.server.rpc.mapping;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.segment.SegmentStatistics;
import io.siskin.proto.v1.Answer;
import io.siskin.proto.v1.ClusteredMode;
import io.siskin.proto.v1.Collection;
import io.siskin.proto.v1.CollectionState;
import io.siskin.proto.v1.ContextSentence;
import io.siskin.proto.v1.ExactMode;
import io.siskin.proto.v1.Hit;
import io.siskin.proto.v1.IndexStructure;
import io.siskin.proto.v1.InnerHit;
import io.siskin.proto.v1.RecallExpectation;
import io.siskin.proto.v1.ScoreAtATimeMode;
import io.siskin.proto.v1.SearchCounters;
import io.siskin.proto.v1.SearchMode.ModeCase;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.Segment;
import io.siskin.proto.v1.StageTimings;
import io.siskin.proto.v1.TermContribution;
import io.siskin.proto.v1.Vocabulary;
import io.siskin.server.plan.Planner;
import io.siskin.server.rank.check.TreeCheck;
import io.siskin.server.retrieve.CollectionDescription;
import io.siskin.server.retrieve.CollectionName;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalRequest.Ranking;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchStats;
import java.time.Instant;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one translation between messages and the domain's own types, in both directions. Checks what
 * only the message can break (missing choices, sizes, unsigned numbers); ranges that the domain
 * types check for themselves are left to them.
 *
 * <p>Errors name the field by its path in the request, for example {@code
 * mode.clustered.heap_factor}.
 */
public final class ProtoMapper {
  /** The k of a request without one. */
  static final int K_DEFAULT = 10;

  /** The longest query text, in UTF-16 code units. */
  static final int TEXT_LENGTH_MAX = 65_536;

  /** The most fields that may be asked for. */
  static final int FIELD_COUNT_MAX = 64;

  private ProtoMapper() {}

  /**
   * Translates a request.
   *
   * @param message the request
   * @param defaultModes the default mode of a collection by its name; asked only when the request
   *     sets a mode but not all of its parameters
   * @param pipelines the ranking trees that are stored with a collection, by its name; asked only
   *     when the request names one
   * @throws InvalidInputException when a field is outside its range
   */
  public static RetrievalRequest toDomain(
      SearchRequest message,
      Function<String, SearchMode> defaultModes,
      Function<String, SortedMap<String, String>> pipelines) {
    String collection = CollectionName.check("collection", message.getCollection());
    Ranking ranking = ranking(message, collection, defaultModes, pipelines);
    long k = message.hasK() ? Integer.toUnsignedLong(message.getK()) : K_DEFAULT;
    if (k > RetrievalRequest.K_MAX) {
      throw new InvalidInputException("k", k, "1 to " + RetrievalRequest.K_MAX);
    }
    if (message.getFieldsCount() > FIELD_COUNT_MAX) {
      throw new InvalidInputException(
          "fields", message.getFieldsCount() + " names", "at most " + FIELD_COUNT_MAX + " names");
    }
    return new RetrievalRequest(
        collection,
        query(message, ranking != null),
        (int) (ranking == null ? k : pageSize(message, k, ranking)),
        evaluation(message, collection, defaultModes),
        message.getFieldsList(),
        message.getExplain(),
        selector(message),
        message.getTenant(),
        ranking);
  }

  private static @Nullable Ranking ranking(
      SearchRequest message,
      String collection,
      Function<String, SearchMode> defaultModes,
      Function<String, SortedMap<String, String>> pipelines) {
    long offset = Integer.toUnsignedLong(message.getOffset());
    if (message.getRankingCase() == SearchRequest.RankingCase.RANKING_NOT_SET) {
      RequestVectorsMapper.refuse(message);
      if (message.hasOffset()) {
        throw new InvalidInputException("offset", offset, "none, without a ranking tree");
      }
      return null;
    }
    refuseBesideRanking(message);
    boolean isStored = message.hasPipeline();
    io.siskin.server.rank.tree.RankingNode asked =
        RankingMapper.toDomain(
            isStored
                ? RankingMapper.stored(
                    CollectionName.check("pipeline", message.getPipeline()),
                    pipelines.apply(collection))
                : message.getNode(),
            () -> defaultModes.apply(collection));
    Ranking ranking =
        Ranking.of(asked, RequestVectorsMapper.toDomain(message), isStored, (int) offset);
    TreeCheck.refuseMissingQuery(
        ranking.root(),
        message.getQueryCase() != SearchRequest.QueryCase.QUERY_NOT_SET,
        message.getQueryCase() == SearchRequest.QueryCase.TEXT);
    if (message.getQueryCase() != SearchRequest.QueryCase.TEXT) {
      TreeCheck.refuseMissingText(ranking.root());
    }
    if (offset >= asked.frame().limit()) {
      throw new InvalidInputException(
          "offset", offset, "below the limit of the root, " + asked.frame().limit());
    }
    return ranking;
  }

  private static void refuseBesideRanking(SearchRequest message) {
    if (message.getMode().getModeCase() != ModeCase.MODE_NOT_SET) {
      throw new InvalidInputException("mode", "beside a ranking tree", "a mode in its nodes");
    }
    if (message.hasRecallTarget()) {
      throw new InvalidInputException(
          "recall_target",
          message.getRecallTarget() + " beside a ranking tree",
          "one in its nodes");
    }
    if (message.hasTimeBudgetMicros()) {
      throw new InvalidInputException(
          "time_budget_micros",
          Integer.toUnsignedLong(message.getTimeBudgetMicros()) + " beside a ranking tree",
          "budget_micros in its nodes");
    }
  }

  private static long pageSize(SearchRequest message, long k, Ranking ranking) {
    int left = ranking.root().frame().limit() - ranking.offset();
    if (!message.hasK()) {
      return left;
    }
    if (k > left) {
      throw new InvalidInputException(
          "k",
          k + " from offset " + ranking.offset(),
          "at most " + left + ", since the root has the limit " + ranking.root().frame().limit());
    }
    return k;
  }

  /**
   * Translates an answer.
   *
   * @param found the answer
   * @param queueNanos how long the request waited for a thread
   * @param arrivalNanoTime when it arrived, on the clock of {@link System#nanoTime}
   */
  public static SearchResponse toProto(
      RetrievalResponse found, long queueNanos, long arrivalNanoTime) {
    SearchResponse.Builder response = SearchResponse.newBuilder();
    for (RetrievalResponse.Hit hit : found.hits()) {
      response.addHits(toProto(hit));
    }
    found.stages().forEach(stage -> response.addStages(RankingMapper.toProto(stage)));
    if (found.pipeline() != null) {
      response.setPipelineNode(RankingMapper.toProto(found.pipeline()));
    }
    return response
        .setMode(toProto(found.mode()))
        .setCounters(toProto(found.stats()))
        .setUnknownTerms(found.unknownTerms())
        .setTimings(
            StageTimings.newBuilder()
                .setQueueNanos(queueNanos)
                .setEncodeNanos(found.timings().encodeNanos())
                .setSearchNanos(found.timings().searchNanos())
                .setFetchNanos(found.timings().fetchNanos())
                // Last, so that it covers the translation too.
                .setTotalNanos(System.nanoTime() - arrivalNanoTime))
        .build();
  }

  /**
   * Translates a description.
   *
   * @param description the collection
   */
  public static Collection toProto(CollectionDescription description) {
    Collection.Builder collection =
        Collection.newBuilder()
            .setName(description.name())
            .setDocumentCount(description.documentCount())
            .setTermCount(description.termCount())
            .setPostingCount(description.postingCount())
            .setLengthBytes(description.lengthBytes())
            .setDocumentEncoder(description.documentEncoder())
            .setQueryEncoder(description.queryEncoder())
            .setEncoderParametersJson(description.encoderParameters())
            .setVocabulary(vocabulary(description.vocabulary()))
            .setDefaultMode(toProto(description.defaultMode()))
            .setDefaultRecallTarget(description.defaultRecallTarget())
            .setState(
                description.damaged()
                    ? CollectionState.COLLECTION_STATE_DAMAGED
                    : CollectionState.COLLECTION_STATE_SERVING)
            .addAllStoredFields(description.storedFields());
    SchemaMapper.describe(description.storage(), collection);
    for (Planner.Expectation expectation : description.expectations()) {
      collection.addRecallExpectations(
          RecallExpectation.newBuilder()
              .setK(expectation.k())
              .setRecallTarget(expectation.target())
              .setMode(toProto(expectation.mode()))
              .setRecall((float) expectation.recall())
              .setMedianMicros((float) expectation.medianMicros())
              .setMeanMicros((float) expectation.meanMicros()));
    }
    for (CollectionDescription.SegmentDescription segment : description.segments()) {
      collection.addSegments(toProto(segment));
    }
    return collection.build();
  }

  /**
   * Translates a duration.
   *
   * @param field its path in the request
   * @param duration a length of time
   * @return nanoseconds, at most {@link Long#MAX_VALUE}
   * @throws InvalidInputException unless it is above 0 and well-formed
   */
  public static long toNanos(String field, Duration duration) {
    boolean wellFormed = duration.getNanos() >= 0 && duration.getNanos() < 1_000_000_000;
    if (!wellFormed
        || duration.getSeconds() < 0
        || (duration.getSeconds() == 0 && duration.getNanos() == 0)) {
      throw new InvalidInputException(
          field,
          duration.getSeconds() + " s, " + duration.getNanos() + " ns",
          "a duration above 0");
    }
    // Saturates where the sum does not fit: 292 years.
    return java.time.Duration.ofSeconds(duration.getSeconds())
                .compareTo(java.time.Duration.ofDays(365 * 290))
            > 0
        ? Long.MAX_VALUE
        : duration.getSeconds() * 1_000_000_000L + duration.getNanos();
  }

  /**
   * Translates a point in time.
   *
   * @param time the time
   */
  public static Timestamp toProto(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  private static Selector selector(SearchRequest message) {
    return switch (message.getSelectionCase()) {
      case FILTER -> FilterMapper.selector("filter", message.getFilter());
      case FILTER_EXPRESSION -> new Selector.Expression(message.getFilterExpression());
      case SELECTION_NOT_SET -> new Selector.All();
    };
  }

  private static RetrievalRequest.Query query(SearchRequest message, boolean hasRanking) {
    return switch (message.getQueryCase()) {
      case TEXT -> {
        yield new RetrievalRequest.Query.Text(text("text", message.getText()));
      }
      case VECTOR ->
          new RetrievalRequest.Query.Vector(VectorMapper.toDomain("vector", message.getVector()));
      case QUERY_NOT_SET -> {
        if (!hasRanking) {
          throw new InvalidInputException("query", "not set", "text or vector");
        }
        yield new RetrievalRequest.Query.None();
      }
    };
  }

  /** Checks the length of a query text. */
  static String text(String path, String text) {
    if (text.length() > TEXT_LENGTH_MAX) {
      throw new InvalidInputException(
          path, text.length() + " characters", "at most " + TEXT_LENGTH_MAX + " characters");
    }
    return text;
  }

  /**
   * Translates a mode that is set.
   *
   * @param path its path in the request
   * @param message the mode
   * @param defaultMode the default mode of the collection; asked only when not all parameters are
   *     set
   */
  static SearchMode mode(
      String path, io.siskin.proto.v1.SearchMode message, Supplier<SearchMode> defaultMode) {
    return switch (message.getModeCase()) {
      case MODE_NOT_SET -> throw new InvalidInputException(path, "not set", "a mode");
      case EXACT -> new SearchMode.Exact();
      case CLUSTERED -> clustered(path, message.getClustered(), defaultMode);
      case SCORE_AT_A_TIME -> scoreAtATime(path, message.getScoreAtATime(), defaultMode);
    };
  }

  private static Evaluation evaluation(
      SearchRequest message, String collection, Function<String, SearchMode> defaultModes) {
    boolean hasMode = message.getMode().getModeCase() != ModeCase.MODE_NOT_SET;
    if (message.hasRecallTarget() && hasMode) {
      throw new InvalidInputException(
          "recall_target", message.getRecallTarget() + " beside a mode", "recall_target or mode");
    }
    long budgetMicros = budgetMicros(message);
    if (message.hasRecallTarget()) {
      return new Evaluation.RecallTarget(message.getRecallTarget(), budgetMicros);
    }
    if (!hasMode) {
      return new Evaluation.CollectionDefault(budgetMicros);
    }
    SearchMode mode = mode("mode", message.getMode(), () -> defaultModes.apply(collection));
    return new Evaluation.InMode(
        mode instanceof SearchMode.ScoreAtATime timed && message.hasTimeBudgetMicros()
            ? timed.withBudgetMicros(budgetMicros)
            : mode);
  }

  /** Returns the request's own budget, 0 for none. */
  private static long budgetMicros(SearchRequest message) {
    if (!message.hasTimeBudgetMicros()) {
      return 0;
    }
    long micros = Integer.toUnsignedLong(message.getTimeBudgetMicros());
    String clash =
        switch (message.getMode().getModeCase()) {
          case MODE_NOT_SET -> null;
          case EXACT -> "beside mode exact";
          case CLUSTERED -> "beside mode clustered";
          case SCORE_AT_A_TIME ->
              message.getMode().getScoreAtATime().hasBudgetMicros()
                  ? "beside mode.score_at_a_time.budget_micros"
                  : null;
        };
    if (clash != null) {
      throw new InvalidInputException(
          "time_budget_micros",
          micros + " " + clash,
          "one budget, with a recall target, mode score_at_a_time or no mode");
    }
    if (micros == 0) {
      // Left out is how to say none; the domain's 0 must not come from outside.
      throw new InvalidInputException(
          "time_budget_micros",
          micros,
          SearchMode.ScoreAtATime.BUDGET_MICROS_MIN
              + " to "
              + SearchMode.ScoreAtATime.BUDGET_MICROS_MAX);
    }
    return micros;
  }

  private static SearchMode.Clustered clustered(
      String path, ClusteredMode message, Supplier<SearchMode> defaultMode) {
    boolean complete = message.hasQueryCut() && message.hasHeapFactor() && message.hasFirstSorted();
    SearchMode.Clustered defaults =
        !complete && defaultMode.get() instanceof SearchMode.Clustered own
            ? own
            : SearchMode.Clustered.DEFAULTS;
    try {
      return new SearchMode.Clustered(
          message.hasQueryCut() ? wholeNumber(message.getQueryCut()) : defaults.queryCut(),
          message.hasHeapFactor() ? message.getHeapFactor() : defaults.heapFactor(),
          message.hasFirstSorted() ? message.getFirstSorted() : defaults.firstSorted());
    } catch (InvalidInputException e) {
      throw e.at(path + ".clustered");
    }
  }

  private static SearchMode.ScoreAtATime scoreAtATime(
      String path, ScoreAtATimeMode message, Supplier<SearchMode> defaultMode) {
    boolean complete =
        message.hasPostingFloor()
            && message.hasCandidateFloor()
            && message.hasCandidatesMax()
            && message.hasBudgetMicros();
    SearchMode.ScoreAtATime defaults =
        !complete && defaultMode.get() instanceof SearchMode.ScoreAtATime own
            ? own
            : SearchMode.ScoreAtATime.DEFAULTS;
    try {
      return new SearchMode.ScoreAtATime(
          message.hasPostingFloor() ? message.getPostingFloor() : defaults.postingFloor(),
          message.hasCandidateFloor() ? message.getCandidateFloor() : defaults.candidateFloor(),
          message.hasCandidatesMax()
              ? wholeNumber(message.getCandidatesMax())
              : defaults.candidatesMax(),
          message.hasBudgetMicros()
              ? Integer.toUnsignedLong(message.getBudgetMicros())
              : defaults.budgetMicros());
    } catch (InvalidInputException e) {
      throw e.at(path + ".score_at_a_time");
    }
  }

  /** Returns the largest int for a number beyond it, since that is beyond every range too. */
  static int wholeNumber(int unsigned) {
    return unsigned < 0 ? Integer.MAX_VALUE : unsigned;
  }

  private static Hit toProto(RetrievalResponse.Hit hit) {
    Hit.Builder message = Hit.newBuilder().setId(hit.id()).setScore(hit.score());
    if (!hit.fields().isEmpty()) {
      message.putAllFields(hit.fields());
    }
    for (RetrievalResponse.Contribution part : hit.contributions()) {
      message.addContributions(
          TermContribution.newBuilder()
              .setTerm(part.term())
              .setQueryWeight(part.queryWeight())
              .setDocumentWeight(part.documentWeight())
              .setContribution(part.contribution()));
    }
    message.putAllStageScores(hit.stageScores());
    for (RetrievalResponse.InnerHit inner : hit.innerHits()) {
      message.addInnerHits(
          InnerHit.newBuilder()
              .setId(inner.id())
              .setScore(inner.score())
              .setStage(inner.stage())
              .putAllFields(inner.fields())
              .putAllStageScores(inner.stageScores()));
    }
    hit.answers().forEach(answer -> message.addAnswers(toProto(answer)));
    for (io.siskin.server.rank.stage.ContextSentence sentence : hit.context()) {
      message.addContext(
          ContextSentence.newBuilder()
              .setField(sentence.field())
              .setStart(sentence.start())
              .setEnd(sentence.end())
              .setText(sentence.text())
              .setScore(sentence.score()));
    }
    return message.build();
  }

  private static Answer toProto(RetrievalResponse.Answer answer) {
    Answer.Builder message =
        Answer.newBuilder()
            .setStage(answer.stage())
            .setScore(answer.span().score())
            .setDenseScore(answer.span().denseScore())
            .setDocumentScore(answer.span().documentScore())
            .setStartToken(answer.span().startToken())
            .setEndToken(answer.span().endToken());
    RetrievalResponse.Place place = answer.place();
    if (place != null) {
      message.setStart(place.start()).setEnd(place.end()).setText(place.text());
    }
    return message.build();
  }

  /**
   * Translates a mode.
   *
   * @param mode the mode, with all of its parameters
   */
  public static io.siskin.proto.v1.SearchMode toProto(SearchMode mode) {
    io.siskin.proto.v1.SearchMode.Builder message = io.siskin.proto.v1.SearchMode.newBuilder();
    switch (mode) {
      case SearchMode.Exact() -> message.setExact(ExactMode.getDefaultInstance());
      case SearchMode.Clustered(int queryCut, float heapFactor, boolean firstSorted) ->
          message.setClustered(
              ClusteredMode.newBuilder()
                  .setQueryCut(queryCut)
                  .setHeapFactor(heapFactor)
                  .setFirstSorted(firstSorted));
      case SearchMode.ScoreAtATime(
              float postingFloor,
              float candidateFloor,
              int candidatesMax,
              long budgetMicros) ->
          message.setScoreAtATime(
              ScoreAtATimeMode.newBuilder()
                  .setPostingFloor(postingFloor)
                  .setCandidateFloor(candidateFloor)
                  .setCandidatesMax(candidatesMax)
                  .setBudgetMicros((int) budgetMicros));
    }
    return message.build();
  }

  /**
   * Translates what an evaluation did.
   *
   * @param stats its counts
   */
  public static SearchCounters toProto(SearchStats stats) {
    return SearchCounters.newBuilder()
        .setListsVisited(stats.listsVisited())
        .setBlocksBounded(stats.blocksBounded())
        .setBlocksSkipped(stats.blocksSkipped())
        .setBlocksScored(stats.blocksScored())
        .setDocumentsScored(stats.documentsScored())
        .setPostingsScored(stats.postingsScored())
        .setBudgetExhausted(stats.budgetExhausted())
        .build();
  }

  private static Segment toProto(CollectionDescription.SegmentDescription description) {
    return Segment.newBuilder()
        .setId(description.id())
        .setFormatVersion(description.formatVersion())
        .setDocumentCount(description.documentCount())
        .setPostingCount(description.postingCount())
        .addAllStructures(
            description.structures().stream()
                .map(
                    structure ->
                        IndexStructure.newBuilder()
                            .setName(structure.name())
                            .setLengthBytes(structure.lengthBytes())
                            .build())
                .toList())
        .build();
  }

  private static Vocabulary vocabulary(SegmentStatistics.Vocabulary vocabulary) {
    return switch (vocabulary) {
      case TOKEN -> Vocabulary.VOCABULARY_TOKEN;
      case TERM_ID -> Vocabulary.VOCABULARY_TERM_ID;
      case NONE -> Vocabulary.VOCABULARY_NONE;
    };
  }
}
