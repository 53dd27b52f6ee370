package io.siskin.server.write;

import io.siskin.client.ClientOptions;
import io.siskin.client.SearchClient;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.retrieve.DocumentReader;
import io.siskin.server.retrieve.DocumentReads;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.retrieve.StoredDocument;
import io.siskin.server.rpc.Backends;
import io.siskin.server.rpc.FakeTextEncoders;
import io.siskin.server.rpc.GrpcServer;
import io.siskin.server.rpc.GrpcServerOptions;
import io.siskin.server.search.Cancellation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A data directory that is served and written in this process, for tests. */
final class LiveServer implements AutoCloseable {
  static final DocumentReads.Parts ALL = new DocumentReads.Parts(true, List.of("*"), List.of("*"));

  /** Segments of 64 documents, so that a test has many of them. */
  static final WriteLimits SMALL =
      new WriteLimits(
          1 << 20, 64, 64 << 20, TimeUnit.MINUTES.toNanos(10), TimeUnit.MINUTES.toNanos(10));

  final DataDirectory data;
  final CollectionCatalog catalog;
  final LiveCollections live;
  final DocumentReader reader;
  final RetrievalPipeline retrieval;

  LiveServer(Path folder, WriteLimits limits) throws IOException {
    this(folder, limits, Executors.newSingleThreadExecutor());
  }

  /** Opens a data directory whose segments are merged by given threads, which it closes. */
  LiveServer(Path folder, WriteLimits limits, ExecutorService merges) throws IOException {
    this(folder, limits, merges, TextModels.NONE);
  }

  /** Opens a data directory with models. */
  LiveServer(Path folder, WriteLimits limits, TextModels models) throws IOException {
    this(folder, limits, Executors.newSingleThreadExecutor(), models);
  }

  private LiveServer(Path folder, WriteLimits limits, ExecutorService merges, TextModels models)
      throws IOException {
    this.data = new DataDirectory(folder);
    this.catalog = new CollectionCatalog(data, Verification.FULL, snapshot -> {}, models);
    this.live =
        new LiveCollections(
            data,
            catalog,
            models,
            limits,
            new SegmentBuilds.Workers(Executors.newSingleThreadExecutor(), merges, new BulkPace()));
    live.recoverAll();
    catalog.openAll();
    this.reader = new DocumentReader(catalog, live::refresh);
    this.retrieval = new RetrievalPipeline(catalog, live::counts);
  }

  /** Serves the collections over gRPC, at a free port and without encoders of texts. */
  GrpcServer serve() throws IOException {
    return GrpcServer.start(
        GrpcServerOptions.builder().port(0).build(),
        new Backends(retrieval, reader, live, live, FakeTextEncoders.NONE));
  }

  /** Connects to a server of {@link #serve}, with a deadline that a busy machine keeps. */
  static SearchClient clientOf(GrpcServer server) {
    return SearchClient.connect(
        ClientOptions.of("127.0.0.1:" + server.port()).withDeadline(Duration.ofSeconds(60)));
  }

  void create(String name, CollectionSettings settings, EncoderSpec encoder) {
    live.create(name, settings, encoder).join();
  }

  List<WriteResult> upsert(String name, DocumentInput... documents) {
    return live.upsert(
            name, "", List.of(documents), WaitFor.SEARCHABLE, Cancellation.NEVER, new WriteOrder())
        .join();
  }

  Deletion delete(String name, Selector selector) {
    return live.delete(name, "", selector, WaitFor.SEARCHABLE, Cancellation.NEVER).join();
  }

  List<WriteResult> update(String name, FieldsUpdate... updates) {
    return live.updateFields(name, "", List.of(updates), WaitFor.SEARCHABLE, Cancellation.NEVER)
        .join();
  }

  /** Returns all documents, read in pages. */
  List<StoredDocument> documents(String name, Selector selector, int pageSize) {
    List<StoredDocument> all = new ArrayList<>();
    while (true) {
      long after = all.isEmpty() ? 0 : all.getLast().position();
      DocumentReads.Page page =
          reader.scroll(
              name, "", selector, after, pageSize, ALL, Long.MAX_VALUE, Cancellation.NEVER);
      all.addAll(page.documents());
      if (page.isLast()) {
        return all;
      }
    }
  }

  @Override
  public void close() {
    live.close();
    catalog.close();
  }
}
