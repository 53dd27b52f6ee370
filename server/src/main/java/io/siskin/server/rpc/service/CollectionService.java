package io.siskin.server.rpc.service;

import io.grpc.stub.StreamObserver;
import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.Collection;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.CompactCollectionRequest;
import io.siskin.proto.v1.CompactCollectionResponse;
import io.siskin.proto.v1.CreateCollectionRequest;
import io.siskin.proto.v1.CreateCollectionResponse;
import io.siskin.proto.v1.CreateSnapshotRequest;
import io.siskin.proto.v1.CreateSnapshotResponse;
import io.siskin.proto.v1.DeleteAliasRequest;
import io.siskin.proto.v1.DeleteAliasResponse;
import io.siskin.proto.v1.DeleteSnapshotRequest;
import io.siskin.proto.v1.DeleteSnapshotResponse;
import io.siskin.proto.v1.DropCollectionRequest;
import io.siskin.proto.v1.DropCollectionResponse;
import io.siskin.proto.v1.FlushCollectionRequest;
import io.siskin.proto.v1.FlushCollectionResponse;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.GetCollectionResponse;
import io.siskin.proto.v1.ListAliasesRequest;
import io.siskin.proto.v1.ListAliasesResponse;
import io.siskin.proto.v1.ListCollectionsRequest;
import io.siskin.proto.v1.ListCollectionsResponse;
import io.siskin.proto.v1.ListSnapshotsRequest;
import io.siskin.proto.v1.ListSnapshotsResponse;
import io.siskin.proto.v1.PutQueryLogRequest;
import io.siskin.proto.v1.PutQueryLogResponse;
import io.siskin.proto.v1.RestoreSnapshotRequest;
import io.siskin.proto.v1.RestoreSnapshotResponse;
import io.siskin.proto.v1.SetAliasRequest;
import io.siskin.proto.v1.SetAliasResponse;
import io.siskin.server.retrieve.CollectionDescription;
import io.siskin.server.retrieve.CollectionName;
import io.siskin.server.retrieve.Retriever;
import io.siskin.server.rpc.access.CallAccess;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.rpc.mapping.SchemaMapper;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.mapping.SuggestionMapper;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.suggest.QueryLog;
import io.siskin.server.write.CollectionChanges;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * {@code siskin.v1.CollectionService}. Changes are handed on to threads of their own. Safe for
 * concurrent use; its methods run on event loops and do not block.
 */
public final class CollectionService extends CollectionServiceGrpc.CollectionServiceImplBase {
  /** The largest page that may be asked for. */
  static final int PAGE_SIZE_MAX = 1_000;

  private static final int PAGE_SIZE_DEFAULT = 100;

  private final Retriever retriever;
  private final CollectionChanges changes;
  private final StatusMapper statusMapper;

  /**
   * Creates the service.
   *
   * @param retriever knows the collections
   * @param changes changes them
   * @param statusMapper translates failures
   */
  public CollectionService(
      Retriever retriever, CollectionChanges changes, StatusMapper statusMapper) {
    this.retriever = retriever;
    this.changes = changes;
    this.statusMapper = statusMapper;
  }

  @Override
  public void listCollections(
      ListCollectionsRequest request, StreamObserver<ListCollectionsResponse> observer) {
    answer(observer, () -> page(request));
  }

  @Override
  public void getCollection(
      GetCollectionRequest request, StreamObserver<GetCollectionResponse> observer) {
    answer(
        observer,
        () ->
            GetCollectionResponse.newBuilder()
                .setCollection(
                    shown(
                        CallAccess.current(),
                        retriever.collection(collection("name", request.getName()))))
                .build());
  }

