package io.siskin.loadtest.crash;

import io.siskin.server.search.Cancellation;
import io.siskin.server.write.WaitFor;
import io.siskin.server.write.WriteOrder;
import io.siskin.server.write.WritesOverloadedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;

/**
 * Writes to a small disk until it is full, kills the writer, and starts it again while the disk is
 * full. Writes must be refused as such and without having been done, what was answered must be
 * found and searched, and when there is room again, writes must go on.
 *
 * <p>Used by one thread.
 */
final class FullDiskScenario {
  // Half of the disk. What is in memory when writers restart must fit into it as a segment, beside
  // the
  // next file of the log, however little of it was sealed before the disk was full.
  private static final int BALLAST_BYTES = 12 << 20;
  private static final int WRITES_MAX = 20_000;

  /** How many refused writes of a process are enough. */
  private static final int REFUSED_MIN = 20;

  private static final int RESTARTS = 3;

  private final Path disk;
  private final Path errors;
  private final long seed;
  private final Ledger ledger;
  private long number;

  /**
   * Begins.
   *
   * @param disk the folder where the small disk is mounted
   * @param errors where the logs of the writers go, on another disk
   * @param seed the seed of what is written
   */
  FullDiskScenario(Path disk, Path errors, long seed) {
    this.disk = disk;
    this.errors = errors;
    this.seed = seed;
    ModelState state = new ModelState();
    state.apply(new Operation.Create(Operation.MAIN));
    this.ledger = new Ledger(seed, state);
  }

  private Path data() {
    return disk.resolve("data");
  }

  /**
   * Fills the disk, kills and restarts writers, frees some of the disk, and writes on.
   *
   * @return how many writes were answered
   */
  long run() throws IOException {
    Path ballast = disk.resolve("ballast");
    Files.write(ballast, new byte[BALLAST_BYTES]);
    try (ServedDirectory server = new ServedDirectory(data())) {
      server.create(CollectionKind.VECTORS);
    }
    Path rest = disk.resolve("rest");
    writeAndKill(() -> fill(rest));
    for (int i = 0; i < RESTARTS; i++) {
      try (ServedDirectory server = new ServedDirectory(data())) {
        check(server);
        // Searches go on while writes are refused.
        while (write(server)) {
          check(server);
        }
        check(server);
      }
      writeAndKill(() -> {});
    }
    Files.delete(rest);
    try (ServedDirectory server = new ServedDirectory(data())) {
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
    try (ServedDirectory server = new ServedDirectory(data())) {
      check(server);
    }
    return ledger.operationCount();
  }

  /** What happens when the first writes were refused. */
  @FunctionalInterface
  private interface WhenRefused {
    void run() throws IOException;
  }

  /** Lets a process write until the disk is full, and then for a while, and kills it. */
  private void writeAndKill(WhenRefused whenRefused) throws IOException {
    try (WriterProcess writer =
        new WriterProcess(
            List.of(), data(), seed, number, Long.MAX_VALUE / 2, true, true, errors)) {
      int refused = 0;
      for (String line = writer.line(); line != null; line = writer.line()) {
        if (line.startsWith("O") || line.startsWith("S")) {
          continue;
        }
        number = Math.max(number, Long.parseLong(line.split(" ", 3)[1]) + 1);
        ledger.take(line);
        if (line.startsWith("R")) {
          refused++;
          if (refused == REFUSED_MIN) {
            whenRefused.run();
          } else if (refused == 2 * REFUSED_MIN) {
            writer.kill();
          }
        }
      }
      if (refused < 2 * REFUSED_MIN) {
        throw new IllegalStateException(
            "a writer has ended by itself with status " + writer.await() + ", see " + errors);
      }
    }
    ledger.ended();
  }

  /** Writes a file until there is no room for another byte. */
  private static void fill(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(4096);
      while (true) {
        try {
          channel.write(bytes.clear());
        } catch (IOException full) {
          return;
        }
      }
    }
  }

  /** Does a write; returns false when it was refused because the disk is full. */
  private boolean write(ServedDirectory server) {
    Operation operation = Operation.of(seed, number);
    while (!(operation instanceof Operation.Upsert upsert)
        || !upsert.collection().equals(Operation.MAIN)) {
      operation = Operation.of(seed, ++number);
    }
    ledger.take("B " + number);
    boolean done = false;
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
      done = true;
    } catch (CompletionException refused) {
      if (!(refused.getCause() instanceof WritesOverloadedException full
          && full.reason() == WritesOverloadedException.Reason.DISK_FULL)) {
        throw refused;
      }
    }
    ledger.take((done ? "A " : "R ") + number + " 0");
    number++;
    return done;
  }

  private void check(ServedDirectory server) {
    StateCheck check = new StateCheck(server);
    ModelState found = check.state(ledger.states(), _ -> false);
    check.search(found, new SplittableRandom(seed));
    ledger.settle(found);
  }
}
