package io.siskin.client;

import java.util.List;

/**
 * One page of the documents of a collection.
 *
 * @param documents the documents, in the order of their positions
 * @param nextPageToken what to ask the next page with, also later and with another client; empty on
 *     the last page
 */
public record DocumentPage(List<Document> documents, String nextPageToken) {
  /** Copies the list. */
  public DocumentPage {
    documents = List.copyOf(documents);
  }
}
