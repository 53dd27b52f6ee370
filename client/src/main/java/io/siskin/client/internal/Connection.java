package io.siskin.client.internal;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.siskin.client.ClientOptions;
import io.siskin.client.CollectionInfo;
import io.siskin.client.EncodeRequest;
import io.siskin.client.EncodeResult;
import io.siskin.client.Health;
import io.siskin.client.SearchException;
import io.siskin.client.SearchRequest;
import io.siskin.client.SearchResult;
import io.siskin.client.SuggestRequest;
import io.siskin.client.Suggestion;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.EncodeResponse;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.GetCollectionResponse;
import io.siskin.proto.v1.ListCollectionsRequest;
import io.siskin.proto.v1.ListCollectionsResponse;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.ServerServiceGrpc;
import io.siskin.proto.v1.SuggestResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's channel and the calls over it. Safe for concurrent use. Owns the channel and its
 * network thread.
 *
 * <p>There is one way to call, the asynchronous one; the blocking methods wait for its future.
 */
public final class Connection implements AutoCloseable {
  private final ClientOptions options;
  private final EventLoopGroup loop;
  private final ManagedChannel channel;
  private final SearchServiceGrpc.SearchServiceStub searches;
  private final CollectionServiceGrpc.CollectionServiceStub collections;
  private final EncodeServiceGrpc.EncodeServiceStub encodings;
  private final DocumentServiceGrpc.DocumentServiceStub documents;
  private final HealthGrpc.HealthStub health;
  private final ServerServiceGrpc.ServerServiceStub server;
  private final ErrorMapper errors;

  private Connection(ClientOptions options, Target target, EventLoopGroup loop) {
    this.options = options;
    this.loop = loop;
    this.channel = Channels.open(options, target, loop);
    this.errors = new ErrorMapper(target);
    this.searches = SearchServiceGrpc.newStub(channel);
    this.collections = CollectionServiceGrpc.newStub(channel);
    this.encodings = EncodeServiceGrpc.newStub(channel);
    this.documents = DocumentServiceGrpc.newStub(channel);
    this.health = HealthGrpc.newStub(channel);
    this.server = ServerServiceGrpc.newStub(channel);
  }

  /**
   * Opens a channel. Connects with the first call.
   *
   * @param options where to and how
   * @throws IllegalArgumentException when the target or the certificates cannot be read
   * @throws UnsupportedOperationException for a Unix socket on a platform other than Linux
   */
  public static Connection open(ClientOptions options) {
    Target target = TargetParser.parse(options.target());
    return new Connection(options, target, Channels.newEventLoop());
  }

  /**
   * Starts a search.
   *
   * @param request the search
   */
  public CompletableFuture<SearchResult> search(SearchRequest request) {
    UnaryFuture<io.siskin.proto.v1.SearchRequest, SearchResponse, SearchResult> answer =
        new UnaryFuture<>(ProtoMapper::toResult, errors);
    Duration own = request.deadline();
    searches
        .withDeadlineAfter(own == null ? options.deadline() : own)
        .search(ProtoMapper.toProto(request), answer);
    return answer;
  }

  /**
   * Starts an encoding.
   *
   * @param request the texts
   */
  public CompletableFuture<EncodeResult> encode(EncodeRequest request) {
    UnaryFuture<io.siskin.proto.v1.EncodeRequest, EncodeResponse, EncodeResult> answer =
        new UnaryFuture<>(EncodeMapper::toResult, errors);
    Duration own = request.deadline();
    encodings
        .withDeadlineAfter(own == null ? options.deadline() : own)
        .encode(EncodeMapper.toProto(request), answer);
    return answer;
  }

  /**
   * Asks for suggestions.
   *
   * @param request what to suggest for
   */
  public CompletableFuture<List<Suggestion>> suggest(SuggestRequest request) {
    UnaryFuture<io.siskin.proto.v1.SuggestRequest, SuggestResponse, List<Suggestion>> answer =
        new UnaryFuture<>(SuggestionMapper::toSuggestions, errors);
    searches
        .withDeadlineAfter(options.deadline())
        .suggest(SuggestionMapper.toProto(request), answer);
    return answer;
  }

  /** Opens a stream of searches. */
  public StreamConnection<SearchRequest, SearchResult> openStream() {
    return open(StreamExchange.ofSearches(searches));
  }

