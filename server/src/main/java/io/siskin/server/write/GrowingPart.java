package io.siskin.server.write;

import io.siskin.index.column.Columns;
import io.siskin.index.column.GrowingColumns;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.document.Schema;
import io.siskin.index.growing.GrowingSegment;
import io.siskin.index.growing.GrowingView;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.server.collection.DeletedFrequencies;
import io.siskin.server.collection.PartDocuments;
import io.siskin.server.collection.SegmentFilters;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.filter.FilterCache;
import io.siskin.server.search.GrowingSearchers;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

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
  private List<String> storedFieldList = List.of();
  private DocumentSet live = DocumentSet.none(0);
  private DocumentSet frozenLive = live;
  private Documents documents;
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
    this.documents = documentsNow();
  }

  private Documents documentsNow() {
    int count = segment.documentCount();
    return new Documents(
        segment.view(count),
        columns.view(count),
        segment.termCount(),
        segment.postingCount(),
        storedFieldList);
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
    if (storedFields.addAll(document.stored().keySet())) {
      storedFieldList = List.copyOf(storedFields);
    }
    live = live.extendedTo(number + 1);
    documents = documentsNow();
  }

  /** Returns whether there is no room for another document. */
  boolean isFull() {
    return segment.documentCount() == segment.capacity();
  }

  /** Returns when the first document came, on the clock of {@link System#nanoTime}. */
  long firstNanoTime() {
    return firstNanoTime;
  }

  /** Returns the bytes that it takes outside of the heap. */
  long lengthBytes() {
    return segment.lengthBytes();
  }

  /**
   * Ends the taking of documents.
   *
   * @param sequence the last frame of the log whose writes are all in this part or before it
   * @param position the position of the last write in this part or before it
   */
  void freeze(long sequence, long position) {
    frozenLive = live;
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

  @Override
  public PartDocuments documents() {
    return documents;
  }

  @Override
  public DocumentSet live() {
    return live;
  }

  @Override
  public void delete(int number) {
    live = live.without(number);
    if (countsFrequencies) {
      documents.forEachTerm(number, deleted::add);
    }
  }

  @Override
  public SnapshotPart snapshot() {
    Lease lease = new Lease(segment, filters);
    if (!lease.tryRetain()) {
      throw new IllegalStateException("the growing segment was released already");
    }
    return new SnapshotPart(
        searchers.searchable(documents.view),
        documents,
        live.isAll() ? null : live,
        deleted.build(),
        lease);
  }

  @Override
  public void close() {
    filters.close();
    segment.release();
  }

  private record Lease(GrowingSegment segment, SegmentFilters filters)
      implements SnapshotPart.Lease {
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
    public QuantizedDocument document(int document) {
      return view.document(document);
    }

    @Override
    public void forEachTerm(int document, IntConsumer consumer) {
      GrowingView.Cursor cursor = view.cursor();
      cursor.moveTo(document);
      while (cursor.next()) {
        consumer.accept(cursor.termNumber());
      }
    }

    @Override
    public long longestListLength() {
      return view.documentCount();
    }

    @Override
    public Vocabulary vocabulary() {
      GrowingView.Cursor cursor = view.cursor();
      for (int document = 0; document < view.documentCount(); document++) {
        cursor.moveTo(document);
        if (cursor.size() > 0) {
          return Vocabulary.of(cursor.isByToken());
        }
      }
      return Vocabulary.NONE;
    }

    @Override
    public long lengthBytes() {
      return 0;
    }
  }
}
