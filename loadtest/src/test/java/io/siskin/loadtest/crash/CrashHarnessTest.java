package io.siskin.loadtest.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Needs;
import io.siskin.index.testing.Repository;
import io.siskin.index.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The short version of {@code loadtest/crash}. */
@Timeout(900)
final class CrashHarnessTest {
  @TempDir private Path folder;

  private Rounds rounds(Path data, long seed) {
    Path oldSegment =
        Repository.module("index-format").resolve("src/test/resources/golden/v1/everything");
    return new Rounds(data, oldSegment, folder.resolve("errors.log"), seed);
  }

  @Test
  void nothingThatWasAnsweredIsLostWhenWritersAreKilled() throws IOException {
    Rounds rounds = rounds(folder.resolve("data"), Seeds.next());
    while (rounds.endCount() < 3) {
      rounds.write(3, List.of(), WriterProcess::kill);
      rounds.check();
    }
    assertThat(rounds.operationCount()).isPositive();
    assertThat(rounds.unknown()).isEmpty();
  }

  @Test
  void nothingThatWasAnsweredIsLostWithThePower() throws IOException {
    try (VolatileDisk disk = VolatileDisk.make(folder, 128)) {
      Needs.require(disk != null, "root and loop devices", folder);
      if (disk == null) {
        return;
      }
      Rounds rounds = rounds(disk.mounted().resolve("data"), 11);
      rounds.losePower(disk);
      rounds.check();
      assertThat(rounds.operationCount()).isPositive();
    }
  }

  @Test
  void damagedFilesAreRefusedOrHarmless() throws IOException {
    Path data = folder.resolve("data");
    long seed = Seeds.next();
    Rounds rounds = rounds(data, seed);
    rounds.write(1, List.of(), WriterProcess::kill);
    rounds.check();
    rounds.write(1, List.of(), WriterProcess::kill);
    assertThat(
            new DamageScenario(
                    data,
                    Files.createDirectory(folder.resolve("scratch")),
                    new SplittableRandom(seed))
                .run(1, rounds.states()))
        .containsKeys("collection.json", "aliases.json");
  }

  @Test
  void aFullDiskRefusesWritesAndNothingElse() throws IOException {
    Path disk = Files.createDirectory(folder.resolve("small"));
    try {
      VolatileDisk.run("mount", "-t", "tmpfs", "-o", "size=24m", "siskin", disk.toString());
    } catch (IOException notAllowed) {
      Needs.require(false, "the right to mount", disk);
    }
    try {
      assertThat(new FullDiskScenario(disk, folder.resolve("errors.log"), Seeds.next()).run())
          .isPositive();
    } finally {
      // A failure may leave files open. It must be told, and not that the disk is busy.
      VolatileDisk.run("umount", "--lazy", disk.toString());
    }
  }
}
