package io.siskin.server.app;

import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The Python that runs the Python client and the examples: the one that {@code SISKIN_PYTHON} names
 * (environment), else {@code python3}. Nothing is installed for it; what it lacks leaves tests out.
 */
final class PythonUnderTest {
  private static final Path CLIENT = Repository.module("clients/python");

  private PythonUnderTest() {}

  /** Returns the program's path or name. */
  static String program() {
    return System.getenv().getOrDefault("SISKIN_PYTHON", "python3");
  }

  /** Returns the folder of the client's sources, to be found by {@code PYTHONPATH}. */
  static Path sources() {
    return CLIENT.resolve("src");
  }

  /** Returns whether the program is there and can import a module. */
  static boolean canImport(String module) throws IOException, InterruptedException {
    return succeeds("-c", "import " + module);
  }

  /**
   * Makes the descriptor of the API that the client's sources need.
   *
   * @return whether that was possible: Python has {@code grpc_tools}
   */
  static boolean makeDescriptor() throws IOException, InterruptedException {
    return succeeds(CLIENT.resolve("build_backend/siskin_build.py").toString());
  }

  /**
   * Makes a process of the program. It finds the client's sources, and leaves no compiled files
   * beside them.
   *
   * @param arguments its arguments
   */
  static ProcessBuilder process(String... arguments) {
    List<String> command = new ArrayList<>(List.of(program()));
    Collections.addAll(command, arguments);
    ProcessBuilder process = new ProcessBuilder(command);
    process.environment().putAll(environment());
    return process;
  }

  /** Returns the variables that let Python find the client's sources. */
  static Map<String, String> environment() {
    return Map.of("PYTHONPATH", sources().toString(), "PYTHONDONTWRITEBYTECODE", "1");
  }

  private static boolean succeeds(String... arguments) throws IOException, InterruptedException {
    ProcessBuilder process =
        process(arguments)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    try {
      return process.start().waitFor() == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }
}
