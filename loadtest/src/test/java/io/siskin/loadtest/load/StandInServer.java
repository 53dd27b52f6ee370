package io.siskin.loadtest.load;

import com.sun.net.httpserver.HttpServer;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.siskin.proto.v1.Collection;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.DeleteResponse;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.FieldType;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.GetCollectionResponse;
import io.siskin.proto.v1.Schema;
import io.siskin.proto.v1.SchemaField;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import io.siskin.proto.v1.StageTimings;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.proto.v1.UpsertResponse;
import io.siskin.proto.v1.WriteResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server with the API of Siskin that finds nothing, in this process, so that both share a clock.
 * One thread answers all calls, one after the other. It can stop answering for a time.
 */
final class StandInServer implements AutoCloseable {
  /** How long it says that a search took. */
  static final long SEARCH_NANOS = 1_234_567;

  final List<SearchRequest> searches = new CopyOnWriteArrayList<>();
  final List<UpsertRequest> upserts = new CopyOnWriteArrayList<>();
  final List<DeleteRequest> deletes = new CopyOnWriteArrayList<>();

  private final AtomicInteger calls = new AtomicInteger();
  private final int pauseAtCall;
  private final long pauseMillis;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Server server;
  private final HttpServer metrics;
  private volatile long pauseStartNanoTime;
  private volatile long pauseEndNanoTime;

  /**
   * Starts a server.
   *
   * @param pauseAtCall at which call it stops answering, from 1; 0 for none
   * @param pauseMillis how long it does not answer then
   */
  StandInServer(int pauseAtCall, long pauseMillis) throws IOException {
    this.pauseAtCall = pauseAtCall;
    this.pauseMillis = pauseMillis;
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(thread)
            .addService(new Searches())
            .addService(new Documents())
            .addService(new Collections())
            .build()
            .start();
    this.metrics = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    metrics.createContext(
        "/metrics",
        exchange -> {
          byte[] page =
              "process_resident_memory_bytes 104857600\njvm_memory_used_bytes{area=\"heap\"} 1048576\n"
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    metrics.start();
  }

  String target() {
    return "localhost:" + server.getPort();
  }

  URI metrics() {
    return URI.create("http://localhost:" + metrics.getAddress().getPort() + "/metrics");
  }

  /** Returns when the pause began, on the clock of {@link System#nanoTime}. */
  long pauseStartNanoTime() {
    return pauseStartNanoTime;
  }

  /** Returns when the pause ended. */
  long pauseEndNanoTime() {
    return pauseEndNanoTime;
  }

  private void count() {
    if (calls.incrementAndGet() == pauseAtCall) {
      pauseStartNanoTime = System.nanoTime();
      try {
        Thread.sleep(pauseMillis);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      pauseEndNanoTime = System.nanoTime();
    }
  }

  private static SearchResponse nothing() {
    return SearchResponse.newBuilder()
        .setTimings(StageTimings.newBuilder().setTotalNanos(SEARCH_NANOS))
        .build();
  }

  @Override
  public void close() {
    metrics.stop(0);
    server.shutdownNow();
    thread.shutdownNow();
  }

  private final class Searches extends SearchServiceGrpc.SearchServiceImplBase {
    @Override
    public void search(SearchRequest request, StreamObserver<SearchResponse> answer) {
      searches.add(request);
      count();
      if (request.getText().equals("refuse me")) {
        answer.onError(Status.RESOURCE_EXHAUSTED.asRuntimeException());
        return;
      }
      answer.onNext(nothing());
      answer.onCompleted();
    }

    @Override
    public StreamObserver<SearchStreamRequest> searchStream(
        StreamObserver<SearchStreamResponse> answers) {
      return new StreamObserver<>() {
        @Override
        public void onNext(SearchStreamRequest request) {
          searches.add(request.getSearch());
          SearchStreamResponse.Builder answer =
              SearchStreamResponse.newBuilder().setRequestId(request.getRequestId());
          if (request.getSearch().getText().equals("break the stream")) {
            answers.onError(Status.DATA_LOSS.asRuntimeException());
          } else if (request.getSearch().getText().equals("refuse me")) {
            answers.onNext(
                answer
                    .setStatus(
                        com.google.rpc.Status.newBuilder()
                            .setCode(Status.Code.RESOURCE_EXHAUSTED.value()))
                    .build());
          } else {
            answers.onNext(answer.setResponse(nothing()).build());
          }
        }

        @Override
        public void onError(Throwable error) {
          // The client has gone.
        }

        @Override
        public void onCompleted() {
          answers.onCompleted();
        }
      };
    }
  }

  private static final class Collections extends CollectionServiceGrpc.CollectionServiceImplBase {
    @Override
    public void getCollection(
        GetCollectionRequest request, StreamObserver<GetCollectionResponse> answer) {
      if (request.getName().equals("missing")) {
        answer.onError(Status.NOT_FOUND.asRuntimeException());
        return;
      }
      Schema.Builder schema = Schema.newBuilder();
      schema.addFields(
          SchemaField.newBuilder().setName("year").setType(FieldType.FIELD_TYPE_INT64));
      schema.addFields(
          SchemaField.newBuilder().setName("tags").setType(FieldType.FIELD_TYPE_STRING_LIST));
      answer.onNext(
          GetCollectionResponse.newBuilder()
              .setCollection(Collection.newBuilder().setSchema(schema))
              .build());
      answer.onCompleted();
    }
  }

  private final class Documents extends DocumentServiceGrpc.DocumentServiceImplBase {
    @Override
    public void upsert(UpsertRequest request, StreamObserver<UpsertResponse> answer) {
      upserts.add(request);
      UpsertResponse.Builder results = UpsertResponse.newBuilder();
      request
          .getDocumentsList()
          .forEach(
              document -> {
                WriteResult.Builder result = WriteResult.newBuilder();
                if (document.getText().equals("refuse me")) {
                  result.setError(
                      com.google.rpc.Status.newBuilder()
                          .setCode(Status.Code.INVALID_ARGUMENT.value()));
                }
                results.addResults(result);
              });
      answer.onNext(results.build());
      answer.onCompleted();
    }

    @Override
    public void delete(DeleteRequest request, StreamObserver<DeleteResponse> answer) {
      deletes.add(request);
      answer.onNext(DeleteResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }
}