  @Override
  public void createCollection(
      CreateCollectionRequest request, StreamObserver<CreateCollectionResponse> observer) {
    CallAccess access = CallAccess.current();
    change(
        observer,
        () -> {
          String name = collection("name", request.getName());
          return changes
              .create(name, SchemaMapper.settings(request), SchemaMapper.encoder(request))
              .thenApply(
                  _ ->
                      CreateCollectionResponse.newBuilder()
                          .setCollection(shown(access, retriever.collection(name)))
                          .build());
        });
  }

  @Override
  public void dropCollection(
      DropCollectionRequest request, StreamObserver<DropCollectionResponse> observer) {
    change(
        observer,
        () ->
            changes
                .drop(collection("name", request.getName()))
                .thenApply(_ -> DropCollectionResponse.getDefaultInstance()));
  }

  @Override
  public void putQueryLog(
      PutQueryLogRequest request, StreamObserver<PutQueryLogResponse> observer) {
    change(
        observer,
        () -> {
          String name = collection("collection", request.getCollection());
          QueryLog log = SuggestionMapper.toDomain(request);
          retriever.checkSuggestions(name);
          return changes
              .putQueryLog(name, log)
              .thenApply(
                  _ ->
                      PutQueryLogResponse.newBuilder().setQueryCount(log.queries().size()).build());
        });
  }

  @Override
  public void setAlias(SetAliasRequest request, StreamObserver<SetAliasResponse> observer) {
    change(
        observer,
        () ->
            changes
                .setAlias(
                    CollectionName.check("alias", request.getAlias()),
                    collection("collection", request.getCollection()))
                .thenApply(
                    previous ->
                        SetAliasResponse.newBuilder()
                            .setPreviousCollection(previous.orElse(""))
                            .build()));
  }

  @Override
  public void deleteAlias(
      DeleteAliasRequest request, StreamObserver<DeleteAliasResponse> observer) {
    change(
        observer,
        () ->
            changes
                .deleteAlias(CollectionName.check("alias", request.getAlias()))
                .thenApply(_ -> DeleteAliasResponse.getDefaultInstance()));
  }

  @Override
  public void listAliases(
      ListAliasesRequest request, StreamObserver<ListAliasesResponse> observer) {
    CallAccess access = CallAccess.current();
    answer(
        observer,
        () -> {
          SortedMap<String, String> aliases = new TreeMap<>(changes.aliases());
          aliases.keySet().removeIf(alias -> !access.mayRead(alias));
          return SchemaMapper.toProto(aliases);
        });
  }

  @Override
  public void flushCollection(
      FlushCollectionRequest request, StreamObserver<FlushCollectionResponse> observer) {
    change(
        observer,
        () ->
            changes
                .flush(collection("collection", request.getCollection()))
                .thenApply(_ -> FlushCollectionResponse.getDefaultInstance()));
  }

  @Override
  public void compactCollection(
      CompactCollectionRequest request, StreamObserver<CompactCollectionResponse> observer) {
    CallAccess access = CallAccess.current();
    change(
        observer,
        () -> {
          String name = collection("collection", request.getCollection());
          return changes
              .compact(name)
              .thenApply(
                  _ ->
                      CompactCollectionResponse.newBuilder()
                          .setCollection(shown(access, retriever.collection(name)))
                          .build());
        });
  }

  @Override
  public void createSnapshot(
      CreateSnapshotRequest request, StreamObserver<CreateSnapshotResponse> observer) {
    change(
        observer,
        () ->
            changes
                .createSnapshot(
                    collection("collection", request.getCollection()),
                    request.getSnapshot().isEmpty()
                        ? ""
                        : CollectionName.check("snapshot", request.getSnapshot()))
                .thenApply(
                    snapshot ->
                        CreateSnapshotResponse.newBuilder()
                            .setSnapshot(SchemaMapper.toProto(snapshot))
                            .build()));
  }

  @Override
  public void listSnapshots(
      ListSnapshotsRequest request, StreamObserver<ListSnapshotsResponse> observer) {
    change(
        observer,
        () ->
            changes
                .snapshots(collection("collection", request.getCollection()))
                .thenApply(
                    snapshots ->
                        ListSnapshotsResponse.newBuilder()
                            .addAllSnapshots(snapshots.stream().map(SchemaMapper::toProto).toList())
                            .build()));
  }

