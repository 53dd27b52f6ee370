package io.siskin.index.growing;

import io.siskin.index.dense.DenseFields;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.format.FileLayout;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.store.SlabMemory;
import io.siskin.index.vector.TermLookup;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.function.Predicate;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The first documents of a growing segment: what one snapshot sees of it. Documents that are added
 * later do not change what a view returns.
 *
 * <p>Immutable and safe for concurrent use, while the one who uses it keeps the segment retained.
 */
public final class GrowingView implements TermLookup {
  /** The number of documents whose scales stand one after another in memory. */
  public static final int PAGE_LENGTH = GrowingDocuments.PAGE_LENGTH;

  private final GrowingSegment segment;
  private final GrowingTerms terms;
  private final GrowingDocuments documents;
  private final int documentCount;
  private final float scaleMax;
  private final boolean hasResiduals;
  private final DenseFields dense;

  GrowingView(GrowingSegment segment, int documentCount) {
    this.segment = segment;
    this.terms = segment.terms();
    this.documents = segment.documents();
    this.documentCount = documentCount;
    this.scaleMax = segment.scaleMax();
    this.hasResiduals = segment.hasResiduals();
    this.dense = segment.dense().view(documentCount);
  }

  /** Returns the segment. */
  public GrowingSegment segment() {
    return segment;
  }

  /** Returns the number of documents, 0 or more. */
  public int documentCount() {
    return documentCount;
  }

  @Override
  public int numberOfToken(String token) {
    return visible(terms.numberOfToken(token));
  }

  @Override
  public int numberOfTermId(int termId) {
    return visible(terms.numberOfTermId(termId));
  }

  /** Returns how many terms are numbered, those of later documents included. */
  public int termCount() {
    return segment.termCount();
  }

  private int visible(int term) {
    return term == ABSENT || !terms.isIn(term, documentCount) ? ABSENT : term;
  }

  /**
   * Returns the name of a term. This is its token, or its term id in decimal.
   *
   * @param term a number that a look-up has returned
   */
  public String termName(int term) {
    return terms.isByToken() ? terms.token(term) : Integer.toUnsignedString(terms.key(term));
  }

  @Override
  public int documentFrequency(int term) {
    return terms.count(term, documentCount);
  }

  /**
   * Returns how many documents of a set have a term.
   *
   * @param term a number that a look-up has returned
   * @param accepted a set of documents of the view
   */
  public int documentFrequency(int term, DocumentSet accepted) {
    assert accepted.documentCount() == documentCount : accepted;
    return terms.count(term, accepted);
  }

  /**
   * Adds weight × impact to the sum of every document of the view that has a term.
   *
   * @param term a number that a look-up has returned
   * @param weight the weight of the term in the query, 1 or more. No sum may exceed an int
   * @param sums the sums by document, {@link #documentCount} or more
   * @return how many documents have the term
   */
  public int addPostings(int term, int weight, int[] sums) {
    return terms.addTo(sums, term, weight, documentCount);
  }

  /**
   * Returns the latest document of the view with an id.
   *
   * @param id the external id
   * @return its number, or {@link GrowingSegment#ABSENT}
   */
  public int documentNumber(String id) {
    int document = documents.find(id);
    while (document >= documentCount) {
      document = documents.previous(document);
    }
    return document;
  }

  /**
   * Returns the external id of a document.
   *
   * @param document 0 to {@link #documentCount} − 1, as in all methods below
   */
  public String externalId(int document) {
    return documents.externalId(document);
  }

  /**
   * Returns where a document stands in the order of writes, from 1.
   *
   * @param document the document
   */
  public long position(int document) {
    return documents.position(document);
  }

  /**
   * Returns the sum of the weights that were given for a document. Under BM25 it is the number of
   * its tokens.
   *
   * @param document the document
   */
  public float length(int document) {
    return documents.length(document);
  }

  /**
   * Returns the length of the stored fields of a document in bytes.
   *
   * @param document the document
   */
  public long storedLengthBytes(int document) {
    return documents.storedLength(document);
  }

  /**
   * Returns stored fields of a document, in the order in which it was given with them.
   *
   * @param document the document
   * @param wanted tells by name which fields are wanted
   */
  public Map<String, String> stored(int document, Predicate<String> wanted) {
    return FieldsCodec.stored(buffer(documents.stored(document)), wanted);
  }

  /**
   * Returns the declared fields of a document.
   *
   * @param document the document
   */
  public Map<String, FieldValue> declared(int document) {
    return FieldsCodec.declared(buffer(documents.declared(document)));
  }

  /**
   * Returns the dense fields of the documents of the view. A field may be among them of which only
   * later documents have vectors; then no document of the view has one.
   */
  public DenseFields dense() {
    return dense;
  }

  /** Copies bytes to the heap, so that no view of the memory outlives this call. */
  private static DirectBuffer buffer(MemorySegment bytes) {
    return new UnsafeBuffer(bytes.toArray(FileLayout.U8));
  }

  /**
   * Returns the scale of a document. Its weights are scale × impact.
   *
   * @param document the document
   */
  public float scale(int document) {
    return documents.scale(document);
  }

