package io.siskin.index.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Measures whether a warm kernel allocates. Allocation means that the compiler has not kept the
 * vectors in registers. The kernel runs in a separate process, as in a server. In the process of
 * the tests, the compiler has seen three widths and other memory, which is more than it can inline.
 */
public final class KernelAllocation {
  private KernelAllocation() {}

  /** Runs the main method of a class, which must call {@link #report}, and checks the output. */
  public static void check(Class<?> main, String argument)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Repository.root().resolve("bin/jvm.options"),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                argument)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("allocated 0 bytes");
  }

  /** Calls a kernel until a round of calls allocates nothing or a minute is over. */
  public static void report(Runnable calls) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    // Compilation may take long on a busy machine. One round without allocation is enough.
    while (allocated > 0 && System.nanoTime() - deadline < 0) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int call = 0; call < 500; call++) {
        calls.run();
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    System.out.println("allocated " + allocated + " bytes");
  }
}
