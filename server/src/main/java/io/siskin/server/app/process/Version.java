package io.siskin.server.app.process;

import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.kernel.KernelProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: everything that a report of a defect has to name. */
public final class Version implements IVersionProvider {
  /** Returns the version of this build; {@code development} outside a packaged jar. */
  public static String number() {
    @Nullable String packaged = Version.class.getPackage().getImplementationVersion();
    return packaged == null ? "development" : packaged;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "siskin " + number(),
      "index format " + FormatV2.VERSION,
      "kernels " + KernelProvider.current().description(),
      "Java "
          + Runtime.version()
          + ", "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
    };
  }
}
