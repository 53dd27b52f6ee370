package io.siskin.server.app.flags;

import io.siskin.server.encode.model.ModelLibrary;
import io.siskin.server.encode.onnx.ExecutionProvider;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.spec.ModelRef;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what computes the models of encoders. */
public final class InferenceFlags {
  private static final int MEBIBYTE_BITS = 20;

  /** What {@code --encoder-provider} may be. */
  public enum Provider {
    /** The processor. */
    CPU,
    /** An NVIDIA GPU. */
    CUDA,
    /** An NVIDIA GPU by TensorRT. */
    TENSORRT
  }

  @Option(
      names = "--encoder-provider",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description =
          "What computes models: cpu, cuda, tensorrt (both need a build with -Pgpu and CUDA"
              + " installed). Default: ${DEFAULT-VALUE}.")
  private Provider provider = Provider.CPU;

  @Option(
      names = "--encoder-device",
      paramLabel = "N",
      defaultValue = "0",
      description = "Which GPU, 0 or more. Default: ${DEFAULT-VALUE}.")
  private int device;

  @Option(
      names = "--encoder-memory-mib",
      paramLabel = "N",
      description = "How much memory of the GPU models may take, in MiB, 1 or more. Default: all.")
  private @Nullable Integer memoryMebibytes;

  @Option(
      names = "--encoder-fallback",
      description = "Where the provider is missing, the processor takes over and the log says so.")
  private boolean fallback;

  @Option(
      names = "--encoder-threads",
      paramLabel = "N",
      description =
          "Threads that compute one batch on the processor, 1 to 1024. Raising it shortens a query"
              + " and lets fewer run beside it. Default: one per core; 1 when documents are"
              + " indexed, where batches run beside each other.")
  private @Nullable Integer threads;

  @Option(
      names = "--encoder-graph-only",
      description =
          "Computes all of a model by its graph. Otherwise the projection onto the vocabulary and"
              + " its maximum run as one kernel, where the model ends so; vectors differ by"
              + " rounding only.")
  private boolean graphOnly;

  @Option(
      names = "--remote",
      paramLabel = "NAME=ADDRESS",
      description =
          "Where a model is that is served elsewhere, by the model's name or its folder's in"
              + " .models, instead of the address in its remote.yaml: HOST:PORT for kserve,"
              + " http://HOST:PORT for embeddings-inference. May be repeated. Default: what"
              + " remote.yaml says.")
  private Map<String, String> remotes = Map.of();

  /** Returns where a model is that is served elsewhere, or null for where its folder says. */
  public @Nullable String address(ModelRef ref) {
    return remotes.getOrDefault(ref.folderName(), remotes.get(ref.name()));
  }

  /** Returns the models of this process, for queries. */
  public ModelLibrary forQueries() {
    return new ModelLibrary(options(Runtime.getRuntime().availableProcessors()), remotes);
  }

  /** Returns the models of this process, for documents, whose batches run side by side. */
  public ModelLibrary forDocuments() {
    return new ModelLibrary(options(1), remotes);
  }

  /**
   * Returns how models run.
   *
   * @param threadsDefault threads a batch when nothing else is asked for
   */
  public OnnxOptions options(int threadsDefault) {
    long memory =
        memoryMebibytes == null ? Long.MAX_VALUE : (long) memoryMebibytes << MEBIBYTE_BITS;
    return new OnnxOptions(
        switch (provider) {
          case CPU -> new ExecutionProvider.Cpu();
          case CUDA -> new ExecutionProvider.Cuda(device, memory);
          case TENSORRT -> new ExecutionProvider.TensorRt(device, memory);
        },
        fallback,
        threads == null ? threadsDefault : threads,
        OnnxOptions.Optimization.ALL,
        !graphOnly);
  }
}
