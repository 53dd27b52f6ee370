package io.siskin.server.encode.model;

import io.siskin.index.kernel.KernelProvider;
import io.siskin.server.encode.kernel.NeuralKernels;
import io.siskin.server.encode.kernel.VocabularyProjection;
import io.siskin.server.encode.onnx.ExecutionProvider;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.onnx.OnnxSession;
import io.siskin.server.encode.onnx.graph.ProjectionCut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model's file, open: as it is, or with its projection onto the vocabulary cut off, where the
 * kernel takes that over.
 *
 * @param session what the runtime computes
 * @param output the output of it that is read
 * @param projection what was cut off; null for a model as it is
 */
record ModelSession(OnnxSession session, String output, @Nullable VocabularyProjection projection) {
  private static final Logger LOG = LoggerFactory.getLogger(ModelSession.class);

  /** The file is read into the heap, written anew, and its projection packed there. */
  private static final int HEAP_SHARE = 6;

  /**
   * Opens a model's file.
   *
   * @throws io.siskin.index.error.InvalidInputException as {@link OnnxSession#open}
   */
  static ModelSession open(ModelDirectory directory, OnnxOptions options) throws IOException {
    Path file = directory.files().directory().resolve(directory.config().modelFile());
    String output = directory.config().output();
    if (mayFuse(directory.config(), options, file)) {
      switch (ProjectionCut.of(Files.readAllBytes(file), output)) {
        case ProjectionCut.Parts parts -> {
          LOG.info(
              "{}: projection of {} units onto {} terms fused with its maximum",
              file,
              parts.hiddenSize(),
              parts.termCount());
          return fused(file, parts, options);
        }
        case ProjectionCut.Refused refused ->
            LOG.info("{}: the projection stays in the graph: {}", file, refused.reason());
      }
    }
    return new ModelSession(OnnxSession.open(file, options), output, null);
  }

  private static boolean mayFuse(ModelConfig config, OnnxOptions options, Path file)
      throws IOException {
    return options.fuseProjection()
        && options.provider() instanceof ExecutionProvider.Cpu
        && KernelProvider.current().simd()
        && config.reading() instanceof Reading.Terms terms
        && !terms.pooled()
        && terms.pooling() == Reading.Pooling.MAX
        && terms.positionTopK() == 0
        && config.externalData().isEmpty()
        && Files.size(file) < Runtime.getRuntime().maxMemory() / HEAP_SHARE;
  }

  private static ModelSession fused(Path file, ProjectionCut.Parts parts, OnnxOptions options) {
    VocabularyProjection projection =
        VocabularyProjection.pack(
            parts.weights(),
            parts.byTerm()
                ? VocabularyProjection.Layout.BY_TERM
                : VocabularyProjection.Layout.BY_HIDDEN,
            parts.termCount(),
            parts.hiddenSize(),
            parts.bias(),
            NeuralKernels.projection(KernelProvider.current()));
    return new ModelSession(
        OnnxSession.open(file.toString(), parts.model(), options), parts.hidden(), projection);
  }
}
