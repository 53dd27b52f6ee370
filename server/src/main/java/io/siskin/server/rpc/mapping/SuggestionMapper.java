package io.siskin.server.rpc.mapping;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.proto.v1.LoggedQuery;
import io.siskin.proto.v1.NextQuery;
import io.siskin.proto.v1.PutQueryLogRequest;
import io.siskin.proto.v1.SuggestRequest;
import io.siskin.proto.v1.SuggestResponse;
import io.siskin.proto.v1.SuggestionSource;
import io.siskin.server.suggest.QueryLog;
import io.siskin.server.suggest.Suggestion;
import io.siskin.server.suggest.SuggestionQuery;
import java.util.List;

/** The translation of suggestions and of logs of queries. Pure functions. */
public final class SuggestionMapper {
  private static final int COUNT_DEFAULT = 10;
  private static final double CONTEXT_WEIGHT_DEFAULT = 0.5;

  private SuggestionMapper() {}

  /**
   * Translates what is suggested for.
   *
   * @param request the request
   * @throws InvalidInputException when a value is out of its range
   */
  public static SuggestionQuery toDomain(SuggestRequest request) {
    return new SuggestionQuery(
        request.getPrefix(),
        request.getEarlierList(),
        request.hasCount() ? ProtoMapper.wholeNumber(request.getCount()) : COUNT_DEFAULT,
        request.hasContextWeight() ? request.getContextWeight() : CONTEXT_WEIGHT_DEFAULT,
        request.getTerms());
  }

  /**
   * Translates suggestions.
   *
   * @param suggestions the suggestions, best first
   */
  public static SuggestResponse toProto(List<Suggestion> suggestions) {
    SuggestResponse.Builder response = SuggestResponse.newBuilder();
    for (Suggestion each : suggestions) {
      response.addSuggestions(
          io.siskin.proto.v1.Suggestion.newBuilder()
              .setText(each.text())
              .setSource(
                  switch (each.source()) {
                    case LOG -> SuggestionSource.SUGGESTION_SOURCE_LOG;
                    case TERM -> SuggestionSource.SUGGESTION_SOURCE_TERM;
                  })
              .setScore(each.score())
              .setCount(each.count())
              .setPopularity(each.popularity())
              .setContext(each.context()));
    }
    return response.build();
  }

  /**
   * Translates a log of queries.
   *
   * @param request the request
   * @throws InvalidInputException when a text or a count is out of its range, or there are too many
   */
  public static QueryLog toDomain(PutQueryLogRequest request) {
    Ranges.check("queries", request.getQueriesCount(), 0, QueryLog.QUERIES_MAX);
    QueryLog.Builder log = new QueryLog.Builder();
    for (int i = 0; i < request.getQueriesCount(); i++) {
      LoggedQuery query = request.getQueries(i);
      String path = "queries[" + i + "]";
      log.addQuery(path, query.getText(), query.getCount());
      Ranges.check(path + ".next", query.getNextCount(), 0, QueryLog.NEXT_MAX);
      for (int j = 0; j < query.getNextCount(); j++) {
        NextQuery next = query.getNext(j);
        log.addNext(path + ".next[" + j + "]", query.getText(), next.getText(), next.getCount());
      }
    }
    return log.build();
  }
}
