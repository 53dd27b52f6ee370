package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.segment.IndexingOrder;
import io.siskin.index.vector.TermLookup;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One segment as a search sees it: what is asked of it to find documents, to fetch what is stored
 * of them and to explain their scores. Documents are numbered from 0 to {@link #documentCount} − 1.
 *
 * <p>Safe for concurrent use, while the one who searches keeps the segment retained. A mapped
 * segment outlives snapshots: a snapshot that shares it with the one before shares this object, and
 * with it the warm searchers.
 */
public sealed interface SearchableSegment permits MappedSegment, GrowingSegment {
  /** Returns the number of documents, deleted ones included. */
  int documentCount();

  /** Returns the terms. */
  TermLookup terms();

  /** Returns how many terms there are; they are numbered from 0. */
  int termCount();

  /**
   * Returns how many documents of a set have a term. Reads the term's list, or the documents of the
   * set where they are few.
   *
   * @param termNumber a number that {@link #terms} has returned, not {@link TermLookup#ABSENT}
   * @param documents a set of documents of this segment
   */
  int documentFrequency(int termNumber, DocumentSet documents);

  /** Returns the order of indexing; null when documents are numbered in it. */
  @Nullable IndexingOrder indexingOrder();

  /**
   * Tells whether the segment carries the lists for a mode.
   *
   * @param mode the mode; its parameters do not matter
   */
  boolean supports(SearchMode mode);

  /**
   * Returns the most that {@link SegmentSearcher#refine} changes a score, 0 when it changes none.
   *
   * @param query the query, resolved against the segment
   */
  double scoreErrorMax(SegmentQuery query);

  /** Returns a searcher of this segment that nobody else uses. Takes no lock. */
  SegmentSearcher takeSearcher();

  /**
   * Takes a searcher back, warm for the next query.
   *
   * @param searcher one of {@link #takeSearcher} that is not used any more
   */
  void giveBack(SegmentSearcher searcher);

  /**
   * Returns the external id of a document.
   *
   * @param document its number
   */
  String externalId(int document);

  /**
   * Returns the length of the stored fields of a document in bytes, before they are unpacked.
   *
   * @param document its number
   */
  long storedLengthBytes(int document);

  /** Opens the stored fields; the caller closes the reader. */
  FieldReader openFields();

  /** Returns a reader of the weights of documents; null when the segment keeps none. */
  @Nullable RecordReader records();

  /**
   * Returns the name of a term, for explanations.
   *
   * @param termNumber its number
   */
  String termName(int termNumber);

  /** Reads stored fields. Used by one thread, and closed by it. */
  interface FieldReader extends AutoCloseable {
    /**
     * Returns the stored fields of a document.
     *
     * @param document its number
     * @param wanted which fields are wanted, by name
     */
    Map<String, String> fields(int document, Predicate<String> wanted);

    @Override
    void close();
  }

  /**
   * Reads the weights of one document after another, by ascending term number. Used by one thread.
   */
  interface RecordReader {
    /**
     * Moves before the first term of a document.
     *
     * @param document its number
     */
    void moveTo(int document);

    /** Moves to the next term; returns false when there is none. */
    boolean next();

    /** Returns the number of the current term. */
    int termNumber();

    /**
     * Returns the weight of the current term as a fine impact: in units of the document's scale
     * divided by {@link io.siskin.index.format.v1.ResidualLayout#STEPS}.
     */
    int fineImpact();

    /** Returns the scale of the current document. */
    float scale();
  }
}
