package io.siskin.server.config;

import java.util.Map;

/**
 * All settings of {@code siskin serve}. Immutable.
 *
 * @param data the data directory and how its files are read
 * @param grpc the gRPC listener
 * @param http the HTTP listener
 * @param metrics the listener for metrics
 * @param search how searches share the processor
 * @param limits what one caller may ask for, and how many connections there may be
 * @param writes how much memory and time writes may take
 * @param models the models that encode texts
 * @param batching how texts of many callers share one model
 * @param encodings where encodings are kept over a restart
 * @param shutdown how the server ends
 * @param accessLog the line that is written for each call
 * @param slowQueries the slow searches that are remembered
 * @param traces what is sent to a collector of traces
 * @param recallSampling the searches that are searched again exactly
 */
public record ServerConfig(
    @Section("The data directory, and how its files are read.") DataConfig data,
    @Section("The gRPC listener.") GrpcConfig grpc,
    @Section("The HTTP listener: REST, the console and health checks.") HttpConfig http,
    @Section("The listener for metrics, over HTTP.") MetricsConfig metrics,
    @Section("How searches share the processor.") SearchConfig search,
    @Section("What one caller may ask for, and how many connections there may be.")
        LimitsConfig limits,
    @Section("How much memory and time the writes of one collection may take.") WritesConfig writes,
    @Section("The models that encode texts, and what computes them.") ModelsConfig models,
    @Section("How texts of many callers are put into batches for a model.") BatchingConfig batching,
    @Section("Where encodings are kept over a restart.") EncodingsConfig encodings,
    @Section("How the server ends after a signal.") ShutdownConfig shutdown,
    @Section("A line for each call, in JSON.") AccessLogConfig accessLog,
    @Section("The slow searches that the server remembers.") SlowQueriesConfig slowQueries,
    @Section("Traces, which are sent to a collector by OTLP over HTTP.") TracesConfig traces,
    @Section("Approximate searches that are searched again exactly, to measure their recall.")
        RecallSamplingConfig recallSampling) {
  /** The settings that the tree declares. */
  public static final SettingsTree<ServerConfig> TREE = SettingsTree.of(ServerConfig.class);

  /**
   * Returns a configuration with everything at its default, except some values.
   *
   * @param texts values by path, such as {@code grpc.port}
   */
  public static ServerConfig of(Map<String, String> texts) {
    return ConfigSources.of(TREE, texts);
  }
}
