package io.siskin.server.collection;

import io.siskin.index.column.Columns;
import io.siskin.index.dense.DenseFields;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.segment.DocumentPositions;
import io.siskin.index.segment.DocumentStore;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.FrequencyIndex;
import io.siskin.index.segment.IndexingOrder;
import io.siskin.index.segment.ResidualIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The documents of a mapped segment.
 *
 * <p>A segment of format version 1 has no positions. Its documents then count from 1 in the order
 * of indexing, which is how a bulk build would number them.
 */
final class MappedDocuments implements PartDocuments {
  private final Segment segment;
  private final DocumentStore store;
  private final long basePosition;

  /**
   * Makes a view of a segment.
   *
   * @param segment the segment, retained while this is used
   * @param basePosition the positions of the documents before this segment, for a segment that
   *     stores none
   */
  MappedDocuments(Segment segment, long basePosition) {
    this.segment = segment;
    this.store = segment.documents();
    this.basePosition = basePosition;
  }

  @Override
  public int documentCount() {
    return segment.statistics().documentCount();
  }

  @Override
  public int find(String id) {
    int found = store.documentNumber(id);
    return found == DocumentStore.ABSENT ? ABSENT : found;
  }

  @Override
  public String id(int document) {
    return store.externalId(document);
  }

  @Override
  public long position(int document) {
    DocumentPositions positions = segment.positions();
    if (positions != null) {
      return positions.position(document);
    }
    IndexingOrder order = store.indexingOrder();
    return basePosition + 1 + (order == null ? document : order.ordinal(document));
  }

  @Override
  public int ofOrdinal(int ordinal) {
    IndexingOrder order = store.indexingOrder();
    return order == null ? ordinal : order.documentNumber(ordinal);
  }

  @Override
  public Map<String, String> stored(int document, Predicate<String> wanted) {
    try (DocumentStore.FieldReader reader = store.openFields()) {
      return reader.fields(document, wanted);
    }
  }

  @Override
  public QuantizedVector vector(int document) {
    ForwardIndex.Cursor cursor = forward().cursor();
    cursor.moveTo(document);
    int size = cursor.size();
    boolean byToken = segment.statistics().vocabulary() == Vocabulary.TOKEN;
    ResidualIndex residuals = segment.residuals();
    FrequencyIndex frequencies = segment.frequencies();
    String[] tokens = new String[byToken ? size : 0];
    int[] termIds = new int[byToken ? 0 : size];
    byte[] impacts = new byte[size];
    byte[] refining = residuals == null ? null : new byte[size];
    byte[] counting = frequencies == null ? null : new byte[size];
    int impactSum = 0;
    for (int i = 0; cursor.next(); i++) {
      String name = segment.terms().name(cursor.termNumber());
      if (byToken) {
        tokens[i] = name;
      } else {
        termIds[i] = Integer.parseUnsignedInt(name);
      }
      impacts[i] = (byte) cursor.impact();
      impactSum += cursor.impact();
      if (refining != null && residuals != null) {
        refining[i] = (byte) residuals.residual(document, i);
      }
      if (counting != null && frequencies != null) {
        counting[i] = (byte) frequencies.frequency(document, i);
      }
    }
    float scale = cursor.scale();
    DocumentPositions positions = segment.positions();
    float length = positions == null ? impactSum * scale : positions.length(document);
    return byToken
        ? QuantizedVector.ofUnorderedTokens(tokens, impacts, refining, counting, scale, length)
        : QuantizedVector.ofUnorderedTermIds(termIds, impacts, refining, counting, scale, length);
  }

  @Override
  public void forEachTerm(int document, IntConsumer consumer) {
    ForwardIndex.Cursor cursor = forward().cursor();
    cursor.moveTo(document);
    while (cursor.next()) {
      consumer.accept(cursor.termNumber());
    }
  }

  @Override
  public float length(int document) {
    DocumentPositions positions = segment.positions();
    return positions == null ? Float.NaN : positions.length(document);
  }

  @Override
  public double totalLength() {
    return segment.statistics().totalLength();
  }

  private ForwardIndex forward() {
    @Nullable ForwardIndex forward = segment.forward();
    if (forward == null) {
      throw new IllegalStateException("segment " + segment.id() + " has no forward index");
    }
    return forward;
  }

  @Override
  public Columns columns() {
    return segment.columns();
  }

  @Override
  public DenseFields dense() {
    return segment.dense();
  }

  @Override
  public long termCount() {
    return segment.statistics().termCount();
  }

  @Override
  public long postingCount() {
    return segment.statistics().postingCount();
  }

  @Override
  public long longestListLength() {
    // Terms are in the order of their document frequencies.
    return segment.terms().size() == 0 ? 0 : segment.terms().documentFrequency(0);
  }

  @Override
  public Vocabulary vocabulary() {
    return segment.statistics().vocabulary();
  }

  @Override
  public List<String> storedFields() {
    return store.fieldNames();
  }

  @Override
  public long lengthBytes() {
    return segment.lengthBytes();
  }
}
