package io.siskin.client.internal;

import io.siskin.client.LoggedQuery;
import io.siskin.client.SuggestRequest;
import io.siskin.client.Suggestion;
import io.siskin.proto.v1.NextQuery;
import io.siskin.proto.v1.PutQueryLogRequest;
import io.siskin.proto.v1.SuggestResponse;
import io.siskin.proto.v1.SuggestionSource;
import java.util.List;

/** The translation of suggestions and of logs of queries. */
final class SuggestionMapper {
  private SuggestionMapper() {}

  /** Translates what to suggest for. */
  static io.siskin.proto.v1.SuggestRequest toProto(SuggestRequest request) {
    return io.siskin.proto.v1.SuggestRequest.newBuilder()
        .setCollection(request.collection())
        .setPrefix(request.prefix())
        .addAllEarlier(request.earlier())
        .setCount(request.count())
        .setContextWeight(request.contextWeight())
        .setTerms(request.withTerms())
        .build();
  }

  /** Translates suggestions. */
  static List<Suggestion> toSuggestions(SuggestResponse response) {
    return response.getSuggestionsList().stream()
        .map(
            each ->
                new Suggestion(
                    each.getText(),
                    each.getSource() == SuggestionSource.SUGGESTION_SOURCE_TERM,
                    each.getScore(),
                    each.getCount(),
                    each.getPopularity(),
                    each.getContext()))
        .toList();
  }

  /** Translates a log of queries. */
  static PutQueryLogRequest toProto(String collection, List<LoggedQuery> queries) {
    PutQueryLogRequest.Builder request = PutQueryLogRequest.newBuilder().setCollection(collection);
    for (LoggedQuery query : queries) {
      io.siskin.proto.v1.LoggedQuery.Builder logged =
          io.siskin.proto.v1.LoggedQuery.newBuilder().setText(query.text()).setCount(query.count());
      query
          .next()
          .forEach(
              (text, count) ->
                  logged.addNext(NextQuery.newBuilder().setText(text).setCount(count)));
      request.addQueries(logged);
    }
    return request.build();
  }
}
