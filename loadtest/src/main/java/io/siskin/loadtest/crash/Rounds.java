package io.siskin.loadtest.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Rounds of one data directory: writers are ended one after the other, and then what is there is
 * compared with the model.
 *
 * <p>Used by one thread.
 */
final class Rounds {
  private static final int OPERATIONS_MAX = 400;
  private static final int WRITERS_MAX = 3;

  private final Path folder;
  private final Path oldSegment;
  private final Path errors;
  private final long seed;
  private final SplittableRandom random;
  private final List<Long> recoveryMicros = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();
  private @Nullable Ledger ledger;
  private long nextNumber;
  private long documents;
  private int endCount;
  private int refusedCount;
  private boolean powerWasLost;

  /** Ends a writer in some way, at once. */
  @FunctionalInterface
  interface End {
    void end(WriterProcess writer) throws IOException;
  }

  /**
   * Begins with an empty data directory.
   *
   * @param folder the data directory, which is made
   * @param oldSegment see {@link FirstCollections}
   * @param errors where the logs of the writers go
   * @param seed the seed of everything that happens
   */
  Rounds(Path folder, Path oldSegment, Path errors, long seed) {
    this.folder = folder;
    this.oldSegment = oldSegment;
    this.errors = errors;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  private Ledger ledger() throws IOException {
    if (ledger == null) {
      ledger = new Ledger(seed, new FirstCollections(folder, oldSegment, seed).make());
    }
    return ledger;
  }

  /**
   * Runs writers until each is ended at a random moment. Moments are counted in operations, so they
   * do not depend on the machine; a random time is added, and some writers are ended while they
   * open the directory and recover.
   *
   * @param writerCountMax how many writers run one after the other without a comparison between
   *     them, at most
   * @param wrapper a command that runs writers; empty for none
   * @param end ends a writer
   */
  void write(int writerCountMax, List<String> wrapper, End end) throws IOException {
    Ledger known = ledger();
    int writers = 1 + random.nextInt(Math.min(writerCountMax, WRITERS_MAX));
    for (int i = 0; i < writers; i++) {
      boolean early = i > 0 && random.nextBoolean();
      int lines = early ? 0 : 1 + random.nextInt(OPERATIONS_MAX);
      long waitMicros = random.nextInt(early ? 400_000 : 20_000);
      try (WriterProcess writer =
          new WriterProcess(wrapper, folder, seed, nextNumber, 1_000_000, false, false, errors)) {
        follow(writer, early ? "O" : "S", lines, waitMicros, end);
      }
      endCount++;
      known.ended();
    }
  }

  /**
   * Runs a writer until its disk loses its power at a random moment, and gives the power back.
   *
   * @param disk the disk, which has the data directory
   */
  void losePower(VolatileDisk disk) throws IOException {
    write(
        1,
        List.of(),
        writer -> {
          disk.losePower();
          writer.kill();
        });
    disk.restart();
    powerWasLost = true;
  }

  private void follow(WriterProcess writer, String from, int lines, long waitMicros, End end)
      throws IOException {
    boolean counting = false;
    boolean ended = false;
    int left = lines;
    for (String line = writer.line(); line != null; line = writer.line()) {
      take(line);
      counting |= line.equals(from);
      if (line.startsWith("U")) {
        // It waits to be killed.
        counting = true;
        left = 0;
      }
      if (counting && !ended && left-- <= 0) {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(waitMicros));
        end.end(writer);
        ended = true;
      }
    }
    if (!ended) {
      throw new IllegalStateException(
          "a writer has ended by itself with status " + writer.await() + ", see " + errors);
    }
  }

  private void take(String line) throws IOException {
    switch (line.charAt(0)) {
      case 'O', 'S', 'E' -> {}
      default -> {
        String[] words = line.split(" ", 3);
        nextNumber = Math.max(nextNumber, Long.parseLong(words[1]) + 1);
        switch (words[0]) {
          case "R" -> refusedCount++;
          case "U" -> unknown.add(words[2]);
          default -> {}
        }
        ledger().take(line);
      }
    }
  }

  /**
   * Takes everything that a writer says until it has ended by itself.
   *
   * @param wrapper a command that runs it; empty for none
   * @param count how many operations it does
   */
  void writeUntilEnd(List<String> wrapper, long count) throws IOException {
    Ledger known = ledger();
    try (WriterProcess writer =
        new WriterProcess(wrapper, folder, seed, nextNumber, count, true, false, errors)) {
      for (String line = writer.line(); line != null; line = writer.line()) {
        take(line);
      }
      endCount++;
    }
    known.ended();
  }

  /** Opens the directory, compares what is there with the model, and settles what was unknown. */
  void check() throws IOException {
    Ledger known = ledger();
    long start = System.nanoTime();
    try (ServedDirectory server = new ServedDirectory(folder)) {
      recoveryMicros.add((System.nanoTime() - start) / 1_000);
      StateCheck check = new StateCheck(server);
      ModelState state = check.state(known.states(), this::mayHaveLostItsLastWrites);
      check.search(state, random.split());
      known.settle(state);
      powerWasLost = false;
      documents = state.collections.values().stream().mapToLong(one -> one.documents.size()).sum();
    }
  }

  private boolean mayHaveLostItsLastWrites(String collection) {
    return powerWasLost && !CollectionKind.of(collection).isForced();
  }

  /** Returns everything that the directory may hold now. */
  List<ModelState> states() throws IOException {
    return ledger().states();
  }

  /** Returns how many writers were ended. */
  int endCount() {
    return endCount;
  }

  /** Returns how many operations were answered. */
  long operationCount() throws IOException {
    return ledger().operationCount();
  }

  /** Returns how many operations were refused without having been done. */
  int refusedCount() {
    return refusedCount;
  }

  /** Returns the failures of operations of which it is not known whether they were done. */
  List<String> unknown() {
    return List.copyOf(unknown);
  }

  /** Returns how long each opening took, with recovery, in microseconds, in ascending order. */
  List<Long> recoveryMicros() {
    return recoveryMicros.stream().sorted().toList();
  }

  /** Returns how many documents there were at the last comparison. */
  long documents() {
    return documents;
  }
}
