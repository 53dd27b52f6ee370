package io.siskin.server.write;

import io.siskin.index.column.Columns;
import io.siskin.index.column.GrowingColumns;
import io.siskin.index.dense.DenseFields;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.document.Schema;
import io.siskin.index.growing.GrowingSegment;
import io.siskin.index.growing.GrowingView;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.server.collection.DeletedFrequencies;
import io.siskin.server.collection.MemoryUse;
import io.siskin.server.collection.PartDocuments;
import io.siskin.server.collection.SegmentFilters;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.filter.FilterCache;
import io.siskin.server.search.GrowingSearchers;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A growing segment as the writer sees it. It takes documents until it is frozen; then it can still
 * lose some until it is sealed.
 */
final class GrowingPart implements Part {
  private final GrowingSegment segment;
  private final GrowingColumns columns;
  private final boolean countsFrequencies;
  private final GrowingSearchers searchers;
  private final SegmentFilters filters = new SegmentFilters();
  private final DeletedFrequencies.Builder deleted = DeletedFrequencies.NONE.toBuilder();
  private final Set<String> storedFields = new LinkedHashSet<>();
  private final LiveDocuments live = new LiveDocuments(DocumentSet.none(0));
  private DocumentSet frozenLive = DocumentSet.none(0);

  /** What {@link #documents} has returned; null when documents were added since. */
  private @Nullable Documents documents;

  private long firstNanoTime;
  private long frozenSequence;
  private long frozenPosition;

  /**
   * Makes an empty part.
   *
   * @param schema the declared fields
   * @param capacity how many documents it takes
   * @param countsFrequencies whether document frequencies are asked for
   * @param searchers make it searchable
   */
  GrowingPart(Schema schema, int capacity, boolean countsFrequencies, GrowingSearchers searchers) {
    this.searchers = searchers;
    this.segment = new GrowingSegment(capacity);
    this.columns = new GrowingColumns(schema, capacity);
    this.countsFrequencies = countsFrequencies;
  }

  /**
   * Adds a document.
   *
   * @param document the document
   */
  void add(QuantizedDocument document) {
    int number = segment.documentCount();
    if (number == 0) {
      firstNanoTime = System.nanoTime();
    }
    // Before the document itself, whose number readers learn with it.
    columns.add(document.declared());
    int added = segment.add(document);
    assert added == number : added;
    storedFields.addAll(document.stored().keySet());
    live.extendTo(number + 1);
    documents = null;
  }

  /** Returns whether there is no room for another document. */
  boolean isFull() {
    return segment.documentCount() == segment.capacity();
  }

  /** Returns when the first document came, on the clock of {@link System#nanoTime}. */
  long firstNanoTime() {
    return firstNanoTime;
  }

  /**
   * Returns the bytes that its documents take: outside of the heap, and about how many on the heap
   * for their declared fields.
   */
  long memoryBytes() {
    return segment.lengthBytes() + columns.heapBytes();
  }

  /**
   * Ends the taking of documents.
   *
   * @param sequence the last frame of the log whose writes are all in this part or before it
   * @param position the position of the last write in this part or before it
   */
  void freeze(long sequence, long position) {
    frozenLive = live();
    frozenSequence = sequence;
    frozenPosition = position;
  }

  /** Returns the documents that were live when it was frozen. */
  DocumentSet frozenLive() {
    return frozenLive;
  }

  /** Returns the last frame of the log whose writes are all in this part or before it. */
  long frozenSequence() {
    return frozenSequence;
  }

  /** Returns the position of the last write in this part or before it. */
  long frozenPosition() {
    return frozenPosition;
  }

  // Made when it is asked for: most writes do without.
  @Override
  public PartDocuments documents() {
    Documents known = documents;
    if (known == null) {
      int count = segment.documentCount();
      known =
          new Documents(
              segment.view(count),
              columns.view(count),
              segment.termCount(),
              segment.postingCount(),
              List.copyOf(storedFields));
      documents = known;
    }
    return known;
  }

  @Override
  public int documentCount() {
    return segment.documentCount();
  }

  @Override
  public DocumentSet live() {
    return live.set();
  }

  @Override
  public int find(String id) {
    int number = segment.documentNumber(id);
    return number >= 0 && live.contains(number) ? number : PartDocuments.ABSENT;
  }

  @Override
  public void delete(int number) {
    live.delete(number);
    if (countsFrequencies) {
      forEachTerm(segment.view(), number, deleted::add);
    }
  }

  private static void forEachTerm(GrowingView view, int document, IntConsumer consumer) {
    GrowingView.Cursor cursor = view.cursor();
    cursor.moveTo(document);
    while (cursor.next()) {
      consumer.accept(cursor.termNumber());
    }
  }

  @Override
  public SnapshotPart snapshot() {
    Lease lease = new Lease(segment, columns, filters);
    if (!lease.tryRetain()) {
      throw new IllegalStateException("the growing segment was released already");
    }
    DocumentSet alive = live();
    return new SnapshotPart(
        searchers.searchable(segment.view()),
        documents(),
        alive.isAll() ? null : alive,
        deleted.build(),
        lease);
  }

  @Override
  public void close() {
    filters.close();
    segment.release();
  }

  private record Lease(GrowingSegment segment, GrowingColumns columns, SegmentFilters filters)
      implements SnapshotPart.Lease {
    @Override
    public MemoryUse memory() {
      return new MemoryUse(columns.heapBytes() + filters.heapBytes(), segment.lengthBytes(), 0, 0);
    }

    @Override
    public FilterCache.OfSegment filters(FilterCache cache) {
      return filters.in(cache);
    }

    @Override
    public boolean tryRetain() {
      return segment.tryRetain();
    }

    @Override
    public void release() {
      segment.release();
    }
  }

  /** The documents that were there at one moment. */
  private record Documents(
      GrowingView view,
      Columns columns,
      long termCount,
      long postingCount,
      List<String> storedFields)
      implements PartDocuments {
    @Override
    public int documentCount() {
      return view.documentCount();
    }

    @Override
    public int find(String id) {
      return view.documentNumber(id);
    }

    @Override
    public String id(int document) {
      return view.externalId(document);
    }

    @Override
    public long position(int document) {
      return view.position(document);
    }

    @Override
    public int ofOrdinal(int ordinal) {
      return ordinal;
    }

    @Override
    public Map<String, String> stored(int document, Predicate<String> wanted) {
      return view.stored(document, wanted);
    }

    @Override
    public QuantizedVector vector(int document) {
      return view.vector(document);
    }

    @Override
    public DenseFields dense() {
      return view.dense();
    }

    @Override
    public QuantizedDocument document(int document) {
      return view.document(document);
    }

    @Override
    public void forEachTerm(int document, IntConsumer consumer) {
      GrowingPart.forEachTerm(view, document, consumer);
    }

    @Override
    public float length(int document) {
      return view.length(document);
    }

    @Override
    public long longestListLength() {
      return view.documentCount();
    }

    @Override
    public Vocabulary vocabulary() {
      return termCount == 0 ? Vocabulary.NONE : Vocabulary.of(view.isByToken());
    }

    @Override
    public long lengthBytes() {
      return 0;
    }
  }
}
