package io.siskin.server.suggest;

import io.siskin.index.error.InvalidInputException;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was asked before: queries, how often each was asked, and which ones were asked later in the
 * same session. Texts are normalised, see {@link #normalize}. Immutable.
 *
 * @param queries the queries by their texts
 */
public record QueryLog(SortedMap<String, Query> queries) {
  /** A log without queries. */
  public static final QueryLog NONE = new QueryLog(new TreeMap<>());

  /** The most queries of a log. */
  public static final int QUERIES_MAX = 20_000;

  /** The most queries that are kept as followers of one. */
  public static final int NEXT_MAX = 100;

  /** The longest text, in UTF-16 code units. */
  public static final int TEXT_LENGTH_MAX = 256;

  /** The largest count. */
  public static final long COUNT_MAX = 1_000_000_000_000L;

  /** Copies the map. */
  public QueryLog {
    queries = Collections.unmodifiableSortedMap(new TreeMap<>(queries));
  }

  /**
   * One query.
   *
   * @param count how often it was asked, 0 or more
   * @param next by text: in how many sessions a query was asked later than this one
   */
  public record Query(long count, SortedMap<String, Long> next) {
    /** Copies the map. */
    public Query {
      next = Collections.unmodifiableSortedMap(new TreeMap<>(next));
    }

    /** Returns the sum of the counts of the queries that were asked later. */
    public long nextCount() {
      return next.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * Returns a text in the form in which queries are compared: in lower case, without white space at
   * its ends, and with single spaces inside.
   *
   * @param text the text
   */
  public static String normalize(String text) {
    return text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
  }

  /** Returns the largest count of a query; 0 without queries. */
  public long countMax() {
    return queries.values().stream().mapToLong(Query::count).max().orElse(0);
  }

  /** Collects a log. Used by one thread. */
  public static final class Builder {
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, Map<String, Long>> next = new TreeMap<>();

    /**
     * Adds a query.
     *
     * @param path where it is, for an error
     * @param text its text, which is normalised
     * @param count how often it was asked, 0 to 10^12
     * @throws InvalidInputException when the text is empty or too long, or the count is out of its
     *     range
     */
    public Builder addQuery(String path, String text, long count) {
      counts.merge(checked(path, text), checked(path, count), Builder::sum);
      return this;
    }

    /**
     * Adds that a query was asked later than another one in the same session.
     *
     * @param path where it is, for an error
     * @param text the earlier query
     * @param later the later one
     * @param count in how many sessions, 0 to 10^12
     * @throws InvalidInputException as above
     */
    public Builder addNext(String path, String text, String later, long count) {
      next.computeIfAbsent(checked(path, text), _ -> new TreeMap<>())
          .merge(checked(path, later), checked(path, count), Builder::sum);
      return this;
    }

    /**
     * Adds a session. Each query counts as often as it occurs in it. That one query was asked later
     * than another one counts once for the session.
     *
     * @param path where it is, for an error
     * @param texts the queries, in the order in which they were asked
     * @param count how many such sessions there were, 0 to 10^12
     * @throws InvalidInputException as above
     */
    public Builder addSession(String path, List<String> texts, long count) {
      Set<List<String>> pairs = new HashSet<>();
      for (int i = 0; i < texts.size(); i++) {
        addQuery(path + "[" + i + "]", texts.get(i), count);
        for (int j = i + 1; j < texts.size(); j++) {
          String earlier = normalize(texts.get(i));
          String later = checked(path + "[" + j + "]", texts.get(j));
          if (!earlier.equals(later) && pairs.add(List.of(earlier, later))) {
            addNext(path, earlier, later, count);
          }
        }
      }
      return this;
    }

    /** Returns how many different queries were added, those that were only asked later left out. */
    public int size() {
      return counts.size();
    }

    /**
     * Returns the log. Where there are too many queries, the most frequent ones are kept, and where
     * too many were asked later than one, the most frequent ones of these. Equal ones are kept in
     * the order of their texts.
     */
    public QueryLog build() {
      TreeMap<String, Query> queries = new TreeMap<>();
      best(counts, QUERIES_MAX)
          .forEach(
              (text, count) ->
                  queries.put(
                      text, new Query(count, best(next.getOrDefault(text, Map.of()), NEXT_MAX))));
      return new QueryLog(queries);
    }

    private static SortedMap<String, Long> best(Map<String, Long> counts, int most) {
      TreeMap<String, Long> best = new TreeMap<>();
      counts.entrySet().stream()
          .sorted(
              Comparator.comparingLong((Map.Entry<String, Long> each) -> -each.getValue())
                  .thenComparing(Map.Entry::getKey))
          .limit(most)
          .forEach(each -> best.put(each.getKey(), each.getValue()));
      return best;
    }

    private static long sum(long left, long right) {
      return Math.min(COUNT_MAX, left + right);
    }

    private static long checked(String path, long count) {
      if (count < 0 || count > COUNT_MAX) {
        throw new InvalidInputException(path + ".count", count, "0 to 1,000,000,000,000");
      }
      return count;
    }

    private static String checked(String path, String text) {
      String normal = normalize(text);
      if (normal.isEmpty() || normal.length() > TEXT_LENGTH_MAX) {
        throw new InvalidInputException(
            path + ".text", normal.length() + " characters", "1 to " + TEXT_LENGTH_MAX);
      }
      return normal;
    }
  }
}
