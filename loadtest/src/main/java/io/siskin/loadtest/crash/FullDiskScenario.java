package io.siskin.loadtest.crash;

import io.siskin.server.search.Cancellation;
import io.siskin.server.write.WaitFor;
import io.siskin.server.write.WriteOrder;
import io.siskin.server.write.WritesOverloadedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;

/**
 * Writes to a small disk until it is full. Then writes must be refused as such and without having
 * been done, what was answered must be found and searched, and when there is room again, writes
 * must go on.
 *
 * <p>Used by one thread.
 */
final class FullDiskScenario {
  private static final int BALLAST_BYTES = 6 << 20;
  private static final int WRITES_MAX = 20_000;

  private final Path disk;
  private final long seed;
  private final ModelState state = new ModelState();
  private long number;

  /**
   * Begins.
   *
   * @param disk the folder where the small disk is mounted
   * @param seed the seed of what is written
   */
  FullDiskScenario(Path disk, long seed) {
    this.disk = disk;
    this.seed = seed;
  }

  /**
   * Fills the disk, frees some of it, and writes on.
   *
   * @return how many writes were answered before the disk was full
   */
  long run() throws IOException {
    Path ballast = disk.resolve("ballast");
    Files.write(ballast, new byte[BALLAST_BYTES]);
    state.apply(new Operation.Create(Operation.MAIN));
    long answered;
    try (ServedDirectory server = new ServedDirectory(disk.resolve("data"))) {
      server.create(CollectionKind.VECTORS);
      answered = 0;
      while (write(server)) {
        answered++;
        if (number > WRITES_MAX) {
          throw new IllegalStateException("the disk does not become full");
        }
      }
      check(server);
      Files.delete(ballast);
      long tries = 0;
      while (!write(server)) {
        if (++tries > WRITES_MAX) {
          throw new IllegalStateException("writes do not go on, although there is room");
        }
      }
      check(server);
    }
    try (ServedDirectory server = new ServedDirectory(disk.resolve("data"))) {
      check(server);
    }
    return answered;
  }

  /** Does a write; returns false when it was refused because the disk is full. */
  private boolean write(ServedDirectory server) {
    Operation operation = Operation.of(seed, number++);
    while (!(operation instanceof Operation.Upsert) || operation.kind() != CollectionKind.VECTORS) {
      operation = Operation.of(seed, number++);
    }
    Operation.Upsert upsert =
        new Operation.Upsert(Operation.MAIN, "", ((Operation.Upsert) operation).documents(), true);
    try {
      var _ =
          server
              .live
              .upsert(
                  Operation.MAIN,
                  "",
                  upsert.documents(),
                  WaitFor.SEARCHABLE,
                  Cancellation.NEVER,
                  new WriteOrder())
              .join();
      state.apply(upsert);
      return true;
    } catch (CompletionException refused) {
      if (refused.getCause() instanceof WritesOverloadedException full
          && full.reason() == WritesOverloadedException.Reason.DISK_FULL) {
        return false;
      }
      throw refused;
    }
  }

  private void check(ServedDirectory server) {
    StateCheck check = new StateCheck(server);
    check.search(check.state(List.of(state), _ -> false), new SplittableRandom(seed));
  }
}
