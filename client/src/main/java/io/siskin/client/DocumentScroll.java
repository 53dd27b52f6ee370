package io.siskin.client;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads documents one after the other, in the order of their positions, and asks for a page when
 * there is none left. Made by {@link DocumentsClient#scroll}. Used by one thread.
 *
 * <p>It may be given up at any time. To go on later, take {@link #resumeToken}.
 */
public final class DocumentScroll implements Iterator<Document> {
  private final Function<String, DocumentPage> pages;
  private String token;
  private @Nullable DocumentPage page;
  private int next;

  DocumentScroll(Function<String, DocumentPage> pages, String token) {
    this.pages = pages;
    this.token = token;
  }

  @Override
  public boolean hasNext() {
    // The page first: it may be a new one, which is read from its beginning.
    DocumentPage current = page();
    return next < current.documents().size();
  }

  @Override
  public Document next() {
    if (!hasNext()) {
      throw new NoSuchElementException("there are no more documents");
    }
    return page().documents().get(next++);
  }

  /**
   * Returns what {@link DocumentsClient#scroll} takes to go on: after the last page that was read
   * as a whole. The documents that were taken of the current page come once more.
   */
  public String resumeToken() {
    DocumentPage current = page;
    if (current == null || next < current.documents().size()) {
      return token;
    }
    return current.nextPageToken().isEmpty() ? token : current.nextPageToken();
  }

  /** Returns the page to read from. A page in the middle may be empty. */
  private DocumentPage page() {
    DocumentPage current = page == null ? pages.apply(token) : page;
    while (next == current.documents().size() && !current.nextPageToken().isEmpty()) {
      token = current.nextPageToken();
      current = pages.apply(token);
      next = 0;
    }
    page = current;
    return current;
  }
}
