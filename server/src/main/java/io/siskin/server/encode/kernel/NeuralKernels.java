package io.siskin.server.encode.kernel;

import io.siskin.index.kernel.KernelProvider;

/**
 * Hands out the kernels that turn a model's output into a sparse vector: scalar ones or SIMD ones,
 * as {@link KernelProvider} has chosen for the whole process.
 *
 * <p>All of them are stateless and safe to share.
 */
public final class NeuralKernels {
  private NeuralKernels() {}

  /**
   * Returns the kernel that pools logits.
   *
   * @param kernels which implementation to take
   */
  public static PoolingKernel pooling(KernelProvider kernels) {
    return kernels.simd() ? new PanamaPoolingKernel() : new ScalarPoolingKernel();
  }

  /**
   * Returns the kernel that projects hidden states onto a vocabulary.
   *
   * @param kernels which implementation to take
   */
  public static ProjectionKernel projection(KernelProvider kernels) {
    return kernels.simd() ? new PanamaProjectionKernel() : new ScalarProjectionKernel();
  }
}
