package io.siskin.server.batch.persistent;

import io.siskin.server.batch.EncodingStore;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A process that fills a store: for ever, to be killed, or with some values and a clean close. Its
 * home folder and its folder for temporary files are below the test's, so that the test sees what
 * the library leaves there.
 */
final class WritingChild {
  private WritingChild() {}

  /**
   * Starts it; a count of 0 is for ever. It prints a line when it begins to write, and one after.
   */
  static Process start(Path folder, Path store, int count) throws IOException {
    Files.createDirectories(folder.resolve("home"));
    Files.createDirectories(folder.resolve("tmp"));
    Files.createDirectories(folder.resolve("work"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("../bin/jvm.options").toRealPath());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Duser.home=" + folder.resolve("home"));
    command.add("-Djava.io.tmpdir=" + folder.resolve("tmp"));
    command.addAll(List.of("-cp", absoluteClassPath(), WritingChild.class.getName()));
    command.addAll(List.of(store.toString(), Integer.toString(count)));
    return new ProcessBuilder(command)
        .directory(folder.resolve("work").toFile())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** It runs in another folder. */
  private static String absoluteClassPath() {
    return String.join(
        File.pathSeparator,
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(part -> Path.of(part).toAbsolutePath().toString())
            .toList());
  }

  /** Fills the store that is named first, with as many values as the second argument says. */
  public static void main(String[] args) throws IOException {
    EncodingStore store =
        ChronicleEncodingStore.open(
            Path.of(args[0]), ChronicleEncodingStore.BYTES_MAX_MIN, StoreValues.VERSION);
    int count = Integer.parseInt(args[1]);
    for (int i = 0; count == 0 || i < count; i++) {
      byte[] key = StoreValues.key(i);
      store.put(key, StoreValues.value(key));
      if (i == 100) {
        System.out.println("writing");
        System.out.flush();
      }
    }
    store.close();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      System.out.println("sockets " + descriptors.filter(WritingChild::isSocket).count());
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return Objects.requireNonNull(target).startsWith("socket:");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }
}
