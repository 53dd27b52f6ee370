package io.siskin.server.app.serving;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.store.Verification;
import io.siskin.server.app.output.StandardOutputLines;
import io.siskin.server.app.process.Version;
import io.siskin.server.batch.BatchedModel;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingMetrics;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionState;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.ServerLock;
import io.siskin.server.counters.HttpCounts;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.http.HttpOptions;
import io.siskin.server.http.HttpServer;
import io.siskin.server.http.Page;
import io.siskin.server.http.Site;
import io.siskin.server.metrics.MetricSources;
import io.siskin.server.metrics.MetricsPage;
import io.siskin.server.rank.model.RankerYaml;
import io.siskin.server.rank.model.Rankers;
import io.siskin.server.retrieve.DocumentReader;
import io.siskin.server.retrieve.EncodingPipeline;
import io.siskin.server.retrieve.RecallSampler;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.rpc.Backends;
import io.siskin.server.rpc.GrpcServer;
import io.siskin.server.rpc.GrpcServerOptions;
import io.siskin.server.rpc.observe.Observation;
import io.siskin.server.rpc.service.ServerFacts;
import io.siskin.server.write.LiveCollections;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server over a data directory, put together: listens first, so that a taken port is known before
 * gigabytes are read and health checks are answered meanwhile; then opens and warms the
 * collections; then is ready. Ends in the opposite order.
 *
 * <p>Used by one thread.
 */
