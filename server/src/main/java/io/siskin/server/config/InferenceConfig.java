package io.siskin.server.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What computes models. */
public record InferenceConfig(
    @Setting(
            doc =
                "What computes models. cuda and tensorrt need a build with -Pgpu and CUDA"
                    + " installed.",
            label = "NAME",
            defaultValue = "cpu",
            flags = "--encoder-provider")
        Provider provider,
    @Setting(
            doc = "Which GPU.",
            min = 0,
            max = 1_023,
            defaultValue = "0",
            flags = "--encoder-device")
        int device,
    @Setting(
            doc = "How much memory of the GPU models may take.",
            unit = "MiB",
            min = 1,
            max = Integer.MAX_VALUE,
            defaultText = "all",
            flags = "--encoder-memory-mib")
        @Nullable Integer memoryMib,
    @Setting(
            doc =
                "Whether the processor takes over where the provider is missing; the log says so.",
            flags = "--encoder-fallback")
        boolean fallback,
    @Setting(
            doc =
                "Threads that compute one batch on the processor. Raising it shortens a query and"
                    + " lets fewer run beside it.",
            min = 1,
            max = 1_024,
            defaultText =
                "one per core; 1 when documents are indexed, where batches run beside each other",
            flags = "--encoder-threads")
        @Nullable Integer threads,
    @Setting(
            doc =
                "Computes all of a model by its graph. Otherwise the projection onto the vocabulary"
                    + " and its maximum run as one kernel, where the model ends so; vectors differ"
                    + " by rounding only.",
            flags = "--encoder-graph-only")
        boolean graphOnly,
    @Setting(
            doc =
                "Where a model is that is served elsewhere, by the model's name or its folder's in"
                    + " .models, instead of the address in its remote.yaml. As an option it may be"
                    + " repeated.",
            label = "NAME=ADDRESS",
            allowed = "HOST:PORT for kserve, http://HOST:PORT for embeddings-inference",
            defaultText = "what remote.yaml says",
            flags = "--remote")
        Map<String, String> remotes) {
  /** The settings that this record declares, as they are in {@link ServerConfig}. */
  public static final SettingsTree<InferenceConfig> TREE =
      SettingsTree.of(InferenceConfig.class, "models.inference");

  /** What computes models. */
  public enum Provider {
    /** The processor. */
    CPU,
    /** An NVIDIA GPU. */
    CUDA,
    /** An NVIDIA GPU by TensorRT. */
    TENSORRT
  }
}
