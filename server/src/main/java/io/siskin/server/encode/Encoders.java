package io.siskin.server.encode;

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
 */
public record Encoders(DocumentEncoder documents, QueryEncoder queries, Resource resource)
    implements AutoCloseable {
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
