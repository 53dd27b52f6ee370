package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Needs;
import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The tests of the Python client, which start the packaged server. Each of them is a test here, so
 * that those that were left out are counted. They need a Python that has what the client needs,
 * pytest and grpcio-tools; nothing is installed for them.
 */
@Execution(ExecutionMode.SAME_THREAD)
class PythonClientIT {
  private static final long PATIENCE_SECONDS = 1_200;
  private static final List<String> MODULES =
      List.of("grpc", "google.rpc.status_pb2", "pytest", "grpc_tools");

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> everyTestOfTheClientPasses() throws Exception {
    for (String module : MODULES) {
      if (!PythonUnderTest.canImport(module)) {
        // A factory that is left out as a whole is not counted; a test is.
        return Stream.of(DynamicTest.dynamicTest("all", () -> leaveOut(module)));
      }
    }
    assertThat(PythonUnderTest.makeDescriptor()).as("protoc makes the descriptor").isTrue();
    Path report = folder.resolve("report.xml");
    String output = runPytest(report);
    assertThat(report).as(output).exists();
    List<DynamicTest> tests = read(report);
    // With fewer, something was not collected.
    assertThat(tests).as(output).hasSizeGreaterThan(100);
    return tests.stream();
  }

  private static void leaveOut(String module) {
    Needs.require(
        false,
        "a Python with the packages of the Python client's tests",
        PythonUnderTest.program() + " cannot import " + module);
  }

  private String runPytest(Path report) throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    ProcessBuilder pytest =
        PythonUnderTest.process(
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "--junit-xml=" + report,
                "--basetemp=" + folder.resolve("pytest"))
            .directory(Repository.module("clients/python").toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    SiskinProcess.setEnvironment(pytest);
    Process process = pytest.start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("pytest did not end:\n" + Files.readString(output));
    }
    return Files.readString(output);
  }

  private static List<DynamicTest> read(Path report) throws Exception {
    NodeList cases =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(report.toFile())
            .getElementsByTagName("testcase");
    List<DynamicTest> tests = new ArrayList<>();
    for (int i = 0; i < cases.getLength(); i++) {
      Element test = (Element) cases.item(i);
      String name = test.getAttribute("classname") + "." + test.getAttribute("name");
      tests.add(DynamicTest.dynamicTest(name, () -> judge(test)));
    }
    return tests;
  }

  private static void judge(Element test) {
    for (String failed : List.of("failure", "error")) {
      NodeList found = test.getElementsByTagName(failed);
      if (found.getLength() > 0) {
        throw new AssertionError(found.item(0).getTextContent());
      }
    }
    NodeList skipped = test.getElementsByTagName("skipped");
    if (skipped.getLength() > 0) {
      Needs.require(
          false,
          "openssl, or a Python module that an adapter of the Python client is for",
          skipped.item(0).getTextContent());
    }
  }
}
