package io.siskin.client.internal;

import io.siskin.client.CollectionInfo;
import io.siskin.client.SearchMode;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SparseVector;
import io.siskin.proto.v1.ApproximateMode;
import io.siskin.proto.v1.Collection;
import io.siskin.proto.v1.ExactMode;
import io.siskin.proto.v1.Hit;
import io.siskin.proto.v1.SearchCounters;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.Segment;
import io.siskin.proto.v1.StageTimings;

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
            .setK(request.k())
            .addAllFields(request.fields())
            .setExplain(request.explain());
    switch (request.query()) {
      case SearchRequest.Query.Text(String text) -> message.setText(text);
      case SearchRequest.Query.Vector(SparseVector vector) -> message.setVector(toProto(vector));
    }
    SearchMode mode = request.mode();
    if (mode != null) {
      message.setMode(toProto(mode));
    }
    return message.build();
  }

  /**
   * Translates an answer.
   *
   * @param response the answer
   */
  static SearchResult toResult(SearchResponse response) {
    StageTimings timings = response.getTimings();
    SearchCounters counters = response.getCounters();
    return new SearchResult(
        response.getHitsList().stream().map(ProtoMapper::toHit).toList(),
        toMode(response.getMode()),
        new SearchResult.Timings(
            timings.getTotalNanos(),
            timings.getQueueNanos(),
            timings.getEncodeNanos(),
            timings.getSearchNanos(),
            timings.getFetchNanos()),
        new SearchResult.Counters(
            counters.getListsVisited(),
            counters.getBlocksBounded(),
            counters.getBlocksSkipped(),
            counters.getBlocksScored(),
            counters.getDocumentsScored(),
            counters.getPostingsScored()),
        response.getUnknownTerms());
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
        collection.getStoredFieldsList(),
        collection.getSegmentsList().stream().map(ProtoMapper::toSegment).toList());
  }

  private static io.siskin.proto.v1.SparseVector toProto(SparseVector vector) {
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

  private static io.siskin.proto.v1.SearchMode toProto(SearchMode mode) {
    io.siskin.proto.v1.SearchMode.Builder message = io.siskin.proto.v1.SearchMode.newBuilder();
    switch (mode) {
      case SearchMode.Exact() -> message.setExact(ExactMode.getDefaultInstance());
      case SearchMode.Approximate approximate -> {
        ApproximateMode.Builder parameters = message.getApproximateBuilder();
        Integer queryCut = approximate.queryCut();
        if (queryCut != null) {
          parameters.setQueryCut(queryCut);
        }
        Float heapFactor = approximate.heapFactor();
        if (heapFactor != null) {
          parameters.setHeapFactor(heapFactor);
        }
        Boolean firstSorted = approximate.firstSorted();
        if (firstSorted != null) {
          parameters.setFirstSorted(firstSorted);
        }
      }
    }
    return message.build();
  }

  private static SearchMode toMode(io.siskin.proto.v1.SearchMode message) {
    // A mode that is not set, or that this client is too old to know, is shown as approximate
    // without parameters: that
    // promises the least.
    ApproximateMode parameters = message.getApproximate();
    return switch (message.getModeCase()) {
      case EXACT -> new SearchMode.Exact();
      case APPROXIMATE, MODE_NOT_SET ->
          new SearchMode.Approximate(
              parameters.hasQueryCut() ? parameters.getQueryCut() : null,
              parameters.hasHeapFactor() ? parameters.getHeapFactor() : null,
              parameters.hasFirstSorted() ? parameters.getFirstSorted() : null);
    };
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
            .toList());
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
