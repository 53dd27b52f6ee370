package io.siskin.server.retrieve;

import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.StoredDenseField;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.PartDocuments;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.filter.FilterEvaluator;
import io.siskin.server.filter.Selection;
import io.siskin.server.search.Cancellation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads documents of the snapshots of a catalog.
 *
 * <p>Safe for concurrent use.
 */
public final class DocumentReader implements DocumentReads {
  private static final int IDS_MAX = 1_000;
  private static final int PAGE_SIZE_MAX = 10_000;
  private static final String ALL_DENSE = "*";

  private final OpenCollections open;
  private final Function<String, CompletableFuture<Void>> refresh;

  /**
   * Makes a reader.
   *
   * @param catalog has the snapshots
   * @param refresh makes what was written to a collection visible; completed when it is
   */
  public DocumentReader(
      CollectionCatalog catalog, Function<String, CompletableFuture<Void>> refresh) {
    this.open = new OpenCollections(catalog);
    this.refresh = refresh;
  }

  @Override
  public List<StoredDocument> get(
      String collection,
      String tenant,
      List<String> ids,
      Parts parts,
      long responseBytesMax,
      Cancellation cancellation) {
    Ranges.check("number of ids", ids.size(), 1, IDS_MAX);
    // What was answered is in memory already, so this takes no longer than a snapshot.
    refresh.apply(collection).join();
    CollectionSnapshot snapshot = open.acquire(collection);
    try {
      Selection selection = selection(snapshot, new Selector.All(), tenant);
      Wanted wanted = Wanted.of(parts, snapshot);
      return open.reading(
          snapshot,
          () -> {
            List<StoredDocument> found = new ArrayList<>();
            long bytes = 0;
            for (String id : ids) {
              cancellation.check();
              StoredDocument document = find(snapshot, selection, id, wanted);
              if (document != null) {
                found.add(document);
                // A thousand long documents would take much memory before they are refused.
                bytes += textLengthBytes(document);
                if (bytes > responseBytesMax) {
                  throw new ResponseTooLargeException(bytes, responseBytesMax);
                }
              }
            }
            return found;
          });
    } finally {
      snapshot.release();
    }
  }

  private static @Nullable StoredDocument find(
      CollectionSnapshot snapshot, Selection selection, String id, Wanted wanted) {
    for (SnapshotPart part : snapshot.parts().reversed()) {
      int number = part.documents().find(id);
      if (number != PartDocuments.ABSENT && part.isLive(number)) {
        return isSelected(part, selection, number)
            ? stored(part.documents(), number, wanted)
            : null;
      }
    }
    return null;
  }

  /** Only the tenant can be selected here. */
  private static boolean isSelected(SnapshotPart part, Selection selection, int number) {
    if (selection.isEverything()) {
      return true;
    }
    PartDocuments documents = part.documents();
    return new FilterEvaluator(documents.columns(), documents.documentCount(), () -> {})
        .admits(selection, number);
  }

  @Override
  public Page scroll(
      String collection,
      String tenant,
      Selector selector,
      long afterPosition,
      int pageSize,
      Parts parts,
      long responseBytesMax,
      Cancellation cancellation) {
    Ranges.check("page_size", pageSize, 1, PAGE_SIZE_MAX);
    CollectionSnapshot snapshot = open.acquire(collection);
    try {
      Selection selection = selection(snapshot, selector, tenant);
      Wanted wanted = Wanted.of(parts, snapshot);
      return open.reading(
          snapshot,
          () ->
              page(
                  snapshot,
                  selection,
                  afterPosition,
                  pageSize,
                  wanted,
                  responseBytesMax,
                  cancellation));
    } finally {
      snapshot.release();
    }
  }

  private Page page(
      CollectionSnapshot snapshot,
      Selection selection,
      long afterPosition,
      int pageSize,
      Wanted wanted,
      long responseBytesMax,
      Cancellation cancellation) {
    List<StoredDocument> page = new ArrayList<>();
    long bytes = 0;
    for (SnapshotPart part : snapshot.parts()) {
      PartDocuments documents = part.documents();
      int from = firstAfter(documents, afterPosition);
      if (from == documents.documentCount()) {
        continue;
      }
      cancellation.check();
      DocumentSet admitted = part.admitted(open.filters(), selection, cancellation::check);
      for (int ordinal = from; ordinal < documents.documentCount(); ordinal++) {
        int number = documents.ofOrdinal(ordinal);
        if (admitted != null && !admitted.contains(number)) {
          continue;
        }
        cancellation.check();
        StoredDocument document = stored(documents, number, wanted);
        bytes += lengthBytes(document);
        if (page.size() == pageSize || (!page.isEmpty() && bytes > responseBytesMax)) {
          return new Page(snapshot.manifest().name(), page, false);
        }
        page.add(document);
      }
    }
    return new Page(snapshot.manifest().name(), page, true);
  }

