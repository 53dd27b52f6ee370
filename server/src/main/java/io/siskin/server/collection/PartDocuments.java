package io.siskin.server.collection;

import io.siskin.index.column.Columns;
import io.siskin.index.dense.DenseFields;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Predicate;

/**
 * The documents of one segment, each as a whole: to be read, updated and deleted. Deleted documents
 * are among them.
 *
 * <p>Safe for concurrent use, while the segment is retained.
 */
public interface PartDocuments {
  /** What {@link #find} returns when no document has the id. */
  int ABSENT = -1;

  /** Returns the number of documents. */
  int documentCount();

  /**
   * Returns the last document of an id.
   *
   * @param id the id
   * @return its number, or {@link #ABSENT}
   */
  int find(String id);

  /**
   * Returns the id of a document.
   *
   * @param document its number, 0 to {@link #documentCount} − 1
   */
  String id(int document);

  /**
   * Returns where a document stands in the order of writes.
   *
   * @param document its number, 0 to {@link #documentCount} − 1
   */
  long position(int document);

  /**
   * Returns the document that is some steps into the order of writes.
   *
   * @param ordinal 0 for the document with the least position, to {@link #documentCount} − 1
   * @return its number
   */
  int ofOrdinal(int ordinal);

  /**
   * Returns stored fields of a document, in the order in which it was given with them.
   *
   * @param document its number, 0 to {@link #documentCount} − 1
   * @param wanted tells by name which fields are wanted
   */
  Map<String, String> stored(int document, Predicate<String> wanted);

  /**
   * Returns the vector of a document.
   *
   * @param document its number, 0 to {@link #documentCount} − 1
   */
  QuantizedVector vector(int document);

  /**
   * Returns a document as a whole.
   *
   * @param document its number, 0 to {@link #documentCount} − 1
   */
  default QuantizedDocument document(int document) {
    return new QuantizedDocument(
        id(document),
        position(document),
        vector(document),
        stored(document, _ -> true),
        columns().values(document),
        dense().values(document));
  }

  /**
   * Hands out the numbers of a document's terms in the segment.
   *
   * @param document its number, 0 to {@link #documentCount} − 1
   * @param consumer takes each of them once
   */
  void forEachTerm(int document, IntConsumer consumer);

  /**
   * Returns the sum of the weights that were given for a document. Under BM25 it is the number of
   * its tokens.
   *
   * @param document its number, 0 to {@link #documentCount} − 1
   * @return 0 or more; NaN where it was not stored
   */
  float length(int document);

  /** Returns the sum of the lengths of all documents, deleted ones included. */
  default double totalLength() {
    double total = 0;
    for (int document = 0; document < documentCount(); document++) {
      total += length(document);
    }
    return total;
  }

  /** Returns the declared fields of the documents. */
  Columns columns();

  /** Returns the dense fields of the documents. */
  DenseFields dense();

  /** Returns the number of terms of the documents. */
  long termCount();

  /** Returns the number of postings. */
  long postingCount();

  /** Returns in how many documents the most frequent term is, at most. */
  long longestListLength();

  /** Returns how the terms are named. */
  Vocabulary vocabulary();

  /** Returns the names of the stored fields, in the order in which they were met. */
  List<String> storedFields();

  /** Returns the bytes of its files; 0 when it is in memory. */
  long lengthBytes();
}
