package io.siskin.client.internal;

import com.google.protobuf.InvalidProtocolBufferException;
import io.siskin.client.CollectionInfo;
import io.siskin.client.FieldType;
import io.siskin.client.Ranking;
import io.siskin.client.SearchMode;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.Selection;
import io.siskin.client.SparseVector;
import io.siskin.proto.v1.Answer;
import io.siskin.proto.v1.ClusteredMode;
import io.siskin.proto.v1.Collection;
import io.siskin.proto.v1.CollectionMemory;
import io.siskin.proto.v1.CollectionState;
import io.siskin.proto.v1.ExactMode;
import io.siskin.proto.v1.Hit;
import io.siskin.proto.v1.RankingNode;
import io.siskin.proto.v1.SchemaField;
import io.siskin.proto.v1.ScoreAtATimeMode;
import io.siskin.proto.v1.SearchCounters;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.Segment;
import io.siskin.proto.v1.StageReport;
import io.siskin.proto.v1.StageTimings;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** The one translation between the client's own types and messages. */
final class ProtoMapper {
  private ProtoMapper() {}

  /**
   * Translates a request, apart from its deadline, which travels outside of the message.
   *
   * @param request the request
   */
  static io.siskin.proto.v1.SearchRequest toProto(SearchRequest request) {
    io.siskin.proto.v1.SearchRequest.Builder message =
        io.siskin.proto.v1.SearchRequest.newBuilder()
            .setCollection(request.collection())
            .addAllFields(request.fields())
            .setExplain(request.explain())
            .setTenant(request.tenant());
    switch (request.selection()) {
      case Selection.All() -> message.clearSelection();
      case Selection.Matching(var filter) -> message.setFilter(DocumentMapper.toProto(filter));
      case Selection.Expression(String text) -> message.setFilterExpression(text);
      case Selection.Ids _ -> throw DocumentMapper.noIds();
    }
    switch (request.query()) {
      case null -> message.clearQuery();
      case SearchRequest.Query.Text(String text) -> message.setText(text);
      case SearchRequest.Query.Vector(SparseVector vector) -> message.setVector(toProto(vector));
    }
    request
        .dense()
        .forEach((name, vectors) -> message.putDense(name, DenseMapper.toProto(vectors)));
    request
        .tokenVectors()
        .forEach(
            (name, vectors) -> message.putTokenVectors(name, DenseMapper.toTokenVectors(vectors)));
    Ranking ranking = request.ranking();
    if (ranking == null || request.k() != 0) {
      message.setK(request.k());
    }
    switch (ranking) {
      case null -> message.clearRanking();
      case Ranking.Stored(String pipeline) -> message.setPipeline(pipeline);
      case Ranking.Tree(var root) -> message.setNode(RankingMapper.toProto(root));
      case Ranking.Encoded encoded -> message.setNode(node(encoded));
    }
    SearchMode mode = request.mode();
    if (mode != null) {
      message.setMode(toProto(mode));
    }
    Float recallTarget = request.recallTarget();
    if (recallTarget != null) {
      message.setRecallTarget(recallTarget);
    }
    Duration timeBudget = request.timeBudget();
    if (timeBudget != null) {
      message.setTimeBudgetMicros(micros(timeBudget));
    }
    return message.build();
  }

  private static RankingNode node(Ranking.Encoded encoded) {
    try {
      return RankingNode.parseFrom(encoded.node());
    } catch (InvalidProtocolBufferException notOne) {
      throw new IllegalArgumentException("the ranking is no message siskin.v1.RankingNode", notOne);
    }
  }

  /**
   * Translates an answer.
   *
   * @param response the answer
   */
  static SearchResult toResult(SearchResponse response) {
    return new SearchResult(
        response.getHitsList().stream().map(ProtoMapper::toHit).toList(),
        toMode(response.getMode()),
        toTimings(response.getTimings()),
        toCounters(response.getCounters()),
        response.getUnknownTerms(),
        response.getStagesList().stream().map(ProtoMapper::toStage).toList());
  }

  static SearchResult.Timings toTimings(StageTimings timings) {
    return new SearchResult.Timings(
        timings.getTotalNanos(),
        timings.getQueueNanos(),
        timings.getEncodeNanos(),
        timings.getSearchNanos(),
        timings.getFetchNanos());
  }

  static SearchResult.Counters toCounters(SearchCounters counters) {
    return new SearchResult.Counters(
        counters.getListsVisited(),
        counters.getBlocksBounded(),
        counters.getBlocksSkipped(),
        counters.getBlocksScored(),
        counters.getDocumentsScored(),
        counters.getPostingsScored(),
        counters.getBudgetExhausted());
  }

