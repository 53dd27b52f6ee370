package io.siskin.server.app.flags;

import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.config.InferenceConfig;
import io.siskin.server.encode.model.ModelLibrary;
import io.siskin.server.encode.onnx.ExecutionProvider;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.rank.model.Rankers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The options that say what computes the models of encoders, for commands without a server. */
@Command
public final class InferenceFlags {
  private static final int MEBIBYTE_BITS = 20;

  private final ConfigFlags flags = new ConfigFlags(InferenceConfig.TREE);
  private @Nullable CommandSpec command;

  /**
   * Adds the options to a command.
   *
   * @param mixee the command
   */
  @Spec(Spec.Target.MIXEE)
  public void addTo(CommandSpec mixee) {
    command = mixee;
    flags.addTo(mixee);
  }

  private InferenceConfig config() {
    if (command == null) {
      throw new IllegalStateException("these options belong to no command");
    }
    return InferenceConfig.TREE.make(flags.given(command));
  }

  /** Returns where a model is that is served elsewhere, or null for where its folder says. */
  public @Nullable String address(ModelRef ref) {
    var remotes = config().remotes();
    return remotes.getOrDefault(ref.folderName(), remotes.get(ref.name()));
  }

  /** Returns the models of this process, for queries. */
  public ModelLibrary forQueries() {
    return forQueries(config());
  }

  /**
   * Returns the models of a process, for queries.
   *
   * @param config what computes them
   */
  public static ModelLibrary forQueries(InferenceConfig config) {
    return new ModelLibrary(
        options(config, Runtime.getRuntime().availableProcessors()), config.remotes());
  }

  /** Returns the ranking models of this process, none of which is open yet. */
  public Rankers rankers() {
    return rankers(config(), BatchingOptions.DEFAULTS);
  }

  /**
   * Returns the ranking models of a process, none of which is open yet.
   *
   * @param config what computes them
   * @param batching how batches form
   */
  public static Rankers rankers(InferenceConfig config, BatchingOptions batching) {
    return new Rankers(options(config, Runtime.getRuntime().availableProcessors()), batching);
  }

  /** Returns the models of this process, for documents, whose batches run side by side. */
  public ModelLibrary forDocuments() {
    InferenceConfig config = config();
    return new ModelLibrary(options(config, 1), config.remotes());
  }

  /**
   * Returns how models run.
   *
   * @param threadsDefault threads a batch when nothing else is asked for
   */
  public OnnxOptions options(int threadsDefault) {
    return options(config(), threadsDefault);
  }

  private static OnnxOptions options(InferenceConfig config, int threadsDefault) {
    Integer memoryMib = config.memoryMib();
    long memoryBytes = memoryMib == null ? Long.MAX_VALUE : (long) memoryMib << MEBIBYTE_BITS;
    Integer threads = config.threads();
    return new OnnxOptions(
        switch (config.provider()) {
          case CPU -> new ExecutionProvider.Cpu();
          case CUDA -> new ExecutionProvider.Cuda(config.device(), memoryBytes);
          case TENSORRT -> new ExecutionProvider.TensorRt(config.device(), memoryBytes);
        },
        config.fallback(),
        threads == null ? threadsDefault : threads,
        OnnxOptions.Optimization.ALL,
        !config.graphOnly());
  }
}
