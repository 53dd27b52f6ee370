package io.siskin.server.app;

import io.siskin.index.store.Verification;
import io.siskin.server.batch.BatchedModel;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.retrieve.EncodingPipeline;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.Warmup;
import io.siskin.server.rpc.GrpcServer;
import io.siskin.server.rpc.GrpcServerOptions;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server over a data directory, put together: listens first, so that a taken port is known before
 * gigabytes are read and health checks are answered meanwhile; then opens and warms the
 * collections; then is ready. Ends in the opposite order.
 *
 * <p>Used by one thread.
 */
final class SearchServer implements AutoCloseable {
  /** How often the data directory is looked at for collections that were replaced. */
  private static final long WATCH_INTERVAL_MILLIS = 500;

  private final GrpcServerOptions options;
  private final CollectionCatalog catalog;
  private final BatchedModels models;
  private final GrpcServer grpc;

  /** Those that no collection has to have. */
  private final List<BatchedModel> openedModels = new ArrayList<>();

  private SearchServer(
      GrpcServerOptions options, CollectionCatalog catalog, BatchedModels models, GrpcServer grpc) {
    this.options = options;
    this.catalog = catalog;
    this.models = models;
    this.grpc = grpc;
  }

  /**
   * Begins to listen; reports NOT_SERVING until {@link #open} has returned.
   *
   * @param data where the collections are
   * @param options where to listen and within what limits
   * @param verification how much of each file is read before it is used
   * @param warmupMillis about how long each collection is warmed before it serves
   * @param models the models of the collections
   */
  static SearchServer listen(
      DataDirectory data,
      GrpcServerOptions options,
      Verification verification,
      long warmupMillis,
      BatchedModels models)
      throws IOException {
    CollectionCatalog catalog =
        new CollectionCatalog(data, verification, new Warmup(warmupMillis), models);
    try {
      return new SearchServer(
          options,
          catalog,
          models,
          GrpcServer.start(
              options, new RetrievalPipeline(catalog), new EncodingPipeline(catalog, models)));
    } catch (IOException failed) {
      throw isTaken(failed) ? new IOException(taken(options), failed) : failed;
    }
  }

  /**
   * Opens a model beside those of the collections, to encode texts by its name: dense ones, which
   * no collection has, and those that another server's collections need.
   *
   * @param directory the model's folder
   * @throws io.siskin.index.error.InvalidInputException when it is no model directory
   */
  void openModel(Path directory) throws IOException {
    openedModels.add(models.open(directory, ModelDirectory.read(directory).files().ref()));
  }

  /**
   * Opens all collections, begins to follow what is committed, and reports SERVING.
   *
   * @throws IOException when a collection cannot be opened: better none served than one missing
   *     without anybody noticing
   */
  void open() throws IOException {
    catalog.openAll();
    catalog.watch(WATCH_INTERVAL_MILLIS);
    grpc.markReady();
  }

  /** Returns how many collections are in service. */
  int collectionCount() {
    return catalog.names().size();
  }

  /** Returns where clients find it: {@code host:port}. */
  String address() {
    // An IPv6 address stands in brackets.
    String host = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
    return host + ":" + grpc.port();
  }

  /** Returns the Unix socket, or null for none. */
  @Nullable Path unixSocket() {
    return grpc.unixSocket();
  }

  /**
   * Finishes what was admitted and ends.
   *
   * @return whether everything admitted was finished
   */
  boolean shutdown() {
    boolean quiet = grpc.shutdown(options.shutdownGrace());
    if (quiet) {
      openedModels.forEach(BatchedModel::close);
      openedModels.clear();
      catalog.close();
    }
    // Otherwise a search is still reading the mapping, and unmapping it would end the process in
    // the worst way.
    return quiet;
  }

  @Override
  public void close() {
    boolean _ = shutdown();
  }

  private static boolean isTaken(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException
          || String.valueOf(cause.getMessage()).contains("Address already in use")) {
        return String.valueOf(cause.getMessage()).contains("in use");
      }
    }
    return false;
  }

  private static String taken(GrpcServerOptions options) {
    return "port "
        + options.port()
        + " of "
        + options.host()
        + " is taken by another program; allowed: --port with a free one, or 0 for any";
  }
}
