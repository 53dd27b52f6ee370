package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Needs;
import io.siskin.index.testing.Repository;
import io.siskin.server.app.GuideDocument.Commands;
import io.siskin.server.app.GuideDocument.LeftOut;
import io.siskin.server.app.GuideDocument.SavedFile;
import io.siskin.server.app.GuideDocument.Step;
import io.siskin.server.testing.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The shell blocks of README.md, docs/clients.md, docs/http.md, docs/security.md and
 * clients/python/README.md, pasted one after another into a folder that has nothing but the
 * checkout. A block that is not marked otherwise must succeed.
 */
@Execution(ExecutionMode.SAME_THREAD)
class GuidesIT {
  private static final Map<String, Integer> LEFT_OUT = new TreeMap<>();
  private static int run;

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> everyBlockOfTheReadmeRuns() throws Exception {
    SharedDemo.make();
    TinyModels.logits(folder.resolve("splade"));
    makePythonEnvironment();
    Map<String, String> environment = new TreeMap<>(PythonUnderTest.environment());
    environment.put("XDG_CACHE_HOME", SharedDemo.cacheFolder().toString());
    return follow("README.md", environment);
  }

  @TestFactory
  Stream<DynamicTest> everyBlockOfTheClientsPageRuns() throws Exception {
    SharedDemo.copyTo(folder.resolve("data"));
    makePythonEnvironment();
    return follow("docs/clients.md", PythonUnderTest.environment());
  }

  @TestFactory
  Stream<DynamicTest> everyBlockOfTheHttpPageRuns() throws Exception {
    return follow("docs/http.md", PythonUnderTest.environment());
  }

  @TestFactory
  Stream<DynamicTest> everyBlockOfTheSecurityPageRuns() throws Exception {
    return follow("docs/security.md", PythonUnderTest.environment());
  }

  @TestFactory
  Stream<DynamicTest> everyBlockOfThePythonClientsPageRuns() throws Exception {
    makePythonEnvironment();
    return follow("clients/python/README.md", PythonUnderTest.environment());
  }

  /** What the block that is not run would have made: an environment with the modules. */
  private void makePythonEnvironment() throws IOException, InterruptedException {
    // Where that is not possible, the blocks that need the client are left out.
    var _ = PythonUnderTest.makeDescriptor();
    Path python = folder.resolve(".venv/bin/python");
    Files.createDirectories(python.getParent());
    Files.writeString(python, "#!/bin/sh\nexec '" + PythonUnderTest.program() + "' \"$@\"\n");
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Stream<DynamicTest> follow(String name, Map<String, String> environment)
      throws IOException {
    linkTheCheckout();
    GuideDocument document =
        GuideDocument.parse(name, Files.readString(Repository.root().resolve(name)));
    assertThat(document.steps()).as(name).hasSizeGreaterThanOrEqualTo(5);
    GuideRun guide = new GuideRun(name, folder, environment);
    return Stream.concat(
        document.steps().stream()
            .filter(step -> step instanceof SavedFile || isRun((Commands) step))
            .map(
                step -> DynamicTest.dynamicTest(name + ":" + step.line(), () -> take(guide, step))),
        Stream.of(DynamicTest.dynamicTest(name + ": its servers stop", () -> end(guide))));
  }

  private void end(GuideRun guide) throws Exception {
    guide.close();
    // JUnit warns about links that lead out of the folder that it deletes.
    for (Path parent : new Path[] {folder, folder.resolve("bin")}) {
      try (Stream<Path> files = Files.list(parent)) {
        for (Path link : files.filter(Files::isSymbolicLink).toList()) {
          Files.delete(link);
        }
      }
    }
  }

  private static boolean isRun(Commands commands) {
    if (commands.treatment() instanceof LeftOut leftOut) {
      LEFT_OUT.merge(leftOut.reason(), 1, Integer::sum);
      return false;
    }
    return true;
  }

  private static void take(GuideRun guide, Step step) throws Exception {
    Optional<String> leftOut = guide.follow(step);
    if (leftOut.isPresent()) {
      LEFT_OUT.merge(leftOut.get(), 1, Integer::sum);
      Needs.require(false, "what an example of the guides says", leftOut.get());
    }
    if (step instanceof Commands) {
      run++;
    }
  }

  private void linkTheCheckout() throws IOException {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    try (Stream<Path> scripts = Files.list(Repository.root().resolve("bin"))) {
      for (Path script : scripts.toList()) {
        Files.createSymbolicLink(bin.resolve(script.getFileName()), script);
      }
    }
    for (String module : new String[] {"clients", "proto", "server"}) {
      Files.createSymbolicLink(folder.resolve(module), Repository.module(module));
    }
  }

  @AfterAll
  static void tellWhatWasLeftOut() {
    System.out.println(
        "README.md, docs/clients.md, docs/http.md, docs/security.md and clients/python/README.md: "
            + run
            + " shell blocks run, "
            + LEFT_OUT.values().stream().mapToInt(Integer::intValue).sum()
            + " left out "
            + LEFT_OUT);
  }
}
