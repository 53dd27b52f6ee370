package io.siskin.server.retrieve;

import io.siskin.server.search.Cancellation;
import java.util.List;

/**
 * Reads documents without searching: what {@code rpc} serves.
 *
 * <p>Safe for concurrent use. Works on the calling thread and may wait for the disk. Throws what
 * {@link Retriever} throws.
 */
public interface DocumentReads {
  /**
   * What of a document is wanted.
   *
   * @param vector whether its vector is
   * @param fields the names of the fields; {@code "*"} stands for all of them
   * @param dense the names of the dense fields; {@code "*"} stands for all of them
   */
  record Parts(boolean vector, List<String> fields, List<String> dense) {
    /**
     * Wants no dense vectors.
     *
     * @param vector see above
     * @param fields see above
     */
    public Parts(boolean vector, List<String> fields) {
      this(vector, fields, List.of());
    }
  }

  /**
   * A page of documents.
   *
   * @param collection the name of the collection that it is of, not an alias
   * @param documents the documents, in the order of their positions
   * @param isLast whether no page follows
   */
  record Page(String collection, List<StoredDocument> documents, boolean isLast) {}

  /**
   * Returns documents as the last write left them, whether searches see them yet or not.
   *
   * @param collection the collection's name, or an alias
   * @param tenant whose documents; empty for none
   * @param ids the ids, 1 to 1,000
   * @param parts what of them is wanted
   * @param responseBytesMax how long the answer may become, in bytes
   * @param cancellation the request's deadline and cancellation
   * @return those that there are, in the order of the ids
   * @throws ResponseTooLargeException when they are longer than that
   */
  List<StoredDocument> get(
      String collection,
      String tenant,
      List<String> ids,
      Parts parts,
      long responseBytesMax,
      Cancellation cancellation);

  /**
   * Returns the next documents in the order of their positions.
   *
   * @param collection the collection's name, or an alias
   * @param tenant whose documents; empty for none
   * @param selector which documents: all, or those of a filter
   * @param afterPosition the position after which the page begins; 0 for the first page
   * @param pageSize how many documents, 1 to 10,000. A page is shorter when its documents are long
   * @param parts what of them is wanted
   * @param responseBytesMax how long the answer may become, in bytes. The first document of a page
   *     may be longer
   * @param cancellation the request's deadline and cancellation
   */
  Page scroll(
      String collection,
      String tenant,
      Selector selector,
      long afterPosition,
      int pageSize,
      Parts parts,
      long responseBytesMax,
      Cancellation cancellation);

  /**
   * Returns how many documents there are.
   *
   * @param collection the collection's name, or an alias
   * @param tenant whose documents; empty for none
   * @param selector which documents: all, or those of a filter
   * @param cancellation the request's deadline and cancellation
   */
  long count(String collection, String tenant, Selector selector, Cancellation cancellation);
}
