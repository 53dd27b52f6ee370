package io.siskin.server.measure;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.corpus.TrecColumns;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The answers to a set of queries, and their exchange format: the lines {@code query Q0 document
 * rank score tag} that trec_eval and its kin read.
 *
 * <p>In each ranking a document stands once and scores do not increase. Immutable.
 */
public final class TrecRun {
  private static final int COLUMNS = 6;

  private final Map<String, List<Hit>> hitsByQuery;

  /**
   * One answer.
   *
   * @param documentId the document's external id
   * @param score its score; finite
   */
  public record Hit(String documentId, float score) {}

  private TrecRun(Map<String, List<Hit>> hitsByQuery) {
    this.hitsByQuery = hitsByQuery;
  }

  /**
   * Takes rankings, which are copied; their order is kept.
   *
   * @param hitsByQuery query id to hits, best first; a list may be empty
   * @throws InvalidInputException when a document stands twice in a ranking, a score is not finite
   *     or scores increase
   */
  public static TrecRun of(Map<String, List<Hit>> hitsByQuery) {
    Map<String, List<Hit>> checked = new LinkedHashMap<>();
    hitsByQuery.forEach((query, hits) -> checked.put(query, check(query, hits)));
    return new TrecRun(checked);
  }

  /** Returns the ids of the queries, in the order given. */
  public Set<String> queryIds() {
    return Collections.unmodifiableSet(hitsByQuery.keySet());
  }

  /**
   * Returns the answers to a query, best first; none when the run lacks the query.
   *
   * @param queryId the query
   */
  public List<Hit> hits(String queryId) {
    return hitsByQuery.getOrDefault(queryId, List.of());
  }

  /**
   * Returns the ids of the documents that answer a query, best first.
   *
   * @param queryId the query
   */
  public List<String> ranking(String queryId) {
    return hits(queryId).stream().map(Hit::documentId).toList();
  }

  /**
   * Writes the run. Ranks count from 1; a query without an answer leaves no line, the format has
   * none for it. Nothing is written when an id cannot be.
   *
   * @param out where it is written; not closed
   * @param tag names the system that made the run
   * @throws InvalidInputException when an id or the tag is empty or has white space, which the
   *     format cannot carry
   * @throws IOException when writing fails
   */
  public void write(Writer out, String tag) throws IOException {
    TrecColumns.check("tag", tag);
    hitsByQuery.forEach(
        (query, hits) -> {
          TrecColumns.check("query id", query);
          hits.forEach(hit -> TrecColumns.check("document id", hit.documentId()));
        });
    for (Map.Entry<String, List<Hit>> query : hitsByQuery.entrySet()) {
      int rank = 1;
      for (Hit hit : query.getValue()) {
        out.write(query.getKey());
        out.write(" Q0 ");
        out.write(hit.documentId());
        out.write(" " + rank++ + " " + hit.score() + " " + tag + "\n");
      }
    }
  }

  /**
   * Reads a run. As trec_eval does, ignores the rank column and sorts by score; equal scores stay
   * in the file's order.
   *
   * @param file lines of six columns; empty lines are skipped
   * @throws InvalidInputException when a line is malformed or a document stands twice in a ranking,
   *     with file and line or query
   * @throws IOException when the file cannot be read
   */
  public static TrecRun read(Path file) throws IOException {
    Map<String, List<Hit>> hitsByQuery = new LinkedHashMap<>();
    try (BufferedReader in = Files.newBufferedReader(file)) {
      int lineNumber = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lineNumber++;
        String[] columns = TrecColumns.split(line);
        if (columns.length == 0) {
          continue;
        }
        if (columns.length != COLUMNS) {
          throw new InvalidInputException(
                  "line", line, "six columns: query Q0 document rank score tag")
              .at(file + ":" + lineNumber);
        }
        hitsByQuery
            .computeIfAbsent(columns[0], _ -> new ArrayList<>())
            .add(new Hit(columns[2], parseScore(columns[4], file + ":" + lineNumber)));
      }
    }
    for (List<Hit> hits : hitsByQuery.values()) {
      hits.sort(Comparator.comparing(Hit::score, Comparator.reverseOrder()));
    }
    try {
      return of(hitsByQuery);
    } catch (InvalidInputException e) {
      throw e.at(file.toString());
    }
  }

  private static float parseScore(String text, String place) {
    try {
      return Float.parseFloat(text);
    } catch (NumberFormatException e) {
      throw new InvalidInputException("score", text, "a number").at(place);
    }
  }

  private static List<Hit> check(String query, List<Hit> hits) {
    Set<String> seen = new HashSet<>();
    float previous = Float.POSITIVE_INFINITY;
    for (Hit hit : hits) {
      if (!Float.isFinite(hit.score()) || hit.score() > previous) {
        throw new InvalidInputException(
                "score of " + hit.documentId(),
                hit.score(),
                "finite and at most the one before, " + previous)
            .at("query " + query);
      }
      if (!seen.add(hit.documentId())) {
        throw new InvalidInputException("document id", hit.documentId(), "each document once")
            .at("query " + query);
      }
      previous = hit.score();
    }
    return List.copyOf(hits);
  }
}
