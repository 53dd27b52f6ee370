package io.siskin.index.kernel;

import io.siskin.index.error.InvalidInputException;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;

/**
 * The vector width of all Panama kernels. It is the preferred width of the machine, or {@code
 * siskin.kernels.bits} if that is set. It has its own class, so that the Vector API is not
 * initialised before {@link KernelProvider} needs it.
 */
public final class PanamaSpecies {
  /** The width of the widest vectors in bits: 128, 256 or 512. */
  public static final int BITS = bits();

  private PanamaSpecies() {}

  private static int bits() {
    int preferred = Math.min(512, Math.max(128, IntVector.SPECIES_PREFERRED.vectorBitSize()));
    String forced = System.getProperty("siskin.kernels.bits");
    if (forced == null) {
      return preferred;
    }
    return switch (forced) {
      case "128" -> 128;
      case "256" -> 256;
      case "512" -> 512;
      default -> throw new InvalidInputException("siskin.kernels.bits", forced, "128, 256 or 512");
    };
  }

  /** Returns the vector shape with a width in bits. */
  public static VectorShape shape(int bits) {
    return VectorShape.forBitSize(bits);
  }
}
