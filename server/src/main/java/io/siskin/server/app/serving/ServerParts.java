package io.siskin.server.app.serving;

import io.siskin.index.store.Verification;
import io.siskin.server.app.flags.EncodingStoreFlags;
import io.siskin.server.app.flags.InferenceFlags;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.StoredEncodings;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.Preload;
import io.siskin.server.config.BatchingConfig;
import io.siskin.server.config.DataConfig;
import io.siskin.server.config.GrpcConfig;
import io.siskin.server.config.GrpcConfig.KeepAliveConfig;
import io.siskin.server.config.HttpConfig;
import io.siskin.server.config.HttpConfig.HttpLimitsConfig;
import io.siskin.server.config.LimitsConfig;
import io.siskin.server.config.SearchConfig;
import io.siskin.server.config.ServerConfig;
import io.siskin.server.config.WritesConfig;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.model.ModelLibrary;
import io.siskin.server.http.HttpOptions;
import io.siskin.server.rank.model.Rankers;
import io.siskin.server.retrieve.Warmup;
import io.siskin.server.rpc.GrpcServerOptions;
import io.siskin.server.rpc.admission.RateLimits;
import io.siskin.server.write.WriteLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes the options of the parts of a server from its configuration. No part knows the
 * configuration, and the configuration knows no part. Pure functions.
 */
public final class ServerParts {
  private static final int MEBIBYTE_BITS = 20;
  private static final int PORT_MAX = 65_535;

  private ServerParts() {}

  /**
   * Checks all that can be checked without opening a port or a collection.
   *
   * @param config the configuration
   * @throws io.siskin.index.error.InvalidInputException when values do not fit each other, or when
   *     the server would be open to others than its machine
   * @throws IOException when a certificate cannot be read
   */
  public static void check(ServerConfig config) throws IOException {
    ServerSecurity.check(config);
    ServingOptions _ = options(config);
    HttpOptions _ = http(config);
    BatchingOptions _ = batching(config.batching());
  }

  /**
   * Returns the options of the parts of a server.
   *
   * @param config the configuration
   * @throws io.siskin.index.error.InvalidInputException when values do not fit each other
   */
  public static ServingOptions options(ServerConfig config) {
    return new ServingOptions(
        grpc(config),
        verification(config.data()),
        warmup(config.data()),
        writes(config.writes()),
        ObserveOptions.DEFAULTS);
  }

  /**
   * Returns where gRPC listens, and within what limits.
   *
   * @param config the configuration
   * @throws io.siskin.index.error.InvalidInputException when there is nothing to listen on
   */
  private static GrpcServerOptions grpc(ServerConfig config) {
    GrpcConfig grpc = config.grpc();
    SearchConfig search = config.search();
    GrpcServerOptions.Builder builder =
        GrpcServerOptions.builder()
            .host(grpc.host())
            .port(grpc.port())
            .unixSocket(grpc.unixSocket())
            .requestBytesMax(grpc.requestBytesMax())
            .responseBytesMax(grpc.responseBytesMax())
            .streamInFlightMax(grpc.streamInFlightMax())
            .retryDelay(Duration.ofMillis(grpc.retryDelayMillis()))
            .keepAlive(keepAlive(grpc.keepAlive()))
            .connections(connections(config.limits()))
            .rates(rates(config.limits()))
            .inlinePostingsMax(search.smallPostingsMax())
            .drainDelay(Duration.ofMillis(config.shutdown().drainDelayMillis()))
            .shutdownGrace(Duration.ofMillis(config.shutdown().graceMillis()));
    if (search.threads() != null) {
      builder.searchThreads(search.threads());
    }
    if (search.queueCapacity() != null) {
      builder.searchQueueCapacity(search.queueCapacity());
    }
    if (search.networkThreads() != null) {
      builder.eventLoopThreads(search.networkThreads());
    }
    if (grpc.callsPerConnectionMax() != null) {
      builder.callsPerConnectionMax(grpc.callsPerConnectionMax());
    }
    return builder.build();
  }

  private static GrpcServerOptions.Connections connections(LimitsConfig config) {
    return new GrpcServerOptions.Connections(
        config.connectionsMax(),
        config.connectionsPerAddressMax(),
        Duration.ofMillis(config.handshakeMillisMax()),
        Duration.ofMillis(config.idleMillisMax()),
        config.unreadBytesMax(),
        config.unreadBytesTotalMax());
  }

  private static RateLimits rates(LimitsConfig config) {
    return new RateLimits(
        config.requestsPerSecond(),
        config.requestBurst(),
        config.documentsPerSecond(),
        config.documentBurst());
  }

  private static GrpcServerOptions.KeepAlive keepAlive(KeepAliveConfig config) {
    return new GrpcServerOptions.KeepAlive(
        Duration.ofMillis(config.intervalMillis()),
        Duration.ofMillis(config.timeoutMillis()),
        Duration.ofMillis(config.clientIntervalMillisMin()),
        Duration.ofMillis(config.ageMillisMax()),
        Duration.ofMillis(config.ageGraceMillis()));
  }

