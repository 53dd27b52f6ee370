package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.BlockMaxIndex;
import io.siskin.index.segment.DocumentStore;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.IndexingOrder;
import io.siskin.index.segment.ResidualIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.SegmentStatistics;
import io.siskin.index.vector.TermLookup;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An immutable segment of mapped files, with the searchers that were made for it. The one who
 * searches keeps the segment retained.
 *
 * <p>Safe for concurrent use.
 */
public final class MappedSegment implements SearchableSegment {
  private final Segment segment;
  private final KernelProvider kernels;
  private final ScratchPool<MappedSegmentSearcher> idle = new ScratchPool<>();
  private final Map<String, GraphSearch> graphs;

  /**
   * Makes a segment searchable.
   *
   * @param segment the segment
   * @param kernels the kernels to use
   */
  public MappedSegment(Segment segment, KernelProvider kernels) {
    this.segment = segment;
    this.kernels = kernels;
    this.graphs =
        segment.graphs().stream()
            .collect(Collectors.toUnmodifiableMap(graph -> graph.field().name(), GraphSearch::new));
  }

  /**
   * Makes segments searchable.
   *
   * @param segments the segments
   * @param kernels the kernels to use
   */
  public static List<MappedSegment> of(List<Segment> segments, KernelProvider kernels) {
    return segments.stream().map(segment -> new MappedSegment(segment, kernels)).toList();
  }

  /** Returns the files. */
  public Segment segment() {
    return segment;
  }

  /**
   * Returns how the graph of neighbours of a dense field is searched; null if there is none.
   *
   * @param field the name of the field
   */
  public @Nullable GraphSearch graph(String field) {
    return graphs.get(field);
  }

  @Override
  public int documentCount() {
    return segment.statistics().documentCount();
  }

  @Override
  public TermLookup terms() {
    return segment.terms();
  }

  @Override
  public int termCount() {
    return segment.terms().size();
  }

  @Override
  public int documentFrequency(int termNumber, DocumentSet documents) {
    BlockMaxIndex lists = segment.blockMax();
    ForwardIndex forward = segment.forward();
    boolean fewDocuments = postingsOf(documents) < segment.terms().documentFrequency(termNumber);
    if (lists != null && !(fewDocuments && forward != null)) {
      return lists.documentFrequency(termNumber, documents);
    }
    if (forward == null) {
      throw new IllegalStateException("segment " + segment.id() + " has no postings");
    }
    return countInRecords(forward, termNumber, documents);
  }

  /** Returns about how many postings the documents of a set have. */
  private long postingsOf(DocumentSet documents) {
    SegmentStatistics statistics = segment.statistics();
    return documents.size() * statistics.postingCount() / Math.max(1, statistics.documentCount());
  }

  private static int countInRecords(ForwardIndex forward, int termNumber, DocumentSet documents) {
    ForwardIndex.Cursor cursor = forward.cursor();
    int count = 0;
    for (int document = documents.next(0);
        document != DocumentSet.NONE;
        document = documents.next(document + 1)) {
      cursor.moveTo(document);
      boolean found = false;
      while (!found && cursor.next()) {
        found = cursor.termNumber() == termNumber;
      }
      count += found ? 1 : 0;
    }
    return count;
  }

  @Override
  public @Nullable IndexingOrder indexingOrder() {
    return segment.documents().indexingOrder();
  }

  @Override
  public boolean supports(SearchMode mode) {
    return supports(segment, mode);
  }

  /**
   * Tells whether a segment carries the lists for a mode.
   *
   * @param segment the segment
   * @param mode the mode; its parameters do not matter
   */
  public static boolean supports(Segment segment, SearchMode mode) {
    return switch (mode) {
      case SearchMode.Exact() -> true;
      case SearchMode.Clustered _ -> segment.clusters() != null && segment.forward() != null;
      case SearchMode.ScoreAtATime _ -> segment.impacts() != null && segment.forward() != null;
    };
  }

  @Override
  public double scoreErrorMax(SegmentQuery query) {
    ResidualIndex residuals = segment.residuals();
    return residuals == null
        ? 0
        : residuals.weightErrorMax() * query.weightSum() * query.scoreScale();
  }

  @Override
  public SegmentSearcher takeSearcher() {
    MappedSegmentSearcher searcher = idle.take();
    return searcher == null ? new MappedSegmentSearcher(segment, kernels) : searcher;
  }

  @Override
  public void giveBack(SegmentSearcher searcher) {
    idle.giveBack((MappedSegmentSearcher) searcher);
  }

  /**
   * Returns about how many bytes of heap the scratch memory takes that is kept for the next search,
   * that of graphs included. What is in use is not counted.
   */
  public long heapBytes() {
    long bytes = idle.sum(MappedSegmentSearcher::scratchBytes);
    for (GraphSearch graph : graphs.values()) {
      bytes += graph.scratchBytes();
    }
    return bytes;
  }

  @Override
  public String externalId(int document) {
    return segment.documents().externalId(document);
  }

  @Override
  public long storedLengthBytes(int document) {
    return segment.documents().storedLengthBytes(document);
  }

  @Override
  public FieldReader openFields() {
    return new StoredFields(segment.documents().openFields());
  }

  @Override
  public @Nullable RecordReader records() {
    ForwardIndex forward = segment.forward();
    return forward == null ? null : new ForwardRecords(forward, segment.residuals());
  }

  @Override
  public String termName(int termNumber) {
    return segment.terms().name(termNumber);
  }

  private record StoredFields(DocumentStore.FieldReader reader) implements FieldReader {
    @Override
    public Map<String, String> fields(int document, Predicate<String> wanted) {
      return reader.fields(document, wanted);
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  private static final class ForwardRecords implements RecordReader {
    private final ForwardIndex.Cursor cursor;
    private final @Nullable ResidualIndex residuals;
    private int document;
    private int posting;

    ForwardRecords(ForwardIndex forward, @Nullable ResidualIndex residuals) {
      this.cursor = forward.cursor();
      this.residuals = residuals;
    }

    @Override
    public void moveTo(int newDocument) {
      cursor.moveTo(newDocument);
      document = newDocument;
      posting = -1;
    }

    @Override
    public boolean next() {
      posting++;
      return cursor.next();
    }

    @Override
    public int termNumber() {
      return cursor.termNumber();
    }

    @Override
    public int fineImpact() {
      int residual = residuals == null ? 0 : residuals.residual(document, posting);
      return cursor.impact() * ResidualLayout.STEPS + residual;
    }

    @Override
    public float scale() {
      return cursor.scale();
    }
  }
}