  /**
   * Translates a description.
   *
   * @param collection the description
   */
  static CollectionInfo toInfo(Collection collection) {
    return new CollectionInfo(
        collection.getName(),
        collection.getDocumentCount(),
        collection.getTermCount(),
        collection.getPostingCount(),
        collection.getLengthBytes(),
        collection.getDocumentEncoder(),
        collection.getQueryEncoder(),
        collection.getEncoderParametersJson(),
        switch (collection.getVocabulary()) {
          case VOCABULARY_TOKEN -> CollectionInfo.Vocabulary.TOKEN;
          case VOCABULARY_TERM_ID -> CollectionInfo.Vocabulary.TERM_ID;
          case VOCABULARY_NONE -> CollectionInfo.Vocabulary.NONE;
          case VOCABULARY_UNSPECIFIED, UNRECOGNIZED -> CollectionInfo.Vocabulary.UNKNOWN;
        },
        toMode(collection.getDefaultMode()),
        collection.getDefaultRecallTarget(),
        collection.getRecallExpectationsList().stream()
            .map(
                told ->
                    new CollectionInfo.RecallExpectation(
                        told.getK(),
                        told.getRecallTarget(),
                        toMode(told.getMode()),
                        told.getRecall(),
                        told.getMedianMicros(),
                        told.getMeanMicros()))
            .toList(),
        collection.getStoredFieldsList(),
        collection.getSegmentsList().stream().map(ProtoMapper::toSegment).toList(),
        collection.getState() == CollectionState.COLLECTION_STATE_DAMAGED,
        toStorage(collection));
  }

  private static CollectionInfo.Storage toStorage(Collection collection) {
    Map<String, FieldType> fields = new LinkedHashMap<>();
    for (SchemaField field : collection.getSchema().getFieldsList()) {
      FieldType type = CollectionMapper.toType(field.getType());
      if (type != null) {
        fields.put(field.getName(), type);
      }
    }
    String tenantField = collection.getSchema().getTenantField();
    CollectionMemory memory = collection.getMemory();
    return new CollectionInfo.Storage(
        fields,
        tenantField.isEmpty() ? null : tenantField,
        collection.getAliasesList(),
        collection.getLastPosition(),
        collection.getDeletedDocumentCount(),
        new CollectionInfo.Memory(
            memory.getHeapBytes(),
            memory.getAnonymousBytes(),
            memory.getMappedBytes(),
            memory.getResidentBytes(),
            memory.getLogBytes()),
        CollectionMapper.toInfo(collection.getTextStatistics()),
        collection.getSchema().getDenseFieldsList().stream().map(DenseMapper::toField).toList());
  }

  /** Translates a vector. */
  static io.siskin.proto.v1.SparseVector toProto(SparseVector vector) {
    io.siskin.proto.v1.SparseVector.Builder message = io.siskin.proto.v1.SparseVector.newBuilder();
    boolean byTermId = vector.isKeyedByTermId();
    for (int i = 0; i < vector.size(); i++) {
      if (byTermId) {
        message.addTermIds(vector.termId(i));
      } else {
        message.addTokens(vector.token(i));
      }
      message.addWeights(vector.weight(i));
    }
    return message.build();
  }

  /** Translates a vector. */
  static SparseVector toVector(io.siskin.proto.v1.SparseVector message) {
    float[] weights = new float[message.getWeightsCount()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = message.getWeights(i);
    }
    if (message.getTermIdsCount() == 0) {
      return SparseVector.ofTokens(message.getTokensList().toArray(String[]::new), weights);
    }
    int[] termIds = new int[weights.length];
    for (int i = 0; i < termIds.length; i++) {
      termIds[i] = message.getTermIds(i);
    }
    return SparseVector.ofTermIds(termIds, weights);
  }

  static io.siskin.proto.v1.SearchMode toProto(SearchMode mode) {
    io.siskin.proto.v1.SearchMode.Builder message = io.siskin.proto.v1.SearchMode.newBuilder();
    switch (mode) {
      case SearchMode.Exact() -> message.setExact(ExactMode.getDefaultInstance());
      case SearchMode.Clustered clustered -> message.setClustered(toProto(clustered));
      case SearchMode.ScoreAtATime scoreAtATime -> message.setScoreAtATime(toProto(scoreAtATime));
    }
    return message.build();
  }

  private static ClusteredMode toProto(SearchMode.Clustered mode) {
    ClusteredMode.Builder parameters = ClusteredMode.newBuilder();
    Integer queryCut = mode.queryCut();
    if (queryCut != null) {
      parameters.setQueryCut(queryCut);
    }
    Float heapFactor = mode.heapFactor();
    if (heapFactor != null) {
      parameters.setHeapFactor(heapFactor);
    }
    Boolean firstSorted = mode.firstSorted();
    if (firstSorted != null) {
      parameters.setFirstSorted(firstSorted);
    }
    return parameters.build();
  }