  /**
   * Returns where HTTP listens, and within what limits.
   *
   * @param config the configuration
   * @return the options; null where it does not listen
   * @throws io.siskin.index.error.InvalidInputException when values do not fit each other
   */
  public static @Nullable HttpOptions http(ServerConfig config) {
    HttpConfig http = config.http();
    int port = httpPort(config);
    if (port < 0) {
      return null;
    }
    HttpLimitsConfig limits = http.limits();
    HttpOptions.Listening listening = HttpOptions.DEFAULTS.at(http.host(), port).listening();
    return new HttpOptions(
        http.threads() == null
            ? listening
            : new HttpOptions.Listening(http.host(), port, http.threads(), listening.tls()),
        new HttpOptions.Limits(
            limits.connectionsMax(),
            limits.connectionsPerAddressMax(),
            limits.headBytesMax(),
            limits.headerCountMax(),
            limits.bodyBytesMax(),
            (long) limits.heldMibMax() << MEBIBYTE_BITS,
            limits.pipelinedMax()),
        new HttpOptions.Times(
            Duration.ofMillis(limits.idleMillis()),
            Duration.ofMillis(limits.requestMillis()),
            Duration.ofMillis(limits.answerMillis()),
            limits.bytesPerSecondMin()),
        new HttpOptions.Browsers(http.origins(), http.hosts(), http.console()));
  }

  /** Returns the port of HTTP; negative for none. */
  static int httpPort(ServerConfig config) {
    Integer given = config.http().port();
    if (given != null) {
      return given;
    }
    int grpc = config.grpc().port();
    return grpc <= 0 ? grpc : Math.min(grpc + 1, PORT_MAX);
  }

  /**
   * Tells whether the port of HTTP shows metrics.
   *
   * @param config the settings of HTTP
   */
  public static boolean showsMetrics(HttpConfig config) {
    return config.metrics() == null ? HttpOptions.isLoopback(config.host()) : config.metrics();
  }

  /**
   * Returns what is read of files before they are used.
   *
   * @param data the data directory's settings
   */
  private static Verification verification(DataConfig data) {
    return switch (data.verify()) {
      case FULL -> Verification.FULL;
      case STRUCTURE -> Verification.STRUCTURE;
    };
  }

  /**
   * Returns what gets collections ready before they serve.
   *
   * @param data the data directory's settings
   */
  private static Warmup warmup(DataConfig data) {
    DataConfig.Preloading asked = data.preload();
    boolean touches =
        asked == null
            ? data.verify() == DataConfig.Verify.FULL
            : asked == DataConfig.Preloading.TOUCH;
    return new Warmup(data.warmupMillis(), touches ? Preload.TOUCH : Preload.NONE);
  }

  /**
   * Returns how much memory and time the writes of one collection may take.
   *
   * @param config the limits
   */
  private static WriteLimits writes(WritesConfig config) {
    return new WriteLimits(
        (long) config.queueMibMax() << MEBIBYTE_BITS,
        config.growingDocumentsMax(),
        (long) config.growingMibMax() << MEBIBYTE_BITS,
        TimeUnit.SECONDS.toNanos(config.growingSecondsMax()),
        TimeUnit.SECONDS.toNanos(config.idleSecondsMax()));
  }

  /**
   * Returns the models of a server, for queries.
   *
   * @param config the configuration
   */
  public static ModelLibrary models(ServerConfig config) {
    return InferenceFlags.forQueries(config.models().inference());
  }

  /**
   * Returns the ranking models of a server, none of which is open yet.
   *
   * @param config the configuration
   */
  public static Rankers rankers(ServerConfig config) {
    return InferenceFlags.rankers(config.models().inference(), batching(config.batching()));
  }

  /**
   * Prepares the store of encodings.
   *
   * @param config the configuration
   * @param data the data directory
   * @return the store, which the caller closes
   */
  public static StoredEncodings encodings(ServerConfig config, DataDirectory data) {
    return EncodingStoreFlags.of(config.encodings(), data);
  }

  /**
   * Puts a front end before each model.
   *
   * @param config how batches form
   * @param models opens the models
   * @param stored the encodings that outlive the process; the caller closes them after the models
   */
  public static BatchedModels batching(
      BatchingConfig config, TextModels models, StoredEncodings stored) {
    return new BatchedModels(
        models,
        batching(config),
        new EncodingCache((long) config.cacheMib() << MEBIBYTE_BITS, stored));
  }

  private static BatchingOptions batching(BatchingConfig config) {
    return new BatchingOptions(
        config.tokensMax(),
        config.textsMax(),
        config.millisMax(),
        config.queueCapacity(),
        config.delayMicrosMax(),
        config.tokenizerThreads(),
        config.workers());
  }
}
