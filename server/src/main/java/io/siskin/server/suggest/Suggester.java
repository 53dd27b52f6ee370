package io.siskin.server.suggest;

import io.siskin.server.search.SearchableSegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * Suggests what could be asked. The score of a query of the log is {@code (1 − contextWeight) ×
 * popularity + contextWeight × context}.
 *
 * <ul>
 *   <li>Its popularity is its count, divided by the largest count of the log.
 *   <li>Its context is a mean over those earlier queries of the session that others follow in the
 *       log: of the sessions in which something was asked later than the earlier query, the share
 *       in which it was this query. The latest earlier query has the weight 1, the one before it
 *       1/2, then 1/4, and so on.
 * </ul>
 *
 * <p>This counts what neural models of sessions learn (Sordoni et al., "A Hierarchical Recurrent
 * Encoder-Decoder For Generative Context-Aware Query Suggestion", CIKM 2015). Pure functions.
 */
public final class Suggester {
  private static final Comparator<Suggestion> BEST_FIRST =
      Comparator.comparingDouble((Suggestion each) -> -each.score())
          .thenComparing(Suggestion::text);
  private static final double OLDER = 0.5;

  private Suggester() {}

  /**
   * Returns suggestions: queries of the log before terms, and each by its score, and equal ones by
   * their texts. Earlier queries of the session and what is typed already are left out.
   *
   * @param query what is suggested for
   * @param log the log
   * @param segments whose terms are suggested; empty for none
   */
  public static List<Suggestion> suggest(
      SuggestionQuery query, QueryLog log, List<SearchableSegment> segments) {
    List<String> earlier = query.earlier().stream().map(QueryLog::normalize).toList();
    Set<String> leftOut = new HashSet<>(earlier);
    leftOut.add(QueryLog.normalize(query.prefix()));
    String prefix = prefix(query.prefix());
    List<Suggestion> suggestions =
        new ArrayList<>(ofLog(query, log, prefix, contexts(earlier, log), leftOut));
    if (suggestions.size() < query.count() && query.withTerms()) {
      suggestions.forEach(each -> leftOut.add(each.text()));
      suggestions.addAll(ofTerms(prefix, segments, query.count() - suggestions.size(), leftOut));
    }
    return suggestions;
  }

  /** Keeps a space at the end, after which a new word begins. */
  static String prefix(String typed) {
    String normal = QueryLog.normalize(typed);
    boolean isWordOver =
        !normal.isEmpty() && Character.isWhitespace(typed.charAt(typed.length() - 1));
    return isWordOver ? normal + " " : normal;
  }

  private static List<Suggestion> ofLog(
      SuggestionQuery query,
      QueryLog log,
      String prefix,
      Map<String, Double> contexts,
      Set<String> leftOut) {
    PriorityQueue<Suggestion> worstFirst = new PriorityQueue<>(BEST_FIRST.reversed());
    long countMax = Math.max(1, log.countMax());
    // All texts that begin with the prefix are between it and the prefix with the last character.
    Set<String> texts =
        new HashSet<>(log.queries().subMap(prefix, prefix + Character.MAX_VALUE).keySet());
    contexts.keySet().stream().filter(text -> text.startsWith(prefix)).forEach(texts::add);
    texts.removeAll(leftOut);
    for (String text : texts) {
      QueryLog.Query logged = log.queries().get(text);
      long count = logged == null ? 0 : logged.count();
      double popularity = (double) count / countMax;
      double context = contexts.getOrDefault(text, 0.0);
      double weight = query.contextWeight();
      double score = (1 - weight) * popularity + weight * context;
      worstFirst.add(
          new Suggestion(text, Suggestion.Source.LOG, score, count, popularity, context));
      if (worstFirst.size() > query.count()) {
        worstFirst.remove();
      }
    }
    return worstFirst.stream().sorted(BEST_FIRST).toList();
  }

  /** Returns the context of each query that followed an earlier one. */
  private static Map<String, Double> contexts(List<String> earlier, QueryLog log) {
    Map<String, Double> sums = new TreeMap<>();
    double weight = 1;
    double weights = 0;
    for (String text : earlier.reversed()) {
      QueryLog.Query logged = log.queries().get(text);
      long all = logged == null ? 0 : logged.nextCount();
      if (logged != null && all > 0) {
        for (Map.Entry<String, Long> next : logged.next().entrySet()) {
          sums.merge(next.getKey(), weight * next.getValue() / all, Double::sum);
        }
        weights += weight;
      }
      weight *= OLDER;
    }
    double total = weights;
    sums.replaceAll((_, sum) -> sum / total);
    return sums;
  }

  private static List<Suggestion> ofTerms(
      String prefix, List<SearchableSegment> segments, int count, Set<String> leftOut) {
    String beginning = prefix.substring(prefix.lastIndexOf(' ') + 1);
    if (beginning.isEmpty()) {
      return List.of();
    }
    String before = prefix.substring(0, prefix.length() - beginning.length());
    long documents = segments.stream().mapToLong(SearchableSegment::documentCount).sum();
    List<Suggestion> found = new ArrayList<>();
    TermCompletion.find(beginning, segments)
        .forEach(
            (term, frequency) -> {
              String text = before + term;
              if (!leftOut.contains(text)) {
                double share = (double) frequency / documents;
                found.add(new Suggestion(text, Suggestion.Source.TERM, share, frequency, share, 0));
              }
            });
    found.sort(BEST_FIRST);
    return List.copyOf(found.subList(0, Math.min(count, found.size())));
  }
}
