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
import io.siskin.server.config.AccessLogConfig;
import io.siskin.server.config.BatchingConfig;
import io.siskin.server.config.DataConfig;
import io.siskin.server.config.GrpcConfig;
import io.siskin.server.config.GrpcConfig.KeepAliveConfig;
import io.siskin.server.config.RecallSamplingConfig;
import io.siskin.server.config.SearchConfig;
import io.siskin.server.config.ServerConfig;
import io.siskin.server.config.SlowQueriesConfig;
import io.siskin.server.config.TracesConfig;
import io.siskin.server.config.WritesConfig;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.model.ModelLibrary;
import io.siskin.server.observe.AccessLogOptions;
import io.siskin.server.observe.SlowQueryOptions;
import io.siskin.server.retrieve.RecallOptions;
import io.siskin.server.retrieve.Warmup;
import io.siskin.server.rpc.GrpcServerOptions;
import io.siskin.server.trace.TraceOptions;
import io.siskin.server.write.WriteLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Makes the options of the parts of a server from its configuration. No part knows the
 * configuration, and the configuration knows no part. Pure functions.
 */
public final class ServerParts {
  private static final int MEBIBYTE_BITS = 20;
  private static final String STANDARD_OUTPUT = "-";

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
    GrpcServerOptions _ = grpc(config);
    WriteLimits _ = writes(config.writes());
    BatchingOptions _ = batching(config.batching());
    ObserveOptions _ = observe(config);
  }

  /**
   * Returns where gRPC listens, and within what limits.
   *
   * @param config the configuration
   * @throws io.siskin.index.error.InvalidInputException when there is nothing to listen on
   */
  public static GrpcServerOptions grpc(ServerConfig config) {
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

  private static GrpcServerOptions.KeepAlive keepAlive(KeepAliveConfig config) {
    return new GrpcServerOptions.KeepAlive(
        Duration.ofMillis(config.intervalMillis()),
        Duration.ofMillis(config.timeoutMillis()),
        Duration.ofMillis(config.clientIntervalMillisMin()),
        Duration.ofMillis(config.ageMillisMax()),
        Duration.ofMillis(config.ageGraceMillis()));
  }

  /**
   * Returns what is read of files before they are used.
   *
   * @param data the data directory's settings
   */
  public static Verification verification(DataConfig data) {
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
  public static Warmup warmup(DataConfig data) {
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
  public static WriteLimits writes(WritesConfig config) {
    return new WriteLimits(
        (long) config.queueMibMax() << MEBIBYTE_BITS,
        config.growingDocumentsMax(),
        (long) config.growingMibMax() << MEBIBYTE_BITS,
        TimeUnit.SECONDS.toNanos(config.growingSecondsMax()),
        TimeUnit.SECONDS.toNanos(config.idleSecondsMax()));
  }

  /**
   * Returns what is written down about the server's work.
   *
   * @param config the configuration
   */
  public static ObserveOptions observe(ServerConfig config) {
    SlowQueriesConfig slow = config.slowQueries();
    TracesConfig traces = config.traces();
    RecallSamplingConfig recall = config.recallSampling();
    return new ObserveOptions(
        accessLog(config.accessLog()),
        new SlowQueryOptions(
            slow.limitMillis(), slow.countMax(), slow.mibMax() << MEBIBYTE_BITS, slow.queries()),
        new TraceOptions(
            traces.enabled(),
            Objects.requireNonNullElse(traces.endpoint(), ""),
            traces.sampleRatio(),
            Objects.requireNonNullElse(traces.serviceName(), "")),
        new RecallOptions(recall.share(), recall.processorShare()));
  }

  private static AccessLogOptions accessLog(AccessLogConfig config) {
    Path path = config.path();
    AccessLogOptions.Destination destination;
    if (path == null) {
      destination = new AccessLogOptions.Destination.Off();
    } else if (path.toString().equals(STANDARD_OUTPUT)) {
      destination = new AccessLogOptions.Destination.StandardOutput();
    } else {
      destination =
          new AccessLogOptions.Destination.File(
              path, (long) config.fileMibMax() << MEBIBYTE_BITS, config.fileCountMax());
    }
    return new AccessLogOptions(destination, config.queries(), config.queueCapacity());
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