  /** Returns whether impacts of a document of the view may be refined by residuals. */
  public boolean hasResiduals() {
    return hasResiduals;
  }

  /** Returns a number that no scale of a document of the view exceeds, if it has terms. */
  public float scaleMax() {
    return scaleMax;
  }

  /**
   * Returns the memory with the scales of {@link #PAGE_LENGTH} documents, f32 each. At least 64
   * bytes after them may be read but have no meaning.
   *
   * @param page the documents from {@code page × PAGE_LENGTH} on
   */
  public MemorySegment scales(int page) {
    return documents.scales(page);
  }

  /**
   * Returns the offset in bytes in {@link #scales} at which the scale of the first document of a
   * page stands, a multiple of 4.
   *
   * @param page as for {@link #scales}
   */
  public long scalesOffset(int page) {
    return documents.scalesOffset(page);
  }

  /** Returns whether the terms are tokens. To be asked only when there is a term. */
  public boolean isByToken() {
    return terms.isByToken();
  }

  /** Returns a new cursor. */
  public Cursor cursor() {
    return new Cursor();
  }

  /**
   * Returns a document as it was added.
   *
   * @param document the document
   */
  public QuantizedDocument document(int document) {
    return new QuantizedDocument(
        externalId(document),
        position(document),
        vector(document),
        stored(document, name -> true),
        declared(document),
        dense.values(document));
  }

  /**
   * Returns the vector of a document as it was added.
   *
   * @param document the document
   */
  public QuantizedVector vector(int document) {
    Cursor cursor = cursor();
    cursor.moveTo(document);
    int size = cursor.size();
    boolean byToken = cursor.isByToken();
    String[] tokens = new String[byToken ? size : 0];
    int[] termIds = new int[byToken ? 0 : size];
    byte[] impacts = new byte[size];
    byte[] residuals = new byte[size];
    byte[] frequencies = new byte[size];
    for (int i = 0; cursor.next(); i++) {
      if (byToken) {
        tokens[i] = terms.token(cursor.termNumber());
      } else {
        termIds[i] = terms.key(cursor.termNumber());
      }
      impacts[i] = (byte) cursor.impact();
      residuals[i] = (byte) cursor.residual();
      frequencies[i] = (byte) cursor.frequency();
    }
    byte[] refining = cursor.hasResiduals() ? residuals : null;
    byte[] counting = cursor.hasFrequencies() ? frequencies : null;
    float scale = scale(document);
    float length = documents.length(document);
    return byToken
        ? QuantizedVector.ofUnorderedTokens(tokens, impacts, refining, counting, scale, length)
        : QuantizedVector.ofUnorderedTermIds(termIds, impacts, refining, counting, scale, length);
  }

  /** Reads the vectors of one document after another. Only one thread may use it. */
  public final class Cursor {
    private MemorySegment slab = MemorySegment.NULL;
    private long at;
    private int size;
    private int flags;
    private int index;

    private Cursor() {}

    /**
     * Goes before the first term of a document.
     *
     * @param document 0 to {@link GrowingView#documentCount} − 1
     */
    public void moveTo(int document) {
      int reference = documents.vector(document);
      slab = segment.memory().slab(reference);
      at = SlabMemory.offset(reference);
      size = slab.get(FileLayout.U32, at + GrowingDocuments.VECTOR_SIZE);
      flags = slab.get(FileLayout.U32, at + GrowingDocuments.VECTOR_FLAGS);
      index = -1;
    }

    /**
     * Goes to the next term, in ascending order of term numbers. Returns false after the last one.
     */
    public boolean next() {
      return ++index < size;
    }

    /** Returns the number of terms of the document. */
    public int size() {
      return size;
    }

    /** Returns whether the terms are tokens; otherwise they are numbers. */
    public boolean isByToken() {
      return (flags & GrowingDocuments.BY_TOKEN) != 0;
    }

    /** Returns whether the impacts are refined by residuals. */
    public boolean hasResiduals() {
      return (flags & GrowingDocuments.WITH_RESIDUALS) != 0;
    }

    /** Returns whether there are term frequencies. */
    public boolean hasFrequencies() {
      return (flags & GrowingDocuments.WITH_FREQUENCIES) != 0;
    }

    /** Returns the number of the current term. */
    public int termNumber() {
      return slab.get(
          FileLayout.U32, at + GrowingDocuments.VECTOR_TERMS + (long) Integer.BYTES * index);
    }

    /** Returns the impact of the current term, 1 to 255. */
    public int impact() {
      return column(0) & 0xFF;
    }

    /** Returns what refines the impact of the current term, −128 to 127; 0 without residuals. */
    public int residual() {
      return hasResiduals() ? column(1) : 0;
    }

    /** Returns how often the current term is in the document, 1 to 255; 0 without frequencies. */
    public int frequency() {
      return hasFrequencies() ? column(hasResiduals() ? 2 : 1) & 0xFF : 0;
    }

    private byte column(int number) {
      long columns = at + GrowingDocuments.VECTOR_TERMS + (long) Integer.BYTES * size;
      return slab.get(FileLayout.U8, columns + (long) number * size + index);
    }
  }
}
