package io.siskin.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the Vector API comes into a process, in processes of their own. */
final class VectorModuleTest {
  private static final String EXPORT = "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED";

  /** Says how the kernels of this process came about. */
  public static void main(String[] args) throws ReflectiveOperationException {
    KernelProvider provider = KernelProvider.current();
    System.out.println(provider.description());
    if (provider.simd()) {
      Class<?> vectors = Class.forName("jdk.incubator.vector.IntVector");
      System.out.println("loader " + vectors.getClassLoader());
    }
  }

  @Test
  void theFlagOfTheLauncherLoadsItWithoutAWarning() throws Exception {
    // The JIT compiler trusts the boot loader's classes only, and looks for them by this flag.
    assertThat(run(EXPORT, "-Xlog:compilation"))
        .contains("panama", "loader null", "EnableVectorSupport=true")
        .doesNotContain("WARNING");
  }

  @Test
  void aModuleOfTheCommandLineIsTaken() throws Exception {
    assertThat(run("--add-modules=jdk.incubator.vector"))
        .contains("panama", "loader null", "WARNING: Using incubator modules");
  }

  @Test
  void withoutTheFlagTheReasonIsSaid() throws Exception {
    assertThat(run()).contains("scalar (the flags of bin/jvm.options are missing)");
  }

  /** Returns what {@link #main} prints on both streams. */
  private static String run(String... flags) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(VectorModuleTest.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
