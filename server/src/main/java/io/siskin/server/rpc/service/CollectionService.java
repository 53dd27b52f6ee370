package io.siskin.server.rpc.service;

import io.grpc.stub.StreamObserver;
import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.GetCollectionResponse;
import io.siskin.proto.v1.ListCollectionsRequest;
import io.siskin.proto.v1.ListCollectionsResponse;
import io.siskin.server.retrieve.CollectionDescription;
import io.siskin.server.retrieve.CollectionName;
import io.siskin.server.retrieve.Retriever;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.rpc.mapping.StatusMapper;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;

/** {@code siskin.v1.CollectionService}. Safe for concurrent use; runs on event loops. */
public final class CollectionService extends CollectionServiceGrpc.CollectionServiceImplBase {
  /** The largest page that may be asked for. */
  static final int PAGE_SIZE_MAX = 1_000;

  private static final int PAGE_SIZE_DEFAULT = 100;

  private final Retriever retriever;
  private final StatusMapper statusMapper;

  /**
   * Creates the service.
   *
   * @param retriever knows the collections
   * @param statusMapper translates failures
   */
  public CollectionService(Retriever retriever, StatusMapper statusMapper) {
    this.retriever = retriever;
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
                    ProtoMapper.toProto(
                        retriever.collection(CollectionName.check("name", request.getName()))))
                .build());
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
    List<CollectionDescription> rest =
        retriever.collections().stream()
            .filter(collection -> collection.name().compareTo(after) > 0)
            .limit(size + 1)
            .toList();
    ListCollectionsResponse.Builder response = ListCollectionsResponse.newBuilder();
    for (CollectionDescription collection : rest.subList(0, (int) Math.min(size, rest.size()))) {
      response.addCollections(ProtoMapper.toProto(collection));
    }
    if (rest.size() > size) {
      response.setNextPageToken(encodeToken(rest.get((int) size - 1).name()));
    }
    return response.build();
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
