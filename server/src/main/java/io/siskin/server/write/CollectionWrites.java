package io.siskin.server.write;

import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Writes documents of collections: what {@code rpc} serves.
 *
 * <p>Safe for concurrent use; no method blocks. The name of a collection may be an alias. Writes of
 * one collection are done in the order in which they are given. The futures are completed on
 * threads of the collection, which must not be held up. They fail with {@link
 * io.siskin.index.error.InvalidInputException} for a request outside its ranges, with {@link
 * io.siskin.server.retrieve.CollectionNotFoundException} for an unknown name, with {@link
 * WritesOverloadedException} when too much waits, with {@link CollectionNotWritableException} when
 * the collection cannot be written now, and with {@link
 * io.siskin.server.search.QueryCancelledException} when the caller gave up before the write was
 * begun.
 */
public interface CollectionWrites {
  /**
   * Creates or replaces documents. One that is refused does not keep the others from being written.
   *
   * @param collection the collection's name
   * @param tenant whose documents these are; empty for none
   * @param documents the documents, in the order in which they are written
   * @param waitFor what the result waits for
   * @param cancellation the request's deadline and cancellation, asked until the write begins
   * @param order keeps the writes of one caller in order
   * @return what became of each document, to come
   */
  CompletableFuture<List<WriteResult>> upsert(
      String collection,
      String tenant,
      List<DocumentInput> documents,
      WaitFor waitFor,
      Cancellation cancellation,
      WriteOrder order);

  /**
   * Deletes the documents that are selected at the moment when the write is done.
   *
   * @param collection the collection's name
   * @param tenant whose documents; empty for none
   * @param selector which documents
   * @param waitFor what the result waits for
   * @param cancellation the request's deadline and cancellation, asked until the write begins
   */
  CompletableFuture<Deletion> delete(
      String collection,
      String tenant,
      Selector selector,
      WaitFor waitFor,
      Cancellation cancellation);

  /**
   * Sets or removes fields of documents.
   *
   * @param collection the collection's name
   * @param tenant whose documents; empty for none
   * @param updates the changes, in the order in which they are done
   * @param waitFor what the result waits for
   * @param cancellation the request's deadline and cancellation, asked until the write begins
   * @return what became of each change, to come
   */
  CompletableFuture<List<WriteResult>> updateFields(
      String collection,
      String tenant,
      List<FieldsUpdate> updates,
      WaitFor waitFor,
      Cancellation cancellation);
}
