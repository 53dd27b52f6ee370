package io.siskin.client.internal;

import io.grpc.stub.StreamObserver;
import io.siskin.client.Deletion;
import io.siskin.client.Document;
import io.siskin.client.DocumentPage;
import io.siskin.client.DocumentsClient.WaitFor;
import io.siskin.client.FieldsUpdate;
import io.siskin.client.Parts;
import io.siskin.client.Selection;
import io.siskin.client.WriteResult;
import io.siskin.proto.v1.CountRequest;
import io.siskin.proto.v1.CountResponse;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.DocumentServiceGrpc.DocumentServiceStub;
import io.siskin.proto.v1.GetRequest;
import io.siskin.proto.v1.ScrollRequest;
import io.siskin.proto.v1.UpdateFieldsRequest;
import io.siskin.proto.v1.UpsertRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The calls of {@code DocumentService} for one collection and one tenant. Immutable; safe for
 * concurrent use.
 */
public final class DocumentCalls {
  private final DocumentServiceStub stub;
  private final int streamInFlightMax;
  private final ErrorMapper errors;
  private final Scope scope;

  /** What the calls have in common. */
  private record Scope(String collection, String tenant, WaitFor waitFor, Duration deadline) {}

  private DocumentCalls(
      DocumentServiceStub stub, int streamInFlightMax, ErrorMapper errors, Scope scope) {
    this.stub = stub;
    this.streamInFlightMax = streamInFlightMax;
    this.errors = errors;
    this.scope = scope;
  }

  /**
   * Makes the calls of one collection without tenants.
   *
   * @param stub the service
   * @param streamInFlightMax how many batches of a stream may be unanswered
   * @param errors translates failures
   * @param collection the collection's name
   * @param deadline how long a call may take
   */
  static DocumentCalls of(
      DocumentServiceStub stub,
      int streamInFlightMax,
      ErrorMapper errors,
      String collection,
      Duration deadline) {
    return new DocumentCalls(
        stub, streamInFlightMax, errors, new Scope(collection, "", WaitFor.DURABLE, deadline));
  }

  private DocumentCalls with(Scope other) {
    return new DocumentCalls(stub, streamInFlightMax, errors, other);
  }

  /** Returns the calls of a tenant. */
  public DocumentCalls withTenant(String tenant) {
    return with(new Scope(scope.collection, tenant, scope.waitFor, scope.deadline));
  }

  /** Returns calls whose answers wait for something else. */
  public DocumentCalls withWaitFor(WaitFor waitFor) {
    return with(new Scope(scope.collection, scope.tenant, waitFor, scope.deadline));
  }

  /** Returns calls that may take another time. */
  public DocumentCalls withDeadline(Duration deadline) {
    return with(new Scope(scope.collection, scope.tenant, scope.waitFor, deadline));
  }

  private <Q, P, R> CompletableFuture<R> call(
      Function<DocumentServiceStub, BiConsumer<Q, StreamObserver<P>>> method,
      Q request,
      Function<P, R> translation) {
    UnaryFuture<Q, P, R> answer = new UnaryFuture<>(translation, errors);
    method.apply(stub.withDeadlineAfter(scope.deadline)).accept(request, answer);
    return answer;
  }

  private UpsertRequest message(List<Document> documents) {
    UpsertRequest.Builder message =
        UpsertRequest.newBuilder()
            .setCollection(scope.collection)
            .setTenant(scope.tenant)
            .setWaitFor(DocumentMapper.toProto(scope.waitFor));
    documents.forEach(document -> message.addDocuments(DocumentMapper.toProto(document)));
    return message.build();
  }

  /** Starts an upsert. */
  public CompletableFuture<List<WriteResult>> upsert(List<Document> documents) {
    return call(
        service -> service::upsert,
        message(documents),
        (io.siskin.proto.v1.UpsertResponse response) ->
            DocumentMapper.toResults(response.getResultsList()));
  }

  /** Opens a stream of batches. */
  public StreamConnection<List<Document>, List<WriteResult>> openStream() {
    return StreamConnection.open(
        StreamExchange.ofUpserts(stub, this::message), streamInFlightMax, scope.deadline, errors);
  }

