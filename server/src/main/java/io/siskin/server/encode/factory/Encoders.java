package io.siskin.server.encode.factory;

import io.siskin.server.encode.DocumentEncoder;
import io.siskin.server.encode.QueryEncoder;
import org.jspecify.annotations.Nullable;

/**
 * The two encoders of one collection.
 *
 * <p>They may share a tokenizer or a model, so they are opened and closed together. Calling an
 * encoder after {@link #close} throws an exception and nothing worse; calls in progress finish
 * first.
 *
 * @param documents encodes documents
 * @param queries encodes queries
 * @param resource what both stand on
 * @param documentModel the same for batches of many callers; null where no model runs
 * @param queryModel the same for batches of many callers; null where no model runs
 */
public record Encoders(
    DocumentEncoder documents,
    QueryEncoder queries,
    Resource resource,
    @Nullable ModelSide documentModel,
    @Nullable ModelSide queryModel)
    implements AutoCloseable {
  /**
   * Makes encoders that need no model.
   *
   * @param documents encodes documents
   * @param queries encodes queries
   * @param resource what both stand on
   */
  public Encoders(DocumentEncoder documents, QueryEncoder queries, Resource resource) {
    this(documents, queries, resource, null, null);
  }

  /** Something to release once. */
  @FunctionalInterface
  public interface Resource extends AutoCloseable {
    /** Holds nothing. */
    Resource NONE = () -> {};

    @Override
    void close();
  }

  @Override
  public void close() {
    resource.close();
  }
}
