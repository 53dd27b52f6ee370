package io.siskin.index.kernel;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Loads the Vector API before the first test, for those that make SIMD kernels without {@link
 * KernelProvider}, which does it for everybody else. JUnit finds this class by its service file.
 */
public final class VectorApiSession implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    String problem = VectorModule.require();
    if (problem != null) {
      throw new AssertionError(problem);
    }
  }
}
