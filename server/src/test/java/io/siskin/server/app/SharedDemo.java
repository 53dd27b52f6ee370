package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The demo's collection, made once in a build for all whole-process tests, since that takes ten
 * seconds. Who changes it leaves it as the demo makes it.
 */
final class SharedDemo {
  private static @Nullable SiskinProcess maker;

  private SharedDemo() {}

  /** Returns what stands for the user's cache folder: a demo that is started with it finds this. */
  static Path cacheFolder() {
    // Failsafe runs in the module's folder.
    return Path.of("target/shared-demo").toAbsolutePath();
  }

  /** Returns the data directory. */
  static Path data() {
    return cacheFolder().resolve("siskin/demo");
  }

  /** Makes the collection if this process has not made it yet; returns the ended demo. */
  static synchronized SiskinProcess make() throws Exception {
    SiskinProcess made = maker;
    if (made == null) {
      delete(cacheFolder());
      Files.createDirectories(cacheFolder());
      made = SiskinProcess.run(cacheFolder(), "demo", "--once", "-d", data(), "-p", 0);
      assertThat(made.awaitStatus()).as(made.err()).isZero();
      maker = made;
    }
    return made;
  }

  /** Copies the data directory to one that the caller may change. */
  static void copyTo(Path folder) throws Exception {
    make();
    for (Path path : below(data())) {
      Files.copy(path, folder.resolve(data().relativize(path).toString()));
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      for (Path path : below(folder).reversed()) {
        Files.delete(path);
      }
    }
  }

  private static List<Path> below(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted(Comparator.naturalOrder()).toList();
    }
  }
}
