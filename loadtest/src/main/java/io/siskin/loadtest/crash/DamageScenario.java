package io.siskin.loadtest.crash;

import io.siskin.index.store.Publication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Damages one file of a data directory at a time, and opens the directory. It must be refused with
 * an error that names a file, or everything in it must be right.
 *
 * <p>Used by one thread.
 */
final class DamageScenario {
  private static final int FILES_OF_A_KIND_MAX = 2;

  private final Path folder;
  private final Path scratch;
  private final SplittableRandom random;
  private final Map<String, int[]> outcomes = new TreeMap<>();

  /** What became of one damage. */
  private enum Outcome {
    REFUSED,
    UNHARMED,
    CUT_OFF
  }

  /**
   * Begins.
   *
   * @param folder a data directory that nobody uses
   * @param scratch an empty folder
   * @param random chooses bytes
   */
  DamageScenario(Path folder, Path scratch, SplittableRandom random) {
    this.folder = folder;
    this.scratch = scratch;
    this.random = random;
  }

  /**
   * Flips single bits and cuts files off, in the first files of each kind.
   *
   * @param perFile how many damages each file gets
   * @param expected what the directory holds
   * @return how often by kind of file: refused, unharmed, cut off as unfinished
   */
  @SuppressWarnings("EnumOrdinal") // the columns of the table that is printed
  Map<String, int[]> run(int perFile, List<ModelState> expected) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files =
          all.filter(Files::isRegularFile)
              .map(folder::relativize)
              .filter(file -> !file.toString().contains("snapshots"))
              // What a build that was stopped has left is not read.
              .filter(file -> !("/" + file).contains("/."))
              .filter(file -> folder.resolve(file).toFile().length() > 0)
              .sorted()
              .toList();
    }
    Map<String, Integer> taken = new TreeMap<>();
    for (Path file : files) {
      if (taken.merge(kind(file), 1, Integer::sum) > FILES_OF_A_KIND_MAX) {
        continue;
      }
      for (int i = 0; i < perFile; i++) {
        Outcome outcome = damage(file, i, expected);
        outcomes.computeIfAbsent(kind(file), _ -> new int[3])[outcome.ordinal()]++;
      }
    }
    return outcomes;
  }

  private static String kind(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(".del") ? "*.del" : name.endsWith(".wal") ? "*.wal" : name;
  }

  private Outcome damage(Path file, int number, List<ModelState> expected) throws IOException {
    Path copy = scratch.resolve("copy");
    Publication.deleteDirectory(copy);
    copy(copy);
    Path victim = copy.resolve(file.toString());
    byte[] content = Files.readAllBytes(victim);
    int used = content.length;
    while (used > 1 && content[used - 1] == 0) {
      used--;
    }
    String what;
    if (number % 4 == 3) {
      int length = random.nextInt(used);
      content = Arrays.copyOf(content, length);
      what = "cut to " + length + " bytes";
    } else {
      int at = random.nextInt(used);
      content[at] ^= (byte) (1 << random.nextInt(8));
      what = "byte " + at + " flipped";
    }
    Files.write(victim, content);
    try (ServedDirectory server = new ServedDirectory(copy)) {
      StateCheck check = new StateCheck(server);
      try {
        check.search(check.state(expected, _ -> false), random.split());
        return Outcome.UNHARMED;
      } catch (IllegalStateException other) {
        if (!file.toString().endsWith(".wal")) {
          throw new IllegalStateException(file + " " + what + ": " + other.getMessage(), other);
        }
        // Damage in the last frames that were forced together looks like an unfinished write.
        String collection = file.getName(0).toString();
        try {
          check.search(check.state(expected, collection::equals), random.split());
        } catch (IllegalStateException wrong) {
          throw new IllegalStateException(file + " " + what + ": " + wrong.getMessage(), wrong);
        }
        return Outcome.CUT_OFF;
      }
    } catch (IOException refused) {
      return named(file, what, refused);
    }
  }

  private static Outcome named(Path file, String what, IOException refused) {
    if (!String.valueOf(refused.getMessage()).contains("copy")) {
      throw new IllegalStateException(file + " " + what + ": the error names no file", refused);
    }
    return Outcome.REFUSED;
  }

  private void copy(Path target) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.toList()) {
        Path to = target.resolve(folder.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(to);
        } else {
          Files.copy(path, to);
        }
      }
    }
  }
}
