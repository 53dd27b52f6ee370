package io.siskin.server.ingest;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.index.segment.TermDictionary;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.corpus.InputOptions;
import io.siskin.server.corpus.SourceQueries;
import io.siskin.server.corpus.SourceQuery;
import io.siskin.server.corpus.TermKeys;
import io.siskin.server.encode.QueryEncoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The queries of a file as a collection understands them: keys read as the collection has them,
 * texts encoded by its encoder. Immutable.
 *
 * @param vectors one per query, in the file's order; at least one
 * @param unmatchedCount how many have terms, none of which the collection knows
 */
public record CollectionQueries(List<SparseVector> vectors, int unmatchedCount) {
  /** Copies the list. */
  public CollectionQueries {
    vectors = List.copyOf(vectors);
  }

  /**
   * Reads a file.
   *
   * @param snapshot the collection, retained by the caller
   * @param file as for {@link SourceQueries}
   * @throws InvalidInputException when a query is bad or cannot be encoded, with its place; when
   *     there is none; or when the collection knows no term of any of them
   */
  public static CollectionQueries read(CollectionSnapshot snapshot, Path file) throws IOException {
    InputOptions options = InputOptions.DEFAULT.withTermKeys(termKeys(snapshot));
    List<SourceQuery> queries = SourceQueries.read(file, options);
    List<SparseVector> vectors = new ArrayList<>();
    int unmatched = 0;
    for (SourceQuery query : queries) {
      SparseVector vector = vector(query, snapshot.encoders().queries());
      unmatched += vector.size() > 0 && !isKnown(snapshot, vector) ? 1 : 0;
      vectors.add(vector);
    }
    if (queries.isEmpty()) {
      throw new InvalidInputException("queries", file, "a file with at least one query");
    }
    requireMatch(file, unmatched, queries.size());
    return new CollectionQueries(vectors, unmatched);
  }

  /**
   * Refuses queries that all ask for what a collection does not have.
   *
   * @param file where they were read
   * @param unmatchedCount how many queries have no term that the collection knows
   * @param queryCount how many there are
   */
  public static void requireMatch(Path file, int unmatchedCount, int queryCount) {
    if (unmatchedCount > 0 && unmatchedCount == queryCount) {
      throw new InvalidInputException(
          "queries",
          file + ", none of whose " + queryCount + " has a term that the collection knows",
          "queries of the collection's own vocabulary");
    }
  }

  /**
   * Returns how the keys of query vectors are to be read for a collection.
   *
   * @param snapshot the collection, retained by the caller
   */
  public static TermKeys termKeys(CollectionSnapshot snapshot) {
    TermKeys keys = TermKeys.AUTO;
    for (Segment segment : snapshot.segments()) {
      switch (segment.statistics().vocabulary()) {
        case TOKEN -> keys = TermKeys.TOKENS;
        case TERM_ID -> keys = TermKeys.TERM_IDS;
        case NONE -> {
          // A segment without a term takes any key.
        }
      }
    }
    return keys;
  }

  @SuppressWarnings("IllegalCatch") // What is not the text's fault is thrown on.
  private static SparseVector vector(SourceQuery query, QueryEncoder encoder) {
    SparseVector vector = query.vector();
    if (vector != null) {
      return vector;
    }
    try {
      return encoder.encode(query.text() == null ? "" : query.text());
    } catch (RuntimeException failed) {
      if (!EncodingFailures.isOfText(failed)) {
        throw failed;
      }
      throw EncodingFailures.named(failed, "query '" + query.id() + "'", query.place());
    }
  }

  private static boolean isKnown(CollectionSnapshot snapshot, SparseVector vector) {
    for (Segment segment : snapshot.segments()) {
      boolean byToken = segment.statistics().vocabulary() == Vocabulary.TOKEN;
      for (int i = 0; i < vector.size(); i++) {
        int term =
            switch (vector) {
              case TokenVector tokens when byToken ->
                  segment.terms().numberOfToken(tokens.token(i));
              case TermIdVector ids when !byToken -> segment.terms().numberOfTermId(ids.termId(i));
              default -> TermDictionary.ABSENT;
            };
        if (term != TermDictionary.ABSENT) {
          return true;
        }
      }
    }
    return false;
  }
}
