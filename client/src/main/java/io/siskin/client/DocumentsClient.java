package io.siskin.client;

import io.siskin.client.internal.Connection;
import io.siskin.client.internal.DocumentCalls;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Writes and reads the documents of one collection. Made by {@link SearchClient#documents}.
 *
 * <pre>{@code
 * DocumentsClient books = client.documents("books").withWaitFor(DocumentsClient.WaitFor.SEARCHABLE);
 * books.upsert(List.of(Document.of("b1").withText("On insects").withField("year", FieldValue.of(1907))));
 * books.delete(Selection.where("year < 1900"));
 * }</pre>
 *
 * <p>Immutable; safe for concurrent use, and bound to the client that made it. A write that failed
 * with DEADLINE_EXCEEDED, CANCELLED or UNAVAILABLE may have been done or not; the same write may be
 * done again. The client does so by itself where the server says that it did not begin.
 */
public final class DocumentsClient {
  private static final int PAGE_SIZE_DEFAULT = 100;

  private final Connection connection;
  private final DocumentCalls calls;

  /** What the answer to a write waits for. */
  public enum WaitFor {
    /** Until the write is as durable as the collection's options say. */
    DURABLE,
    /** Until searches see it as well. */
    SEARCHABLE
  }

  DocumentsClient(Connection connection, DocumentCalls calls) {
    this.connection = connection;
    this.calls = calls;
  }

  /**
   * Returns the documents of one tenant.
   *
   * @param tenant whose documents; empty for a collection without tenants
   */
  public DocumentsClient withTenant(String tenant) {
    return new DocumentsClient(connection, calls.withTenant(tenant));
  }

  /**
   * Returns a client whose writes wait for something else.
   *
   * @param waitFor what answers wait for; {@link WaitFor#DURABLE} unless it is changed
   */
  public DocumentsClient withWaitFor(WaitFor waitFor) {
    return new DocumentsClient(connection, calls.withWaitFor(waitFor));
  }

  /**
   * Returns a client whose calls may take another time.
   *
   * @param deadline how long a call may take, above 0
   */
  public DocumentsClient withDeadline(Duration deadline) {
    return new DocumentsClient(connection, calls.withDeadline(deadline));
  }

  /**
   * Creates or replaces documents and waits for the answer.
   *
   * @param documents 1 to 10,000 documents, written in this order
   * @return one result for each document, in their order; one that is refused does not keep the
   *     others from being written
   */
  public List<WriteResult> upsert(List<Document> documents) {
    return connection.await(upsertAsync(documents));
  }

  /**
   * Creates or replaces documents.
   *
   * @param documents 1 to 10,000 documents, written in this order
   * @return one result for each document, to come
   */
  public CompletableFuture<List<WriteResult>> upsertAsync(List<Document> documents) {
    return calls.upsert(documents);
  }

  /**
   * Opens a stream, over which many batches are written without waiting for each.
   *
   * @return the stream, to be closed by the caller
   */
  public UpsertStream openStream() {
    return new UpsertStream(connection, calls.openStream());
  }

  /**
   * Deletes documents.
   *
   * @param selection which documents: by their ids or by a filter
   * @throws IllegalArgumentException for {@link Selection.All}, since a filter must be meant
   */
  public Deletion delete(Selection selection) {
    return connection.await(calls.delete(selection));
  }

  /**
   * Sets or removes fields of documents. Their vectors stay as they are, so a change is refused of
   * {@code text}, and of a {@code title} that the collection encodes: upsert the document instead.
   *
   * @param updates 1 to 10,000 changes, done in this order
   * @return one result for each change, in their order
   */
  public List<WriteResult> updateFields(List<FieldsUpdate> updates) {
    return connection.await(calls.updateFields(updates));
  }

  /**
   * Reads documents as the last write left them, with all fields.
   *
   * @param ids 1 to 1,000 ids
   * @return those that there are, in the order of the ids
   */
  public List<Document> get(List<String> ids) {
    return get(ids, Parts.FIELDS);
  }

  /**
   * Reads documents as the last write left them.
   *
   * @param ids 1 to 1,000 ids
   * @param parts what of them
   * @return those that there are, in the order of the ids
   */
  public List<Document> get(List<String> ids, Parts parts) {
    return connection.await(calls.get(ids, parts));
  }

  /**
   * Reads one page of documents.
   *
   * @param selection which documents: all, or those of a filter
   * @param parts what of them
   * @param pageSize how many documents at most, 1 to 10,000
   * @param pageToken {@link DocumentPage#nextPageToken} of the page before; empty for the first one
   * @throws IllegalArgumentException for {@link Selection.Ids}; see {@link #get}
   */
  public DocumentPage page(Selection selection, Parts parts, int pageSize, String pageToken) {
    return connection.await(calls.page(selection, parts, pageSize, pageToken));
  }

  /**
   * Reads documents, a page at a time, in the order of their positions.
   *
   * @param selection which documents: all, or those of a filter
   * @param parts what of them
   */
  public Iterable<Document> scroll(Selection selection, Parts parts) {
    return () -> scroll(selection, parts, "");
  }

  /**
   * Reads documents from some point on.
   *
   * @param selection which documents: all, or those of a filter
   * @param parts what of them
   * @param token {@link DocumentScroll#resumeToken} of an earlier scroll; empty for the beginning
   */
  public DocumentScroll scroll(Selection selection, Parts parts, String token) {
    return new DocumentScroll(
        pageToken -> page(selection, parts, PAGE_SIZE_DEFAULT, pageToken), token);
  }

  /**
   * Counts documents as searches see them.
   *
   * @param selection which documents: all, or those of a filter
   * @throws IllegalArgumentException for {@link Selection.Ids}
   */
  public long count(Selection selection) {
    return connection.await(calls.count(selection));
  }
}
