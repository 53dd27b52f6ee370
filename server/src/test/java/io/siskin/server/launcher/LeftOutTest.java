package io.siskin.server.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The last line of the build: which tests were left out. */
final class LeftOutTest {
  @TempDir private Path root;

  @Test
  void countsByNeedTheMostFrequentFirst() throws Exception {
    report("server/target/surefire-reports", "A", aborted("buf"), disabled("needs Linux: macOS"));
    report("server/target/failsafe-reports", "BIT", aborted("strace"), aborted("strace"));
    report("client/target/surefire-reports", "C", disabled("no time"), "<testcase name=\"c\"/>");
    assertThat(line())
        .isEqualTo(
            "5 tests were left out: 2 need strace, 1 needs Linux, 1 needs buf,"
                + " 1 for another reason.");
  }

  @Test
  void countsOnlyThisBuild() throws Exception {
    Path old = report("server/target/surefire-reports", "A", aborted("buf"));
    Path began = root.resolve("target/tests-began");
    Files.createDirectories(began.getParent());
    Files.createFile(began);
    Instant now = Instant.now();
    Files.setLastModifiedTime(began, FileTime.from(now));
    Files.setLastModifiedTime(old, FileTime.from(now.minusSeconds(60)));
    assertThat(line()).isEqualTo("No test was left out.");
    Path fresh = report("server/target/surefire-reports", "B", aborted("buf"));
    Files.setLastModifiedTime(fresh, FileTime.from(now.plusSeconds(60)));
    assertThat(line()).isEqualTo("1 test was left out: 1 needs buf.");
  }

  /** As Surefire writes a failed assumption. */
  private static String aborted(String need) {
    return "<testcase name=\"a\">\n    <skipped type=\"org.opentest4j.TestAbortedException\">"
        + "<![CDATA[org.opentest4j.TestAbortedException: Assumption failed: needs "
        + need
        + ": why\n\tat io.siskin.A.needs(A.java:1)\n]]></skipped>\n</testcase>";
  }

  /** As Surefire writes a condition that is not met. */
  private static String disabled(String reason) {
    return "<testcase name=\"b\">\n    <skipped message=\"" + reason + "\"/>\n</testcase>";
  }

  private Path report(String folder, String name, String... cases) throws IOException {
    Path reports = Files.createDirectories(root.resolve(folder));
    return Files.writeString(
        reports.resolve("TEST-" + name + ".xml"),
        "<testsuite>\n  " + String.join("\n  ", cases) + "\n</testsuite>\n");
  }

  private String line() throws Exception {
    Process process =
        new ProcessBuilder(Repository.root().resolve("build/left-out").toString(), root.toString())
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out.strip();
  }
}
