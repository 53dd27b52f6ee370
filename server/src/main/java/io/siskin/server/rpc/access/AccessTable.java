package io.siskin.server.rpc.access;

import static io.siskin.server.access.Role.ADMIN;
import static io.siskin.server.access.Role.READ;
import static io.siskin.server.access.Role.WRITE;

import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.CompactCollectionRequest;
import io.siskin.proto.v1.CountRequest;
import io.siskin.proto.v1.CreateCollectionRequest;
import io.siskin.proto.v1.CreateSnapshotRequest;
import io.siskin.proto.v1.DeleteAliasRequest;
import io.siskin.proto.v1.DeletePipelineRequest;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.DeleteSnapshotRequest;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.DropCollectionRequest;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.EncodeStreamRequest;
import io.siskin.proto.v1.FlushCollectionRequest;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.GetPipelineRequest;
import io.siskin.proto.v1.GetRequest;
import io.siskin.proto.v1.ListPipelinesRequest;
import io.siskin.proto.v1.ListSnapshotsRequest;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.PutPipelineRequest;
import io.siskin.proto.v1.PutQueryLogRequest;
import io.siskin.proto.v1.RestoreSnapshotRequest;
import io.siskin.proto.v1.ScrollRequest;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.ServerServiceGrpc;
import io.siskin.proto.v1.SetAliasRequest;
import io.siskin.proto.v1.SuggestRequest;
import io.siskin.proto.v1.UpdateFieldsRequest;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.proto.v1.UpsertStreamRequest;
import io.siskin.server.access.Grant;
import io.siskin.server.access.Role;
import io.siskin.server.rpc.access.Need.Change;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What each method needs of its caller. A method without a row can be called by nobody on a server
 * that asks for keys. {@code docs/security.md} has the same table.
 */
final class AccessTable {
  /** The prefix of the names under which health checks ask for collections. */
  private static final String HEALTH_OF_COLLECTION = "collections/";

  private static final Map<String, Need> NEEDS = needs();

  private AccessTable() {}

  /**
   * Returns what a method needs; null when it has no row.
   *
   * @param fullMethodName the method
   */
  static @Nullable Need of(String fullMethodName) {
    return NEEDS.get(fullMethodName);
  }

  /** Returns all rows by the full names of the methods. */
  static Map<String, Need> all() {
    return Map.copyOf(NEEDS);
  }

  @SuppressWarnings("deprecation") // v1alpha is what older tools speak.
  private static Map<String, Need> needs() {
    Map<String, Need> rows = new HashMap<>();
    addSearches(rows);
    addDocuments(rows);
    addCollections(rows);
    addSnapshots(rows);
    addPipelines(rows);
    Need anyKey = new Need.AnyKey();
    put(rows, ServerServiceGrpc.getGetServerMethod(), anyKey);
    put(rows, ServerServiceGrpc.getGetCallerMethod(), anyKey);
    put(rows, ServerServiceGrpc.getListSlowQueriesMethod(), anyKey);
    put(rows, ServerReflectionGrpc.getServerReflectionInfoMethod(), anyKey);
    put(
        rows,
        io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServerReflectionInfoMethod(),
        anyKey);
    Need health = new Need.Open(request -> healthOf((HealthCheckRequest) request));
    put(rows, HealthGrpc.getCheckMethod(), health);
    put(rows, HealthGrpc.getWatchMethod(), health);
    return rows;
  }

  private static void addSearches(Map<String, Need> rows) {
    put(
        rows,
        SearchServiceGrpc.getSearchMethod(),
        one(READ, Change.NONE, SearchRequest.class, SearchRequest::getCollection));
    put(
        rows,
        SearchServiceGrpc.getSearchStreamMethod(),
        one(
            READ,
            Change.NONE,
            SearchStreamRequest.class,
            request -> request.getSearch().getCollection()));
    put(
        rows,
        SearchServiceGrpc.getSuggestMethod(),
        one(READ, Change.NONE, SuggestRequest.class, SuggestRequest::getCollection));
    put(
        rows,
        CollectionServiceGrpc.getPutQueryLogMethod(),
        one(
            ADMIN,
            Change.COLLECTIONS,
            PutQueryLogRequest.class,
            PutQueryLogRequest::getCollection));
    put(
        rows,
        EncodeServiceGrpc.getEncodeMethod(),
        one(READ, Change.NONE, EncodeRequest.class, AccessTable::encoderOf));
    put(
        rows,
        EncodeServiceGrpc.getEncodeStreamMethod(),
        one(
            READ,
            Change.NONE,
            EncodeStreamRequest.class,
            request -> encoderOf(request.getEncode())));
  }

  private static void addDocuments(Map<String, Need> rows) {
    put(
        rows,
        DocumentServiceGrpc.getGetMethod(),
        one(READ, Change.NONE, GetRequest.class, GetRequest::getCollection));
    put(
        rows,
        DocumentServiceGrpc.getScrollMethod(),
        one(READ, Change.NONE, ScrollRequest.class, ScrollRequest::getCollection));
    put(
        rows,
        DocumentServiceGrpc.getCountMethod(),
        one(READ, Change.NONE, CountRequest.class, CountRequest::getCollection));
    put(
        rows,
        DocumentServiceGrpc.getUpsertMethod(),
        one(WRITE, Change.DOCUMENTS, UpsertRequest.class, UpsertRequest::getCollection));
    put(
        rows,
        DocumentServiceGrpc.getUpsertStreamMethod(),
        one(
            WRITE,
            Change.DOCUMENTS,
            UpsertStreamRequest.class,
            request -> request.getUpsert().getCollection()));
    put(
        rows,
        DocumentServiceGrpc.getUpdateFieldsMethod(),
        one(
            WRITE,
            Change.DOCUMENTS,
            UpdateFieldsRequest.class,
            UpdateFieldsRequest::getCollection));
    put(
        rows,
        DocumentServiceGrpc.getDeleteMethod(),
        one(WRITE, Change.DOCUMENTS, DeleteRequest.class, DeleteRequest::getCollection));
  }

