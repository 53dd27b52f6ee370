package io.siskin.index.kernel;

import io.siskin.index.error.InvalidInputException;
import java.util.Locale;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses which implementation of the kernels this process runs. The choice is made once, at the
 * first use, and is logged.
 *
 * <p>Two system properties force the choice: {@code siskin.kernels} ({@code auto}, {@code scalar}
 * or {@code panama}) and {@code siskin.kernels.bits} (vector width 128, 256 or 512; the machine's
 * preferred width otherwise). In {@code auto} the SIMD kernels are taken when the Vector API can be
 * loaded; when it cannot, a warning in the log says why. They are not timed against their scalar
 * twins first: that made the searches after it 1.7 times slower (ADR 0008).
 */
public final class KernelProvider {
  private static final Logger LOG = LoggerFactory.getLogger(KernelProvider.class);
  private static final KernelProvider CURRENT = choose();

  private final boolean simd;
  private final int vectorBits;
  private final String reason;
  private final Supplier<ForwardKernel> forward;
  private final BlockMaxKernels blockMax;

  private KernelProvider(
      boolean simd,
      int vectorBits,
      String reason,
      Supplier<ForwardKernel> forward,
      BlockMaxKernels blockMax) {
    this.simd = simd;
    this.vectorBits = vectorBits;
    this.reason = reason;
    this.forward = forward;
    this.blockMax = blockMax;
  }

  /** Returns the choice of this process. */
  public static KernelProvider current() {
    return CURRENT;
  }

  /**
   * Returns the kernels of one implementation, independent of the choice of this process.
   * Benchmarks and tests use it to compare the two.
   *
   * @param panama whether the SIMD kernels are wanted; they need the Vector API
   * @throws IllegalStateException when they are wanted and the Vector API cannot be loaded
   */
  public static KernelProvider of(boolean panama) {
    return panama ? panama("asked for") : scalar("asked for");
  }

  /** Returns whether SIMD kernels are in use. */
  public boolean simd() {
    return simd;
  }

  /** Returns the width of the vectors in bits, or 0 for scalar kernels. */
  public int vectorBits() {
    return vectorBits;
  }

  /**
   * Returns a new kernel that scores documents with the forward index. Only one thread may use it.
   */
  public ForwardKernel newForwardKernel() {
    return forward.get();
  }

  /** Returns the kernels of block-max evaluation. They are safe for concurrent use. */
  public BlockMaxKernels blockMaxKernels() {
    return blockMax;
  }

  /** Returns the kernel that scores summaries. It is safe for concurrent use. */
  public SummaryKernel summaryKernel() {
    return simd ? new PanamaSummaryKernel() : new ScalarSummaryKernel();
  }

  /** Returns the kernel of impact-ordered posting lists. It is safe for concurrent use. */
  public ImpactKernel impactKernel() {
    return simd ? new PanamaImpactKernel() : new ScalarImpactKernel();
  }

  /**
   * Returns a new kernel of inner products with dense vectors. Only one thread may use it at a
   * time.
   */
  public DenseKernel newDenseKernel() {
    return simd ? new PanamaDenseKernel() : new ScalarDenseKernel();
  }

  /**
   * Returns the choice and its reason in words. The log, {@code inspect} and the status of the
   * server show it.
   */
  public String description() {
    return (simd ? "panama " + vectorBits + " bit" : "scalar")
        + " ("
        + reason
        + "), forward "
        + newForwardKernel().getClass().getSimpleName();
  }

  private static KernelProvider choose() {
    String wanted = System.getProperty("siskin.kernels", "auto").toLowerCase(Locale.ROOT);
    KernelProvider provider =
        switch (wanted) {
          case "scalar" -> scalar("forced by siskin.kernels");
          case "panama" -> panama("forced by siskin.kernels");
          case "auto" -> automatic();
          default ->
              throw new InvalidInputException("siskin.kernels", wanted, "auto, scalar or panama");
        };
    LOG.info("kernels: {}", provider.description());
    return provider;
  }

  private static KernelProvider automatic() {
    String problem = VectorModule.require();
    if (problem == null) {
      return panama("automatic");
    }
    LOG.warn("searches will be several times slower, without SIMD: {}", problem);
    return scalar(problem);
  }

  private static KernelProvider scalar(String reason) {
    return new KernelProvider(
        false, 0, reason, ScalarForwardKernel::new, new ScalarBlockMaxKernels());
  }

  private static KernelProvider panama(String reason) {
    String problem = VectorModule.require();
    if (problem != null) {
      throw new IllegalStateException("no SIMD kernels: " + problem);
    }
    return new KernelProvider(
        true, PanamaSpecies.BITS, reason, PanamaForwardKernel::new, new PanamaBlockMaxKernels());
  }
}