  /** Returns the ordinal of the first document after a position; positions ascend with it. */
  private static int firstAfter(PartDocuments documents, long position) {
    int low = 0;
    int high = documents.documentCount();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (documents.position(documents.ofOrdinal(middle)) > position) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  @Override
  public long count(
      String collection, String tenant, Selector selector, Cancellation cancellation) {
    CollectionSnapshot snapshot = open.acquire(collection);
    try {
      Selection selection = selection(snapshot, selector, tenant);
      return open.reading(
          snapshot,
          () -> {
            long count = 0;
            for (SnapshotPart part : snapshot.parts()) {
              cancellation.check();
              DocumentSet admitted = part.admitted(open.filters(), selection, cancellation::check);
              count += admitted == null ? part.documents().documentCount() : admitted.size();
            }
            return count;
          });
    } finally {
      snapshot.release();
    }
  }

  private static Selection selection(
      CollectionSnapshot snapshot, Selector selector, String tenant) {
    return selector.resolve(snapshot.manifest().settings().schema(), tenant);
  }

  /**
   * What of each document is wanted.
   *
   * @param vector whether its vector is
   * @param fields its fields that are
   * @param dense the names of its dense fields that are
   */
  private record Wanted(boolean vector, WantedFields fields, Set<String> dense) {
    static Wanted of(Parts parts, CollectionSnapshot snapshot) {
      WantedFields fields = new WantedFields(parts.fields());
      fields.check(snapshot);
      Schema schema = snapshot.manifest().settings().schema();
      Set<String> dense = new LinkedHashSet<>();
      for (String name : parts.dense()) {
        if (name.equals(ALL_DENSE)) {
          schema.dense().forEach(field -> dense.add(field.name()));
        } else {
          dense.add(schema.requireDense("dense_fields", name).name());
        }
      }
      return new Wanted(parts.vector(), fields, dense);
    }
  }

  private static StoredDocument stored(PartDocuments documents, int number, Wanted wanted) {
    Map<String, FieldValue> fields = new LinkedHashMap<>();
    documents
        .stored(number, wanted.fields)
        .forEach((name, text) -> fields.put(name, new FieldValue.Text(text)));
    documents
        .columns()
        .values(number)
        .forEach(
            (name, value) -> {
              if (wanted.fields.test(name)) {
                fields.put(name, value);
              }
            });
    return new StoredDocument(
        documents.id(number),
        documents.position(number),
        wanted.vector ? effective(documents.vector(number)) : null,
        fields,
        dense(documents, number, wanted));
  }

  private static Map<String, DenseVectors> dense(
      PartDocuments documents, int number, Wanted wanted) {
    Map<String, DenseVectors> found = new LinkedHashMap<>();
    for (String name : wanted.dense) {
      StoredDenseField field = documents.dense().find(name);
      DenseVectors vectors = field == null ? null : field.vectors(number);
      if (vectors != null) {
        found.put(name, vectors);
      }
    }
    return found;
  }

  /** Returns a vector with the weights that scores are computed with. */
  private static SparseVector effective(QuantizedVector vector) {
    float[] weights = new float[vector.size()];
    for (int i = 0; i < weights.length; i++) {
      double fine = vector.impact(i) + vector.residual(i) / (double) ResidualLayout.STEPS;
      weights[i] = (float) (vector.scale() * fine);
    }
    if (vector.isByToken()) {
      String[] tokens = new String[weights.length];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = vector.token(i);
      }
      return TokenVector.of(tokens, weights);
    }
    int[] ids = new int[weights.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = vector.termId(i);
    }
    return TermIdVector.of(ids, weights);
  }

  /** Returns what a document takes in an answer at least: one byte for each character. */
  private static long textLengthBytes(StoredDocument document) {
    long length = document.id().length();
    for (FieldValue value : document.fields().values()) {
      length += value instanceof FieldValue.Text(String text) ? text.length() : 0;
    }
    return length + denseLengthBytes(document);
  }

  private static long lengthBytes(StoredDocument document) {
    SparseVector vector = document.vector();
    long length = 32L + document.id().length() + (vector == null ? 0 : 12L * vector.size());
    for (Map.Entry<String, FieldValue> field : document.fields().entrySet()) {
      length += 16L + field.getKey().length() + field.getValue().toText().length();
    }
    return length + denseLengthBytes(document);
  }

  /**
   * Returns what dense vectors take in an answer: 4 bytes for each value, however it is stored, and
   * at most 5 for the number of a term and 6 for the key of a vector.
   */
  private static long denseLengthBytes(StoredDocument document) {
    long length = 0;
    for (DenseVectors vectors : document.dense().values()) {
      int valueBytes =
          vectors.type().storage() == DenseStorage.TERMS ? Float.BYTES + 5 : Float.BYTES;
      length += (long) valueBytes * vectors.count() * vectors.type().dimensions();
      length += vectors.type().hasKeys() ? 6L * vectors.count() : 0;
    }
    return length;
  }
}