  /** Starts a deletion. */
  public CompletableFuture<Deletion> delete(Selection selection) {
    DeleteRequest.Builder request =
        DeleteRequest.newBuilder()
            .setCollection(scope.collection)
            .setTenant(scope.tenant)
            .setWaitFor(DocumentMapper.toProto(scope.waitFor));
    switch (selection) {
      case Selection.Ids(List<String> ids) -> request.getIdsBuilder().addAllIds(ids);
      case Selection.Matching(var filter) -> request.setFilter(DocumentMapper.toProto(filter));
      case Selection.Expression(String text) -> request.setFilterExpression(text);
      case Selection.All() ->
          throw new IllegalArgumentException(
              "selection is all documents; allowed: ids or a filter. To empty a collection, drop"
                  + " it and create it again");
    }
    return call(
        service -> service::delete,
        request.build(),
        (io.siskin.proto.v1.DeleteResponse response) ->
            new Deletion(response.getDeletedCount(), response.getPosition()));
  }

  /** Starts changes of fields. */
  public CompletableFuture<List<WriteResult>> updateFields(List<FieldsUpdate> updates) {
    UpdateFieldsRequest.Builder request =
        UpdateFieldsRequest.newBuilder()
            .setCollection(scope.collection)
            .setTenant(scope.tenant)
            .setWaitFor(DocumentMapper.toProto(scope.waitFor));
    updates.forEach(update -> request.addUpdates(DocumentMapper.toProto(update)));
    return call(
        service -> service::updateFields,
        request.build(),
        (io.siskin.proto.v1.UpdateFieldsResponse response) ->
            DocumentMapper.toResults(response.getResultsList()));
  }

  /** Starts a reading by ids. */
  public CompletableFuture<List<Document>> get(List<String> ids, Parts parts) {
    GetRequest request =
        GetRequest.newBuilder()
            .setCollection(scope.collection)
            .setTenant(scope.tenant)
            .addAllIds(ids)
            .setWithVector(parts.vector())
            .addAllFields(parts.fields())
            .addAllDenseFields(parts.dense())
            .build();
    return call(
        service -> service::get,
        request,
        (io.siskin.proto.v1.GetResponse response) ->
            response.getDocumentsList().stream().map(DocumentMapper::toDocument).toList());
  }

  /** Starts the reading of a page. */
  public CompletableFuture<DocumentPage> page(
      Selection selection, Parts parts, int pageSize, String pageToken) {
    ScrollRequest.Builder request =
        ScrollRequest.newBuilder()
            .setCollection(scope.collection)
            .setTenant(scope.tenant)
            .setPageSize(pageSize)
            .setPageToken(pageToken)
            .setWithVector(parts.vector())
            .addAllFields(parts.fields())
            .addAllDenseFields(parts.dense());
    switch (selection) {
      case Selection.All() -> request.clearSelection();
      case Selection.Matching(var filter) -> request.setFilter(DocumentMapper.toProto(filter));
      case Selection.Expression(String text) -> request.setFilterExpression(text);
      case Selection.Ids _ -> throw DocumentMapper.noIds();
    }
    return call(
        service -> service::scroll,
        request.build(),
        (io.siskin.proto.v1.ScrollResponse response) ->
            new DocumentPage(
                response.getDocumentsList().stream().map(DocumentMapper::toDocument).toList(),
                response.getNextPageToken()));
  }

  /** Starts a count. */
  public CompletableFuture<Long> count(Selection selection) {
    CountRequest.Builder request =
        CountRequest.newBuilder().setCollection(scope.collection).setTenant(scope.tenant);
    switch (selection) {
      case Selection.All() -> request.clearSelection();
      case Selection.Matching(var filter) -> request.setFilter(DocumentMapper.toProto(filter));
      case Selection.Expression(String text) -> request.setFilterExpression(text);
      case Selection.Ids _ -> throw DocumentMapper.noIds();
    }
    return call(service -> service::count, request.build(), CountResponse::getCount);
  }
}
