package io.siskin.index.growing;

import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.error.Ranges;
import io.siskin.index.lifecycle.ReferenceCount;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.store.SlabMemory;
import java.util.Arrays;

/**
 * A searchable segment of new documents, in memory off the heap. It takes documents until it is
 * full. Then its documents are built into a segment of files, and it is released.
 *
 * <p>One thread, the writer, adds documents. Any number of threads read at the same time through
 * {@linkplain #view views}, without a lock. A document can be seen as soon as {@link #add} has
 * returned. Nothing is ever removed: whoever replaces or deletes a document keeps the set of those
 * that are alive.
 *
 * <p>A segment is reference-counted. The one who makes it holds the first reference. The memory is
 * freed with the last one. A read after that throws {@link IllegalStateException}.
 */
public final class GrowingSegment {
  /** The largest number of documents. */
  public static final int CAPACITY_MAX = 32_768;

  /** The result of a look-up for an id that no document has. */
  public static final int ABSENT = -1;

  private final SlabMemory memory = new SlabMemory();
  private final int capacity;
  private final GrowingTerms terms;
  private final GrowingDocuments documents;
  private final GrowingDense dense;
  private final ReferenceCount references;

  /** Written last when a document is added; readers read it first. */
  private volatile int documentCount;

  /** The largest scale of a document that has terms. */
  private volatile float scaleMax = Float.MIN_NORMAL;

  private volatile boolean hasResiduals;
  private long postingCount;
  private long[] order = new long[256];
  private boolean isBroken;

  /**
   * Makes an empty segment.
   *
   * @param capacity the number of documents for which there is room, 1 to {@link #CAPACITY_MAX}
   * @throws io.siskin.index.error.InvalidInputException when the number is out of range
   */
  public GrowingSegment(int capacity) {
    this.capacity = Ranges.check("capacity of a growing segment", capacity, 1, CAPACITY_MAX);
    this.terms = new GrowingTerms(memory);
    this.documents = new GrowingDocuments(memory, capacity);
    this.dense = new GrowingDense(memory, capacity);
    this.references = new ReferenceCount("growing segment", memory::close);
  }

  /**
   * Takes another reference.
   *
   * @return false when the last one has been given back already
   */
  public boolean tryRetain() {
    return references.tryRetain();
  }

  /**
   * Gives a reference back. The last one frees the memory.
   *
   * @throws IllegalStateException when none is held any more
   */
  public void release() {
    references.release();
  }

  /** Returns the number of documents for which there is room, those that are there included. */
  public int capacity() {
    return capacity;
  }

  /** Returns the number of documents. Safe for concurrent use. */
  public int documentCount() {
    return documentCount;
  }

  /** Returns the number of distinct terms of all documents. Safe for concurrent use. */
  public int termCount() {
    return terms.size();
  }

  /** Returns the number of postings of all documents. For the writer only. */
  public long postingCount() {
    return postingCount;
  }

  /** Returns the length of the memory off the heap in bytes. Safe for concurrent use. */
  public long lengthBytes() {
    return memory.lengthBytes();
  }

  /**
   * Adds a document. It gets the next number, whether an earlier one has the same id or not. For
   * the writer only.
   *
   * @param document the document. Its terms are of the same kind as those of the documents before
   * @return its number, 0 to the capacity − 1
   * @throws io.siskin.index.error.InvalidInputException when the terms are of another kind, or when
   *     a dense field has another type than before. Nothing has changed then
   * @throws IllegalStateException when the segment is full, or when an earlier call has ended with
   *     an unexpected error. The documents that were added before stay
   */
  public int add(QuantizedDocument document) {
    int number = documentCount;
    if (number == capacity) {
      throw new IllegalStateException("the segment is full: it has " + capacity + " documents");
    }
    if (isBroken) {
      throw new IllegalStateException("a document was added in part: no further one can follow");
    }
    QuantizedVector vector = document.vector();
    if (vector.size() > 0) {
      terms.checkKeys(vector.isByToken());
    }
    dense.check(document.dense());
    isBroken = true;
    int size = number(vector);
    documents.add(number, document, order);
    dense.add(number, document.dense());
    for (int i = 0; i < size; i++) {
      terms.append((int) (order[i] >>> 32), number, vector.impact((int) order[i]));
    }
    postingCount += size;
    if (vector.hasResiduals()) {
      hasResiduals = true;
    }
    if (size > 0 && vector.scale() > scaleMax) {
      scaleMax = vector.scale();
    }
    documentCount = number + 1;
    isBroken = false;
    return number;
  }

  /** Fills {@link #order} with the term numbers and their indexes in the vector, ascending. */
  private int number(QuantizedVector vector) {
    int size = vector.size();
    if (order.length < size) {
      order = new long[Math.max(size, 2 * order.length)];
    }
    for (int i = 0; i < size; i++) {
      int term =
          vector.isByToken() ? terms.addToken(vector.token(i)) : terms.addTermId(vector.termId(i));
      order[i] = (long) term << 32 | i;
    }
    Arrays.sort(order, 0, size);
    return size;
  }

  /**
   * Returns the latest document with an id. Safe for concurrent use.
   *
   * @param id the external id
   * @return its number, or {@link #ABSENT}
   */
  public int documentNumber(String id) {
    return view().documentNumber(id);
  }

  /** Returns a view of the documents that are there now. Safe for concurrent use. */
  public GrowingView view() {
    return view(documentCount);
  }

  /**
   * Returns a view of the first documents. Safe for concurrent use.
   *
   * @param documents how many of them, 0 to {@link #documentCount}
   * @throws io.siskin.index.error.InvalidInputException when there are fewer
   */
  public GrowingView view(int documents) {
    Ranges.check("documents of a view", documents, 0, documentCount);
    return new GrowingView(this, documents);
  }

  SlabMemory memory() {
    return memory;
  }

  GrowingTerms terms() {
    return terms;
  }

  GrowingDocuments documents() {
    return documents;
  }

  GrowingDense dense() {
    return dense;
  }

  boolean hasResiduals() {
    return hasResiduals;
  }

  float scaleMax() {
    return scaleMax;
  }
}
