package io.siskin.client;

import io.siskin.client.internal.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Searches a Siskin server, writes its documents, and changes its collections.
 *
 * <pre>{@code
 * try (SearchClient client = SearchClient.connect("localhost:7700")) {
 *   SearchResult result = client.search(SearchRequest.text("wordnet", "a person who studies insects").withFields("text"));
 *   result.hits().forEach(hit -> System.out.println(hit.score() + " " + hit.id()));
 * }
 * }</pre>
 *
 * <p>Safe for concurrent use. One client per server is enough for most programs. It keeps one
 * connection, which the first call opens and which is opened again when it breaks.
 *
 * <p>Futures are completed on the client's network thread, because handing them to another thread
 * costs about as much as a small search. What is chained to them without an executor runs there too
 * and must not block. The blocking methods refuse to be called there.
 *
 * <p>Blocking methods throw, and futures are completed with, a {@link SearchException}.
 */
public final class SearchClient implements AutoCloseable {
  private final Connection connection;

  private SearchClient(Connection connection) {
    this.connection = connection;
  }

  /**
   * Makes a client with default options.
   *
   * @param target {@code host}, {@code host:port} or {@code unix:///path}, see {@link
   *     ClientOptions#target}
   */
  public static SearchClient connect(String target) {
    return connect(ClientOptions.of(target));
  }

  /**
   * Makes a client. Does not connect yet.
   *
   * @param options where to and how
   * @throws IllegalArgumentException when the target or the certificates cannot be read
   * @throws UnsupportedOperationException for a Unix socket on a platform other than Linux
   */
  public static SearchClient connect(ClientOptions options) {
    return new SearchClient(Connection.open(options));
  }

  /**
   * Searches and waits for the answer.
   *
   * @param request the search
   */
  public SearchResult search(SearchRequest request) {
    return connection.await(searchAsync(request));
  }

  /**
   * Searches.
   *
   * @param request the search
   * @return the answer to come; cancelling it cancels the search on the server
   */
  public CompletableFuture<SearchResult> searchAsync(SearchRequest request) {
    return connection.search(request);
  }

  /**
   * Suggests what could be asked, by the log of queries of a collection.
   *
   * @param request what to suggest for
   * @return suggestions, best first
   */
  public List<Suggestion> suggest(SuggestRequest request) {
    return connection.await(connection.suggest(request));
  }

  /**
   * Opens a stream, over which many searches run at the same time with less cost for each than a
   * call of its own.
   *
   * @return the stream, to be closed by the caller
   */
  public SearchStream openStream() {
    return new SearchStream(connection, connection.openStream());
  }

  /**
   * Encodes texts and waits for their vectors.
   *
   * @param request the texts
   */
  public EncodeResult encode(EncodeRequest request) {
    return connection.await(encodeAsync(request));
  }

  /**
   * Encodes texts. The server puts texts of many calls into batches, so that many calls at a time
   * cost little more than few large ones.
   *
   * @param request the texts
   * @return the answer to come; cancelling it gives the texts up
   */
  public CompletableFuture<EncodeResult> encodeAsync(EncodeRequest request) {
    return connection.encode(request);
  }

  /**
   * Opens a stream, over which many requests for encodings are under way at the same time.
   *
   * @return the stream, to be closed by the caller
   */
  public EncodeStream openEncodeStream() {
    return new EncodeStream(connection, connection.openEncodeStream());
  }

  /** Returns all collections, ordered by name. */
  public List<CollectionInfo> collections() {
    return connection.collections();
  }

  /**
   * Describes one collection.
   *
   * @param name its name
   */
  public CollectionInfo collection(String name) {
    return connection.await(connection.collection(name));
  }

  /**
   * Returns what writes and reads the documents of one collection.
   *
   * @param collection the collection's name or an alias
   */
  public DocumentsClient documents(String collection) {
    return new DocumentsClient(connection, connection.documents(collection));
  }

  /** Returns what makes, removes and keeps collections. */
  public CollectionsClient collectionsClient() {
    return new CollectionsClient(connection, connection.collectionCalls());
  }

  /** Returns what tells about the server itself, its caller, and its slow searches. */
  public ServerClient serverClient() {
    return new ServerClient(connection, connection.serverCalls());
  }

  /** Returns the health of the server as a whole. */
  public Health health() {
    return health("");
  }

  /**
   * Returns the health of one service.
   *
   * @param service its full name, for example {@code siskin.v1.SearchService}; empty for the server
   *     as a whole
   */
  public Health health(String service) {
    return connection.health(service);
  }

  /** Lets calls end within the client's deadline, cancels the others, and disconnects. */
  @Override
  public void close() {
    connection.close();
  }
}