  private static void addCollections(Map<String, Need> rows) {
    Need anyKey = new Need.AnyKey();
    put(rows, CollectionServiceGrpc.getListCollectionsMethod(), anyKey);
    put(rows, CollectionServiceGrpc.getListAliasesMethod(), anyKey);
    put(
        rows,
        CollectionServiceGrpc.getGetCollectionMethod(),
        one(READ, Change.NONE, GetCollectionRequest.class, GetCollectionRequest::getName));
    put(
        rows,
        CollectionServiceGrpc.getCreateCollectionMethod(),
        one(
            ADMIN,
            Change.COLLECTIONS,
            CreateCollectionRequest.class,
            CreateCollectionRequest::getName));
    put(
        rows,
        CollectionServiceGrpc.getDropCollectionMethod(),
        one(
            ADMIN,
            Change.COLLECTIONS,
            DropCollectionRequest.class,
            DropCollectionRequest::getName));
    put(
        rows,
        CollectionServiceGrpc.getSetAliasMethod(),
        several(
            SetAliasRequest.class,
            request -> List.of(request.getAlias(), request.getCollection())));
    put(
        rows,
        CollectionServiceGrpc.getDeleteAliasMethod(),
        one(ADMIN, Change.COLLECTIONS, DeleteAliasRequest.class, DeleteAliasRequest::getAlias));
    put(
        rows,
        CollectionServiceGrpc.getFlushCollectionMethod(),
        one(
            WRITE,
            Change.COLLECTIONS,
            FlushCollectionRequest.class,
            FlushCollectionRequest::getCollection));
    put(
        rows,
        CollectionServiceGrpc.getCompactCollectionMethod(),
        one(
            ADMIN,
            Change.COLLECTIONS,
            CompactCollectionRequest.class,
            CompactCollectionRequest::getCollection));
  }

  private static void addSnapshots(Map<String, Need> rows) {
    put(
        rows,
        CollectionServiceGrpc.getCreateSnapshotMethod(),
        one(
            ADMIN,
            Change.COLLECTIONS,
            CreateSnapshotRequest.class,
            CreateSnapshotRequest::getCollection));
    put(
        rows,
        CollectionServiceGrpc.getListSnapshotsMethod(),
        one(READ, Change.NONE, ListSnapshotsRequest.class, ListSnapshotsRequest::getCollection));
    put(
        rows,
        CollectionServiceGrpc.getDeleteSnapshotMethod(),
        one(
            ADMIN,
            Change.COLLECTIONS,
            DeleteSnapshotRequest.class,
            DeleteSnapshotRequest::getCollection));
    put(
        rows,
        CollectionServiceGrpc.getRestoreSnapshotMethod(),
        several(
            RestoreSnapshotRequest.class,
            request -> List.of(request.getCollection(), request.getNewCollection())));
  }

  private static void addPipelines(Map<String, Need> rows) {
    put(
        rows,
        PipelineServiceGrpc.getListPipelinesMethod(),
        one(READ, Change.NONE, ListPipelinesRequest.class, ListPipelinesRequest::getCollection));
    put(
        rows,
        PipelineServiceGrpc.getGetPipelineMethod(),
        one(READ, Change.NONE, GetPipelineRequest.class, GetPipelineRequest::getCollection));
    put(
        rows,
        PipelineServiceGrpc.getPutPipelineMethod(),
        one(
            ADMIN,
            Change.COLLECTIONS,
            PutPipelineRequest.class,
            PutPipelineRequest::getCollection));
    put(
        rows,
        PipelineServiceGrpc.getDeletePipelineMethod(),
        one(
            ADMIN,
            Change.COLLECTIONS,
            DeletePipelineRequest.class,
            DeletePipelineRequest::getCollection));
  }

  private static <Q> Need one(
      Role role, Change change, Class<Q> request, Function<Q, String> collection) {
    return new Need.Collections(
        role, message -> List.of(collection.apply(request.cast(message))), change);
  }

  private static <Q> Need several(Class<Q> request, Function<Q, List<String>> collections) {
    return new Need.Collections(
        ADMIN, message -> collections.apply(request.cast(message)), Change.COLLECTIONS);
  }

  /** A model belongs to no collection: who may use one by its name may read all of them. */
  private static String encoderOf(EncodeRequest request) {
    return request.hasModel() ? Grant.ALL : request.getCollection();
  }

  private static List<String> healthOf(HealthCheckRequest request) {
    String service = request.getService();
    return service.startsWith(HEALTH_OF_COLLECTION)
        ? List.of(service.substring(HEALTH_OF_COLLECTION.length()))
        : List.of();
  }

  private static void put(Map<String, Need> rows, MethodDescriptor<?, ?> method, Need need) {
    rows.put(method.getFullMethodName(), need);
  }
}
