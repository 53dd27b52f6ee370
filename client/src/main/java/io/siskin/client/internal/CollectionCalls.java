package io.siskin.client.internal;

import io.grpc.stub.StreamObserver;
import io.siskin.client.CollectionInfo;
import io.siskin.client.LoggedQuery;
import io.siskin.client.NewCollection;
import io.siskin.client.SnapshotInfo;
import io.siskin.proto.v1.Alias;
import io.siskin.proto.v1.CollectionServiceGrpc.CollectionServiceStub;
import io.siskin.proto.v1.CompactCollectionRequest;
import io.siskin.proto.v1.CompactCollectionResponse;
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
import io.siskin.proto.v1.ListAliasesRequest;
import io.siskin.proto.v1.ListAliasesResponse;
import io.siskin.proto.v1.ListSnapshotsRequest;
import io.siskin.proto.v1.ListSnapshotsResponse;
import io.siskin.proto.v1.PutQueryLogResponse;
import io.siskin.proto.v1.RestoreSnapshotRequest;
import io.siskin.proto.v1.RestoreSnapshotResponse;
import io.siskin.proto.v1.SetAliasRequest;
import io.siskin.proto.v1.SetAliasResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The calls of {@code CollectionService} that change collections. Immutable; safe for concurrent
 * use.
 */
public final class CollectionCalls {
  private final CollectionServiceStub stub;
  private final ErrorMapper errors;
  private final Duration deadline;

  CollectionCalls(CollectionServiceStub stub, ErrorMapper errors, Duration deadline) {
    this.stub = stub;
    this.errors = errors;
    this.deadline = deadline;
  }

  /** Returns calls that may take another time. */
  public CollectionCalls withDeadline(Duration other) {
    return new CollectionCalls(stub, errors, other);
  }

  private <Q, P, R> CompletableFuture<R> call(
      Function<CollectionServiceStub, BiConsumer<Q, StreamObserver<P>>> method,
      Q request,
      Function<P, R> translation) {
    UnaryFuture<Q, P, R> answer = new UnaryFuture<>(translation, errors);
    method.apply(stub.withDeadlineAfter(deadline)).accept(request, answer);
    return answer;
  }

  /** Starts the making of a collection. */
  public CompletableFuture<CollectionInfo> create(NewCollection collection) {
    return call(
        service -> service::createCollection,
        CollectionMapper.toProto(collection),
        (CreateCollectionResponse response) -> ProtoMapper.toInfo(response.getCollection()));
  }

  /** Starts the removal of a collection. */
  public CompletableFuture<Boolean> drop(String name) {
    return call(
        service -> service::dropCollection,
        DropCollectionRequest.newBuilder().setName(name).build(),
        (DropCollectionResponse _) -> true);
  }

  /** Starts the setting of an alias; empty when it named nothing before. */
  public CompletableFuture<String> setAlias(String alias, String collection) {
    return call(
        service -> service::setAlias,
        SetAliasRequest.newBuilder().setAlias(alias).setCollection(collection).build(),
        SetAliasResponse::getPreviousCollection);
  }

  /** Starts to keep a log of queries. */
  public CompletableFuture<Integer> putQueryLog(String collection, List<LoggedQuery> queries) {
    return call(
        service -> service::putQueryLog,
        SuggestionMapper.toProto(collection, queries),
        PutQueryLogResponse::getQueryCount);
  }

  /** Starts the removal of an alias. */
  public CompletableFuture<Boolean> deleteAlias(String alias) {
    return call(
        service -> service::deleteAlias,
        DeleteAliasRequest.newBuilder().setAlias(alias).build(),
        (DeleteAliasResponse _) -> true);
  }

  /** Asks for the aliases. */
  public CompletableFuture<Map<String, String>> aliases() {
    return call(
        service -> service::listAliases,
        ListAliasesRequest.getDefaultInstance(),
        CollectionCalls::toAliases);
  }

  private static Map<String, String> toAliases(ListAliasesResponse response) {
    Map<String, String> aliases = new LinkedHashMap<>();
    for (Alias alias : response.getAliasesList()) {
      aliases.put(alias.getAlias(), alias.getCollection());
    }
    return aliases;
  }

  /** Starts a flush. */
  public CompletableFuture<Boolean> flush(String collection) {
    return call(
        service -> service::flushCollection,
        FlushCollectionRequest.newBuilder().setCollection(collection).build(),
        (FlushCollectionResponse _) -> true);
  }

  /** Starts a compaction. */
  public CompletableFuture<CollectionInfo> compact(String collection) {
    return call(
        service -> service::compactCollection,
        CompactCollectionRequest.newBuilder().setCollection(collection).build(),
        (CompactCollectionResponse response) -> ProtoMapper.toInfo(response.getCollection()));
  }

  /** Starts the making of a snapshot. */
  public CompletableFuture<SnapshotInfo> createSnapshot(String collection, String snapshot) {
    return call(
        service -> service::createSnapshot,
        CreateSnapshotRequest.newBuilder().setCollection(collection).setSnapshot(snapshot).build(),
        (CreateSnapshotResponse response) -> CollectionMapper.toInfo(response.getSnapshot()));
  }

  /** Asks for the snapshots of a collection. */
  public CompletableFuture<List<SnapshotInfo>> snapshots(String collection) {
    return call(
        service -> service::listSnapshots,
        ListSnapshotsRequest.newBuilder().setCollection(collection).build(),
        (ListSnapshotsResponse response) ->
            response.getSnapshotsList().stream().map(CollectionMapper::toInfo).toList());
  }

  /** Starts the removal of a snapshot. */
  public CompletableFuture<Boolean> deleteSnapshot(String collection, String snapshot) {
    return call(
        service -> service::deleteSnapshot,
        DeleteSnapshotRequest.newBuilder().setCollection(collection).setSnapshot(snapshot).build(),
        (DeleteSnapshotResponse _) -> true);
  }

  /** Starts the making of a collection of a snapshot. */
  public CompletableFuture<CollectionInfo> restore(
      String collection, String snapshot, String newCollection) {
    return call(
        service -> service::restoreSnapshot,
        RestoreSnapshotRequest.newBuilder()
            .setCollection(collection)
            .setSnapshot(snapshot)
            .setNewCollection(newCollection)
            .build(),
        (RestoreSnapshotResponse response) -> ProtoMapper.toInfo(response.getCollection()));
  }
}