  /** Opens a stream of encodings. */
  public StreamConnection<EncodeRequest, EncodeResult> openEncodeStream() {
    return open(StreamExchange.ofEncodings(encodings));
  }

  private <Q, A, M, P> StreamConnection<Q, A> open(StreamExchange<Q, A, M, P> exchange) {
    return StreamConnection.open(exchange, options.streamInFlightMax(), options.deadline(), errors);
  }

  /**
   * Returns the calls about the documents of a collection.
   *
   * @param collection the collection's name
   */
  public DocumentCalls documents(String collection) {
    return DocumentCalls.of(
        documents, options.streamInFlightMax(), errors, collection, options.deadline());
  }

  /** Returns the calls that change collections. */
  public CollectionCalls collectionCalls() {
    return new CollectionCalls(collections, errors, options.deadline());
  }

  /** Returns the calls about the server itself. */
  public ServerCalls serverCalls() {
    return new ServerCalls(server, errors, options.deadline());
  }

  /** Returns all collections, page by page. */
  public List<CollectionInfo> collections() {
    List<CollectionInfo> all = new ArrayList<>();
    String pageToken = "";
    do {
      ListCollectionsRequest request =
          ListCollectionsRequest.newBuilder().setPageToken(pageToken).build();
      UnaryFuture<ListCollectionsRequest, ListCollectionsResponse, ListCollectionsResponse> answer =
          new UnaryFuture<>(page -> page, errors);
      collections.withDeadlineAfter(options.deadline()).listCollections(request, answer);
      ListCollectionsResponse page = await(answer);
      page.getCollectionsList().forEach(collection -> all.add(ProtoMapper.toInfo(collection)));
      pageToken = page.getNextPageToken();
    } while (!pageToken.isEmpty());
    return List.copyOf(all);
  }

  /**
   * Asks for one collection.
   *
   * @param name its name
   */
  public CompletableFuture<CollectionInfo> collection(String name) {
    UnaryFuture<GetCollectionRequest, GetCollectionResponse, CollectionInfo> answer =
        new UnaryFuture<>(response -> ProtoMapper.toInfo(response.getCollection()), errors);
    collections
        .withDeadlineAfter(options.deadline())
        .getCollection(GetCollectionRequest.newBuilder().setName(name).build(), answer);
    return answer;
  }

  /**
   * Asks for the health of a service.
   *
   * @param service its full name; empty for the server as a whole
   */
  public Health health(String service) {
    UnaryFuture<HealthCheckRequest, HealthCheckResponse, Health> answer =
        new UnaryFuture<>(
            response ->
                response.getStatus() == HealthCheckResponse.ServingStatus.SERVING
                    ? Health.SERVING
                    : Health.NOT_SERVING,
            errors);
    health
        .withDeadlineAfter(options.deadline())
        .check(HealthCheckRequest.newBuilder().setService(service).build(), answer);
    try {
      return await(answer);
    } catch (SearchException.NotFound unknown) {
      return Health.SERVICE_UNKNOWN;
    }
  }

  /**
   * Waits for an answer. Every call has a deadline, so the wait has one too.
   *
   * @param answer what to wait for
   * @param <T> its type
   */
  public <T> T await(CompletableFuture<T> answer) {
    checkMayBlock();
    try {
      return answer.get();
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new SearchException.Cancelled("interrupted while waiting for the answer", e);
    } catch (ExecutionException e) {
      throw rethrowable(e.getCause());
    }
  }

  /** Refuses to wait on the very thread that answers come in on, which would be for ever. */
  public void checkMayBlock() {
    if (Thread.currentThread() instanceof Channels.NetworkThread) {
      throw new IllegalStateException(
          "a blocking call on the client's network thread; use thenApplyAsync and the like");
    }
  }

  @Override
  public void close() {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(options.deadline().toNanos(), TimeUnit.NANOSECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
    // Not waited for: close() may run on this very thread.
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private static RuntimeException rethrowable(@Nullable Throwable cause) {
    if (cause instanceof SearchException failure) {
      // It was made on the network thread; its reader also needs to see where the call was made.
      failure.addSuppressed(new CallSite());
      return failure;
    }
    return new IllegalStateException("the answer could not be read", cause);
  }

  /** Shows, as a suppressed exception, where a blocking call was made. */
  private static final class CallSite extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CallSite() {
      super("the call was made here");
    }
  }
}
