/**
 * The inner loops of searches. No other package of this module uses {@code jdk.incubator.vector}.
 * Each kernel is an interface whose documentation gives the loop that it computes. It has a {@code
 * Scalar} implementation that is easy to check and a {@code Panama} implementation that is fast.
 * {@link io.siskin.index.kernel.KernelProvider} chooses one of them once per process. Kernels do
 * not check their arguments. The caller checks them once per block.
 */
@NullMarked
package io.siskin.index.kernel;

import org.jspecify.annotations.NullMarked;
