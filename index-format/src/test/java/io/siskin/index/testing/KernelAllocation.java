package io.siskin.index.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures whether a warm kernel allocates. Allocation means that the compiler has not kept the
 * vectors in registers. The kernel runs in a separate process, as in a server. In the process of
 * the tests, the compiler has seen three widths and other memory, which is more than it can inline.
 */
public final class KernelAllocation {
  private static final String ALLOCATED = " allocated ";
  private static final String NOTHING = ALLOCATED + "0 bytes";

  // In which order the compiler takes methods differs from process to process, and rarely it then
  // runs out of its budget for inlining. Code that always allocates fails in all of them.
  private static final int PROCESSES_MAX = 2;

  private KernelAllocation() {}

  /**
   * Runs the main method of a class, which must call {@link #report}, and checks that each report
   * is of 0 bytes, in this process or in a second one.
   */
  public static void check(Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> reports = reports(main, arguments);
    for (int i = 1; i < PROCESSES_MAX && !reports.stream().allMatch(KernelAllocation::is0); i++) {
      System.out.println("allocated, so another process is asked: " + reports);
      reports = reports(main, arguments);
    }
    assertThat(reports).isNotEmpty().allMatch(KernelAllocation::is0);
  }

  private static boolean is0(String report) {
    return report.endsWith(NOTHING);
  }

  private static List<String> reports(Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Repository.root().resolve("bin/jvm.options"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().filter(line -> line.contains(ALLOCATED)).toList();
  }

  /**
   * Calls a kernel until a round of calls allocates nothing or a minute is over.
   *
   * @param name what is called, for the output
   * @param callsPerRound how often it is called in a round
   * @param call one call
   */
  public static void report(String name, int callsPerRound, Runnable call) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    // Compilation may take long on a busy machine. One round without allocation is enough.
    while (allocated > 0 && System.nanoTime() - deadline < 0) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < callsPerRound; i++) {
        call.run();
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    System.out.println(name + ALLOCATED + allocated + " bytes");
  }
}
