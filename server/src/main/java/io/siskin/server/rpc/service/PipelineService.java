package io.siskin.server.rpc.service;

import io.grpc.stub.StreamObserver;
import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.DeletePipelineRequest;
import io.siskin.proto.v1.DeletePipelineResponse;
import io.siskin.proto.v1.GetPipelineRequest;
import io.siskin.proto.v1.GetPipelineResponse;
import io.siskin.proto.v1.ListPipelinesRequest;
import io.siskin.proto.v1.ListPipelinesResponse;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.PutPipelineRequest;
import io.siskin.proto.v1.PutPipelineResponse;
import io.siskin.server.collection.PipelineNotFoundException;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.retrieve.CollectionName;
import io.siskin.server.retrieve.Retriever;
import io.siskin.server.rpc.mapping.RankingMapper;
import io.siskin.server.rpc.mapping.StatusMapper;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.write.CollectionChanges;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * {@code siskin.v1.PipelineService}. Changes are handed on to threads of their own. Safe for
 * concurrent use; its methods run on event loops and do not block.
 */
public final class PipelineService extends PipelineServiceGrpc.PipelineServiceImplBase {
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
  public PipelineService(
      Retriever retriever, CollectionChanges changes, StatusMapper statusMapper) {
    this.retriever = retriever;
    this.changes = changes;
    this.statusMapper = statusMapper;
  }

  @Override
  public void putPipeline(
      PutPipelineRequest request, StreamObserver<PutPipelineResponse> observer) {
    answer(
        observer,
        () -> {
          String collection = collection(request.getCollection());
          String name = CollectionName.check("pipeline", request.getPipeline());
          if (!request.hasNode()) {
            throw new InvalidInputException("node", "not set", "a ranking tree");
          }
          RankingNode root =
              RankingMapper.toDomain(
                  request.getNode(), () -> retriever.collection(collection).defaultMode());
          retriever.checkRanking(collection, root);
          String tree = RankingMapper.toStored(root);
          return changes
              .putPipeline(collection, name, tree)
              .thenApply(
                  _ ->
                      PutPipelineResponse.newBuilder()
                          .setPipeline(RankingMapper.toPipeline(name, tree))
                          .build());
        });
  }

  @Override
  public void getPipeline(
      GetPipelineRequest request, StreamObserver<GetPipelineResponse> observer) {
    answer(
        observer,
        () -> {
          String collection = collection(request.getCollection());
          String name = CollectionName.check("pipeline", request.getPipeline());
          SortedMap<String, String> pipelines = retriever.pipelines(collection);
          String tree = pipelines.get(name);
          if (tree == null) {
            throw new PipelineNotFoundException(name, pipelines);
          }
          return CompletableFuture.completedFuture(
              GetPipelineResponse.newBuilder()
                  .setPipeline(RankingMapper.toPipeline(name, tree))
                  .build());
        });
  }

  @Override
  public void listPipelines(
      ListPipelinesRequest request, StreamObserver<ListPipelinesResponse> observer) {
    answer(
        observer,
        () -> {
          ListPipelinesResponse.Builder response = ListPipelinesResponse.newBuilder();
          retriever
              .pipelines(collection(request.getCollection()))
              .forEach((name, tree) -> response.addPipelines(RankingMapper.toPipeline(name, tree)));
          return CompletableFuture.completedFuture(response.build());
        });
  }

  @Override
  public void deletePipeline(
      DeletePipelineRequest request, StreamObserver<DeletePipelineResponse> observer) {
    answer(
        observer,
        () ->
            changes
                .deletePipeline(
                    collection(request.getCollection()),
                    CollectionName.check("pipeline", request.getPipeline()))
                .thenApply(_ -> DeletePipelineResponse.getDefaultInstance()));
  }

  /** Checks the name of the collection that a call is about, and notes it. */
  private static String collection(String name) {
    CallRecord.current().setCollection(name);
    return CollectionName.check("collection", name);
  }

  @SuppressWarnings("IllegalCatch") // The edge of the process: one failure must not end the others.
  private <T> void answer(StreamObserver<T> observer, Supplier<CompletableFuture<T>> answer) {
    Caller<T> caller = UnaryCaller.of(observer, statusMapper);
    try {
      Answers.hand(answer.get(), caller);
    } catch (Throwable e) {
      caller.failed(e);
    }
  }
}
