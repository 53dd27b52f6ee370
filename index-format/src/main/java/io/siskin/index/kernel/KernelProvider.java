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
 * <p>Two system properties control it. {@code siskin.kernels} is {@code auto}, {@code scalar} or
 * {@code panama}. {@code siskin.kernels.bits} is the vector width: 128, 256 or 512. Without it, the
 * preferred width of the machine is used. With {@code auto}, the SIMD kernels are used if the
 * Vector API is in the boot layer. They are not timed against their scalar twins first, because
 * such a trial made later searches 1.7 times slower (ADR 0008).
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
   * @param panama whether the SIMD kernels are wanted. They need the Vector API in the boot layer
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
          case "auto" ->
              hasVectorModule()
                  ? panama("automatic")
                  : scalar("the Vector API is not in the boot layer");
          default ->
              throw new InvalidInputException("siskin.kernels", wanted, "auto, scalar or panama");
        };
    LOG.info("kernels: {}", provider.description());
    return provider;
  }

  private static boolean hasVectorModule() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  private static KernelProvider scalar(String reason) {
    return new KernelProvider(
        false, 0, reason, ScalarForwardKernel::new, new ScalarBlockMaxKernels());
  }

  private static KernelProvider panama(String reason) {
    return new KernelProvider(
        true, PanamaSpecies.BITS, reason, PanamaForwardKernel::new, new PanamaBlockMaxKernels());
  }
}
