package io.siskin.loadtest.crash;

import io.siskin.index.document.FieldValue;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.retrieve.DocumentReader;
import io.siskin.server.retrieve.DocumentReads;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.retrieve.StoredDocument;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.write.LiveCollections;
import io.siskin.server.write.WriteLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A data directory that is served and written in this process, as {@code siskin serve} does it, but
 * without a network.
 *
 * <p>Safe for concurrent use.
 */
final class ServedDirectory implements AutoCloseable {
  /**
   * Small growing segments that are sealed often, so that there is always something to seal and to
   * merge; and a collection is given back after a moment without writes.
   */
  static final WriteLimits LIMITS =
      new WriteLimits(
          8 << 20,
          64,
          64 << 20,
          TimeUnit.MILLISECONDS.toNanos(300),
          TimeUnit.MILLISECONDS.toNanos(20));

  private static final DocumentReads.Parts ALL =
      new DocumentReads.Parts(true, List.of("*"), List.of("*"));
  private static final int PAGE_SIZE = 500;

  final CollectionCatalog catalog;
  final LiveCollections live;
  private final DocumentReader reader;
  private final RetrievalPipeline retrieval;

  /**
   * Opens a data directory: recovers what is in its logs and opens its collections.
   *
   * @param folder the data directory
   */
  ServedDirectory(Path folder) throws IOException {
    DataDirectory data = new DataDirectory(folder);
    catalog = new CollectionCatalog(data, Verification.FULL, snapshot -> {}, TextModels.NONE);
    live = new LiveCollections(data, catalog, TextModels.NONE, LIMITS);
    reader = new DocumentReader(catalog, live::refresh);
    retrieval = new RetrievalPipeline(catalog);
    boolean opened = false;
    try {
      live.recoverAll();
      catalog.openAll();
      opened = true;
    } finally {
      if (!opened) {
        close();
      }
    }
  }

  /**
   * Makes an empty collection.
   *
   * @param kind its kind
   */
  void create(CollectionKind kind) {
    live.create(kind.collection(), kind.settings(), kind.encoder()).join();
  }

  /**
   * Returns the documents that searches see, in the order of indexing.
   *
   * @param collection the collection
   * @param kind its kind
   */
  List<StoredDocument> documents(String collection, CollectionKind kind) {
    List<StoredDocument> all = new ArrayList<>();
    for (String tenant : kind.owners()) {
      List<StoredDocument> own = documents(collection, tenant);
      for (StoredDocument document : own) {
        if (!tenant.isEmpty()
            && !new FieldValue.Text(tenant).equals(document.fields().get(CollectionKind.OWNER))) {
          throw new IllegalStateException(
              collection + ": the tenant " + tenant + " sees " + document);
        }
      }
      all.addAll(own);
    }
    all.sort(Comparator.comparingLong(StoredDocument::position));
    return all;
  }

  private List<StoredDocument> documents(String collection, String tenant) {
    List<StoredDocument> all = new ArrayList<>();
    while (true) {
      long after = all.isEmpty() ? 0 : all.getLast().position();
      DocumentReads.Page page =
          reader.scroll(
              collection,
              tenant,
              new Selector.All(),
              after,
              PAGE_SIZE,
              ALL,
              Long.MAX_VALUE,
              Cancellation.NEVER);
      all.addAll(page.documents());
      if (page.isLast()) {
        return all;
      }
    }
  }

  /** Returns those of some documents that a tenant may see. */
  List<StoredDocument> get(String collection, String tenant, List<String> ids) {
    return reader.get(collection, tenant, ids, ALL, Long.MAX_VALUE, Cancellation.NEVER);
  }

  /** Counts the documents of a selector. */
  long count(String collection, String tenant, Selector selector) {
    return reader.count(collection, tenant, selector, Cancellation.NEVER);
  }

  /**
   * Searches exactly.
   *
   * @param collection the collection
   * @param tenant whose documents
   * @param query the query
   * @param k how many hits
   * @param selector which documents qualify
   */
  List<RetrievalResponse.Hit> search(
      String collection, String tenant, RetrievalRequest.Query query, int k, Selector selector) {
    return retrieval
        .retrieve(
            new RetrievalRequest(
                collection,
                query,
                k,
                new Evaluation.InMode(new SearchMode.Exact()),
                List.of(),
                false,
                selector,
                tenant),
            Cancellation.NEVER)
        .hits();
  }

  @Override
  public void close() {
    live.close();
    catalog.close();
  }
}