  private static ScoreAtATimeMode toProto(SearchMode.ScoreAtATime mode) {
    ScoreAtATimeMode.Builder parameters = ScoreAtATimeMode.newBuilder();
    Float postingFloor = mode.postingFloor();
    if (postingFloor != null) {
      parameters.setPostingFloor(postingFloor);
    }
    Float candidateFloor = mode.candidateFloor();
    if (candidateFloor != null) {
      parameters.setCandidateFloor(candidateFloor);
    }
    Integer candidatesMax = mode.candidatesMax();
    if (candidatesMax != null) {
      parameters.setCandidatesMax(candidatesMax);
    }
    Integer budgetMicros = mode.budgetMicros();
    if (budgetMicros != null) {
      parameters.setBudgetMicros(budgetMicros);
    }
    return parameters.build();
  }

  static SearchMode toMode(io.siskin.proto.v1.SearchMode message) {
    return switch (message.getModeCase()) {
      case EXACT -> new SearchMode.Exact();
      case CLUSTERED -> {
        ClusteredMode parameters = message.getClustered();
        yield new SearchMode.Clustered(
            parameters.hasQueryCut() ? parameters.getQueryCut() : null,
            parameters.hasHeapFactor() ? parameters.getHeapFactor() : null,
            parameters.hasFirstSorted() ? parameters.getFirstSorted() : null);
      }
      // A mode that is not set, or that this client is too old to know, is shown as this one
      // without parameters: that promises the least.
      case SCORE_AT_A_TIME, MODE_NOT_SET -> {
        ScoreAtATimeMode parameters = message.getScoreAtATime();
        yield new SearchMode.ScoreAtATime(
            parameters.hasPostingFloor() ? parameters.getPostingFloor() : null,
            parameters.hasCandidateFloor() ? parameters.getCandidateFloor() : null,
            parameters.hasCandidatesMax() ? parameters.getCandidatesMax() : null,
            parameters.hasBudgetMicros() ? parameters.getBudgetMicros() : null);
      }
    };
  }

  /** Returns microseconds; what does not fit the message is outside the server's range anyhow. */
  static int micros(Duration duration) {
    Duration largest = Duration.of(Integer.MAX_VALUE, ChronoUnit.MICROS);
    return duration.isNegative()
        ? 0
        : duration.compareTo(largest) > 0 ? Integer.MAX_VALUE : (int) (duration.toNanos() / 1_000);
  }

  private static SearchResult.Stage toStage(StageReport stage) {
    return new SearchResult.Stage(
        stage.getName(),
        stage.getDocumentsIn(),
        stage.getDocumentsOut(),
        stage.getDocumentsScored(),
        stage.getNanos(),
        stage.getComplete(),
        stage.getExpansionList().stream()
            .map(
                term ->
                    new SearchResult.Term(
                        term.getTerm(), term.getWeight(), term.getFromDocuments()))
            .toList());
  }

  private static SearchResult.Hit toHit(Hit hit) {
    return new SearchResult.Hit(
        hit.getId(),
        hit.getScore(),
        hit.getFieldsMap(),
        hit.getContributionsList().stream()
            .map(
                part ->
                    new SearchResult.Contribution(
                        part.getTerm(),
                        part.getQueryWeight(),
                        part.getDocumentWeight(),
                        part.getContribution()))
            .toList(),
        hit.getStageScoresMap(),
        hit.getInnerHitsList().stream()
            .map(
                inner ->
                    new SearchResult.InnerHit(
                        inner.getId(),
                        inner.getScore(),
                        inner.getStage(),
                        inner.getFieldsMap(),
                        inner.getStageScoresMap()))
            .toList(),
        hit.getAnswersList().stream().map(ProtoMapper::toAnswer).toList(),
        hit.getContextList().stream()
            .map(
                one ->
                    new SearchResult.ContextSentence(
                        one.getField(),
                        one.getStart(),
                        one.getEnd(),
                        one.getText(),
                        one.getScore()))
            .toList());
  }

  private static SearchResult.Answer toAnswer(Answer answer) {
    return new SearchResult.Answer(
        answer.getStage(),
        answer.getScore(),
        answer.getDenseScore(),
        answer.getDocumentScore(),
        answer.getStartToken(),
        answer.getEndToken(),
        answer.hasText()
            ? new SearchResult.Place(answer.getStart(), answer.getEnd(), answer.getText())
            : null);
  }

  private static CollectionInfo.Segment toSegment(Segment segment) {
    return new CollectionInfo.Segment(
        segment.getId(),
        segment.getFormatVersion(),
        segment.getDocumentCount(),
        segment.getPostingCount(),
        segment.getStructuresList().stream()
            .map(
                structure ->
                    new CollectionInfo.Structure(structure.getName(), structure.getLengthBytes()))
            .toList());
  }
}