  @Override
  public void deleteSnapshot(
      DeleteSnapshotRequest request, StreamObserver<DeleteSnapshotResponse> observer) {
    change(
        observer,
        () ->
            changes
                .deleteSnapshot(
                    collection("collection", request.getCollection()),
                    CollectionName.check("snapshot", request.getSnapshot()))
                .thenApply(_ -> DeleteSnapshotResponse.getDefaultInstance()));
  }

  @Override
  public void restoreSnapshot(
      RestoreSnapshotRequest request, StreamObserver<RestoreSnapshotResponse> observer) {
    CallAccess access = CallAccess.current();
    change(
        observer,
        () -> {
          String name = CollectionName.check("new_collection", request.getNewCollection());
          return changes
              .restore(
                  collection("collection", request.getCollection()),
                  CollectionName.check("snapshot", request.getSnapshot()),
                  name)
              .thenApply(
                  _ ->
                      RestoreSnapshotResponse.newBuilder()
                          .setCollection(shown(access, retriever.collection(name)))
                          .build());
        });
  }

  /** Checks the name of the collection that a call is about, and notes it. */
  private static String collection(String field, String name) {
    CallRecord.current().setCollection(name);
    return CollectionName.check(field, name);
  }

  private ListCollectionsResponse page(ListCollectionsRequest request) {
    long size =
        request.hasPageSize() ? Integer.toUnsignedLong(request.getPageSize()) : PAGE_SIZE_DEFAULT;
    if (size < 1 || size > PAGE_SIZE_MAX) {
      throw new InvalidInputException("page_size", size, "1 to " + PAGE_SIZE_MAX);
    }
    // The token is the last name of the page before, so that pages stay whole while collections
    // come and go.
    String after = decodeToken(request.getPageToken());
    CallAccess access = CallAccess.current();
    List<CollectionDescription> rest =
        retriever.collections().stream()
            .filter(collection -> access.mayRead(collection.name()))
            .filter(collection -> collection.name().compareTo(after) > 0)
            .limit(size + 1)
            .toList();
    ListCollectionsResponse.Builder response = ListCollectionsResponse.newBuilder();
    for (CollectionDescription collection : rest.subList(0, (int) Math.min(size, rest.size()))) {
      response.addCollections(shown(access, collection));
    }
    if (rest.size() > size) {
      response.setNextPageToken(encodeToken(rest.get((int) size - 1).name()));
    }
    return response.build();
  }

  /** A description names the aliases of a collection, of which the caller sees its own. */
  private static Collection shown(CallAccess access, CollectionDescription description) {
    Collection whole = ProtoMapper.toProto(description);
    if (whole.getAliasesList().stream().allMatch(access::mayRead)) {
      return whole;
    }
    return whole.toBuilder()
        .clearAliases()
        .addAllAliases(whole.getAliasesList().stream().filter(access::mayRead).toList())
        .build();
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  private <T> void answer(StreamObserver<T> observer, Supplier<T> answer) {
    T message;
    try {
      message = answer.get();
    } catch (Throwable e) {
      observer.onError(statusMapper.toException(e));
      return;
    }
    observer.onNext(message);
    observer.onCompleted();
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  private <T> void change(StreamObserver<T> observer, Supplier<CompletableFuture<T>> change) {
    Caller<T> caller = UnaryCaller.of(observer, statusMapper);
    try {
      Answers.hand(change.get(), caller);
    } catch (Throwable e) {
      caller.failed(e);
    }
  }

  private static String encodeToken(String name) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(name.getBytes(StandardCharsets.UTF_8));
  }

  private static String decodeToken(String token) {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "page_token", token, "the next_page_token of an earlier response");
    }
  }
}
