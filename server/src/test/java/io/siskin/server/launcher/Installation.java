package io.siskin.server.launcher;

import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A copy of the scripts in a folder of its own, as if Siskin were installed there, and the tools
 * that they call.
 *
 * @param home the folder; its path is physical
 */
record Installation(Path home) {
  /** Prints where it runs, in which locale, as which process, and its arguments, one a line. */
  private static final String RECORDER =
      """
      #!/bin/sh
      printf '%s\\n' "folder=$PWD" "LC_ALL=${LC_ALL-unset}" "process=$$" "$@"
      """;

  /**
   * What became of a command.
   *
   * @param status its exit status
   * @param out its standard output
   * @param err its standard error
   */
  record Result(int status, String out, String err) {}

  /** Copies the scripts; the package is an empty jar. */
  static Installation make(Path folder) throws IOException {
    Installation made = new Installation(Files.createDirectories(folder).toRealPath());
    Path root = Repository.root();
    for (String scripts : List.of("bin", "loadtest", ".ci")) {
      Path target = Files.createDirectories(made.home.resolve(scripts));
      try (Stream<Path> files = Files.list(root.resolve(scripts))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    Files.createDirectories(made.target().resolve("lib"));
    Files.createFile(made.jar());
    return made;
  }

  /** Copies the scripts and takes over what this build has packaged. */
  static Installation withPackage(Path folder) throws IOException {
    Installation made = make(folder);
    Path packaged = Repository.module("server").resolve("target");
    Files.copy(
        packaged.resolve("siskin-server.jar"),
        made.jar(),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
    Files.delete(made.target().resolve("lib"));
    Files.createSymbolicLink(made.target().resolve("lib"), packaged.resolve("lib").toRealPath());
    return made;
  }

  Path target() {
    return home.resolve("server/target");
  }

  Path jar() {
    return target().resolve("siskin-server.jar");
  }

  /** Returns the start-up caches that are there. */
  List<Path> caches() throws IOException {
    try (Stream<Path> files = Files.list(target())) {
      return files.filter(file -> file.toString().endsWith(".jsa")).toList();
    }
  }

  /** Makes a JDK of a version whose {@code java} prints what it is told. */
  Path recordingJdk(String version) throws IOException {
    return jdk(version, RECORDER);
  }

  /** Makes a JDK of a version whose {@code java} is a script. */
  Path jdk(String version, String java) throws IOException {
    Path jdk = Files.createDirectories(home.resolve("jdk-" + version));
    Files.writeString(
        jdk.resolve("release"), "IMPLEMENTOR=\"None\"\nJAVA_VERSION=\"" + version + "\"\n");
    script(jdk.resolve("bin/java"), java);
    script(jdk.resolve("bin/javac"), "#!/bin/sh\n");
    return jdk;
  }

  /** Makes a folder of tools that print what they are told, to stand first on the PATH. */
  Path recordingTools(String... names) throws IOException {
    Path tools = home.resolve("tools");
    for (String name : names) {
      script(tools.resolve(name), RECORDER);
    }
    return tools;
  }

  /** Writes a script that can be run. */
  static Path script(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /**
   * Starts a shell command in the folder above, with nothing in its environment but a PATH and what
   * is given. By the shell, because Java itself could not pass letters beyond ASCII on where the
   * build runs in the locale C.
   */
  Process start(Map<String, String> environment, String command) throws IOException {
    List<String> words = new ArrayList<>(List.of("sh", "-c", "exec " + command));
    ProcessBuilder builder = new ProcessBuilder(words).directory(home.getParent().toFile());
    Map<String, String> kept = new HashMap<>(environment);
    kept.merge("PATH", System.getenv("PATH"), (first, rest) -> first + ":" + rest);
    kept.putIfAbsent("HOME", home.toString());
    builder.environment().clear();
    builder.environment().putAll(kept);
    return builder.redirectError(home.resolve("err").toFile()).start();
  }

  /** Runs a shell command to its end, see {@link #start}. */
  Result run(Map<String, String> environment, String command) throws Exception {
    Process process = start(environment, command);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    return new Result(status, out, Files.readString(home.resolve("err")));
  }
}