public final class SearchServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SearchServer.class);

  /** How often the data directory is looked at for collections that were replaced. */
  private static final long WATCH_INTERVAL_MILLIS = 500;

  /** How long clients of HTTP get to take the last answers. */
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);

  private static final int OK = 200;
  private static final int SERVER_ERROR = 500;

  private final GrpcServerOptions options;
  private final ServerLock lock;
  private final CollectionCatalog catalog;
  private final BatchedModels models;
  private final LiveCollections live;
  private final GrpcServer grpc;
  private final ServerSecurity security;
  private final Observation observation;
  private final RecallSampler sampler;
  private final Rankers rankers;

  /** Those that no collection has to have. */
  private final List<BatchedModel> openedModels = new ArrayList<>();

  private final MetricsPage metricsPage;
  // Read by the thread that makes the page of metrics too.
  private volatile @Nullable HttpServer metrics;
  private volatile @Nullable HttpServer http;

  private SearchServer(
      GrpcServerOptions options,
      ServerLock lock,
      CollectionCatalog catalog,
      BatchedModels models,
      RetrievalPipeline retrieval,
      LiveCollections live,
      GrpcServer grpc,
      ServerSecurity security,
      Observation observation,
      RecallSampler sampler,
      Rankers rankers) {
    this.rankers = rankers;
    this.options = options;
    this.lock = lock;
    this.catalog = catalog;
    this.models = models;
    this.live = live;
    this.grpc = grpc;
    this.security = security;
    this.observation = observation;
    this.sampler = sampler;
    this.metricsPage =
        new MetricsPage(
            new MetricSources(
                Version.number(),
                KernelProvider.current().description(),
                grpc::counts,
                retrieval::collections,
                retrieval::counts,
                () -> retrieval.stageTotals().counts(),
                live::counts,
                () -> catalog.filters().metrics(),
                () -> {
                  Map<String, BatchingMetrics> all = new LinkedHashMap<>(models.metrics());
                  all.putAll(rankers.metrics());
                  return all;
                },
                models::cacheMetrics,
                models::storeMetrics,
                catalog::scrubCounts,
                observation::counts,
                sampler::counts,
                () -> Map.of("grpc", GrpcServer.buffers(), "http", HttpServer.buffers()),
                this::httpCounts,
                grpc::accessCounts,
                security::certificate));
  }

  /**
   * Begins to listen; reports NOT_SERVING until {@link #open} has returned.
   *
   * @param data where the collections are
   * @param options the options of the parts
   * @param models the models of the collections
   * @param rankers the ranking models, which the server closes
   * @param security who may call, and how connections are encrypted; closed by its owner, after the
   *     server
   * @throws IOException when the address cannot be listened on, or another server serves the data
   *     directory
   */
  public static SearchServer listen(
      DataDirectory data,
      ServingOptions options,
      BatchedModels models,
      Rankers rankers,
      ServerSecurity security)
      throws IOException {
    ServerLock lock = ServerLock.take(data);
    ObserveOptions observe = options.observe();
    Observation observation = observation(observe, lock);
    CollectionCatalog catalog =
        new CollectionCatalog(data, options.verification(), options.warmup(), models);
    LiveCollections live = new LiveCollections(data, catalog, models, options.writes());
    // Which searches are sampled shall differ from start to start.
    RecallSampler sampler = RecallSampler.start(observe.recall(), System.nanoTime());
    RetrievalPipeline retrieval = new RetrievalPipeline(catalog, live::counts, sampler, rankers);
    boolean listens = false;
    try {
      GrpcServer grpc =
          GrpcServer.start(
              options.grpc(),
              new Backends(
                  retrieval,
                  new DocumentReader(catalog, live::refresh),
                  live,
                  live,
                  new EncodingPipeline(catalog, models)),
              new ServerFacts(
                  Version.number(), Instant.now(), KernelProvider.current().description()),
              security.protection(),
              observation);
      listens = true;
      live.pace().follow(grpc::hasWaitingSearches);
      catalog.onStateChange((name, state) -> report(grpc, sampler, name, state));
      return new SearchServer(
          options.grpc(),
          lock,
          catalog,
          models,
          retrieval,
          live,
          grpc,
          security,
          observation,
          sampler,
          rankers);
    } catch (IOException failed) {
      throw isTaken(failed)
          ? new IOException(
              taken(options.grpc().listening().host(), options.grpc().listening().port(), "--port"),
              failed)
          : failed;
    } finally {
      if (!listens) {
        sampler.close();
        live.close();
        observation.close();
        lock.close();
      }
    }
  }

  /**
   * Begins to listen with the usual limits, see {@link ServingOptions#of}.
   *
   * @param data where the collections are
   * @param options where to listen and within what limits
   * @param verification how much of each file is read before it is used
   * @param warmupMillis about how long each collection is searched before it serves
   * @param models the models of the collections
   */
  public static SearchServer listen(
      DataDirectory data,
      GrpcServerOptions options,
      Verification verification,
      long warmupMillis,
      BatchedModels models)
      throws IOException {
    return listen(
        data,
        ServingOptions.of(options, verification, warmupMillis),
        models,
        new Rankers(OnnxOptions.cpu(1)),
        ServerSecurity.NONE);
  }

  /** Starts what is written down; the lock is given back when that fails. */
  private static Observation observation(ObserveOptions observe, ServerLock lock)
      throws IOException {
    boolean starts = false;
    try {
      Observation observation =
          Observation.start(
              observe.accessLog(),
              observe.slowQueries(),
              observe.traces(),
              StandardOutputLines::new);
      starts = true;
      return observation;
    } finally {
      if (!starts) {
        lock.close();
      }
    }
  }

  private static void report(
      GrpcServer grpc, RecallSampler sampler, String collection, CollectionState state) {
    switch (state) {
      case SERVING -> grpc.setServing(collection, true);
      case DAMAGED -> grpc.setServing(collection, false);
      case REMOVED -> {
        grpc.clearServing(collection);
        sampler.forget(collection);
      }
    }
  }

  /**
   * Verifies all files again and again in the background, from now on. A flipped byte that no
   * search meets is found by nothing else.
   *
   * @param bytesPerSecond how fast files are read, 1 or more
   */
  public void scrub(long bytesPerSecond) {
    catalog.scrub(bytesPerSecond);
  }

  /**
   * Shows what the server does, until it has ended.
   *
   * @param host the address to listen on
   * @param port the port, 0 for any free one
   * @throws IOException when the address cannot be listened on
   */
  public void showMetrics(String host, int port) throws IOException {
    HttpOptions metricsOptions =
        HttpOptions.DEFAULTS.forMetrics(host, port).withTls(security.protection().tls());
    metrics =
        startHttp(
            metricsOptions,
            Site.builder(metricsOptions)
                .readiness(this::readiness)
                .metrics(this::metricsPage, new MetricsDoor(grpc))
                .build(),
            "--metrics-port");
  }

  private Page metricsPage(@Nullable String accept) {
    MetricsPage.Written written = metricsPage.write(accept);
    return new Page(written.isWhole() ? OK : SERVER_ERROR, written.type(), written.body());
  }

  /**
   * Serves HTTP too, until the server has ended: REST, the console, health checks.
   *
   * @param httpOptions where to listen and within what limits
   * @param showsMetrics whether it shows metrics too
   * @throws IOException when the address cannot be listened on
   */
  public void serveHttp(HttpOptions httpOptions, boolean showsMetrics) throws IOException {
    Site.Builder site =
        Site.builder(httpOptions).rest(grpc.gateway(), Version.number()).readiness(this::readiness);
    if (showsMetrics) {
      site.metrics(this::metricsPage, new MetricsDoor(grpc));
    }
    http = startHttp(httpOptions.withTls(security.protection().tls()), site.build(), "--http-port");
  }

  private static HttpServer startHttp(HttpOptions httpOptions, Site site, String option)
      throws IOException {
    try {
      return HttpServer.start(httpOptions, site);
    } catch (IOException failed) {
      HttpOptions.Listening listening = httpOptions.listening();
      throw isTaken(failed)
          ? new IOException(taken(listening.host(), listening.port(), option), failed)
          : failed;
    }
  }

  private Map<String, HttpCounts> httpCounts() {
    Map<String, HttpCounts> counts = new LinkedHashMap<>();
    HttpServer api = http;
    HttpServer page = metrics;
    if (api != null) {
      counts.put("http", api.counts());
    }
    if (page != null) {
      counts.put("metrics", page.counts());
    }
    return counts;
  }

  private Site.Readiness readiness() {
    return switch (grpc.readiness()) {
      case STARTING -> Site.Readiness.STARTING;
      case SERVING -> Site.Readiness.SERVING;
      case DRAINING -> Site.Readiness.DRAINING;
    };
  }

  /** Returns the port of HTTP; 0 for none. */
  public int httpPort() {
    return http == null ? 0 : http.port();
  }

  /**
   * Opens a model beside those of the collections: one that ranks, or one to encode texts by its
   * name. Such are dense ones, which no collection has, and those that another server's collections
   * need.
   *
   * @param directory the model's folder
   * @throws io.siskin.index.error.InvalidInputException when it is no model directory
   */
  public void openModel(Path directory) throws IOException {
    if (RankerYaml.isIn(directory)) {
      rankers.open(directory);
    } else {
      openedModels.add(models.open(directory, ModelDirectory.filesOf(directory).ref()));
    }
  }

  /**
   * Brings into segments what only the logs have, opens all collections, begins to follow what is
   * committed, and reports SERVING.
   *
   * @throws IOException when a collection cannot be opened: better none served than one missing
   *     without anybody noticing
   */
  public void open() throws IOException {
    live.recoverAll();
    catalog.openAll();
    catalog.watch(WATCH_INTERVAL_MILLIS);
    grpc.markReady();
  }

  /** Returns how many collections are in service. */
  public int collectionCount() {
    return catalog.names().size();
  }

  /** Returns where clients find it: {@code host:port}. */
  public String address() {
    return address(options.listening().host(), grpc.port());
  }

  /** Returns whether connections over TCP are encrypted. */
  public boolean isEncrypted() {
    return security.protection().tls() != null;
  }

  /** Returns the port where metrics are shown; 0 for none. */
  public int metricsPort() {
    return metrics == null ? 0 : metrics.port();
  }

  /** Writes an address; an IPv6 one stands in brackets. */
  public static String address(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** Returns the Unix socket, or null for none. */
  public @Nullable Path unixSocket() {
    return grpc.unixSocket();
  }

  /**
   * Finishes what was admitted and ends.
   *
   * @return whether everything admitted was finished
   */
  public boolean shutdown() {
    boolean quiet = grpc.shutdown(options.shutdown().grace());
    sampler.close();
    observation.close();
    if (http != null) {
      // After the calls that it made: what is left to do is to send their answers.
      http.shutdown(LAST_ANSWERS);
      http = null;
    }
    if (metrics != null) {
      // After the searches, so that an end that takes its time can be watched.
      metrics.shutdown(LAST_ANSWERS);
      metrics = null;
    }
    metricsPage.close();
    if (quiet) {
      openedModels.forEach(BatchedModel::close);
      openedModels.clear();
      rankers.close();
      live.close();
      catalog.close();
      release(lock);
    }
    // Otherwise a search is still reading the mapping, and unmapping it would end the process in
    // the worst way.
    return quiet;
  }

  private static void release(ServerLock lock) {
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("the lock of the data directory could not be released", e);
    }
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

  private static String taken(String host, int port, String option) {
    return "port "
        + port
        + " of "
        + host
        + " is taken by another program; allowed: "
        + option
        + " with a free one, or 0 for any";
  }
}
