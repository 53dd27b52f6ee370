package io.siskin.loadtest.crash;

import io.siskin.loadtest.crash.ModelState.Kept;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the writes to a data directory: a state for everything that may have become of
 * them. An operation that was answered is in all states. One that was under way when its process
 * ended is there as a whole or not at all, so there is a state for both.
 *
 * <p>Used by one thread.
 */
final class Ledger {
  private static final int STATES_MAX = 2_000;

  private final long seed;
  private final Deque<Long> pending = new ArrayDeque<>();
  private final Map<Long, String> answers = new HashMap<>();
  private List<Candidate> candidates = new ArrayList<>();
  private @Nullable Long pendingSnapshot;
  private long operationCount;

  /** A possible state, and the states that the snapshot under way may hold. */
  private static final class Candidate {
    private final ModelState state;
    private List<Map<String, ModelDocument>> snapshot = new ArrayList<>();

    /** How many of the earlier states of a collection are over when what is under way is done. */
    private int overWhenDone;

    Candidate(ModelState state) {
      this.state = state;
    }

    void note(@Nullable Operation making) {
      if (making != null) {
        ModelState.Collection collection = state.collection(making.collection());
        if (collection != null) {
          snapshot.add(new LinkedHashMap<>(collection.documents));
        }
      }
    }

    Candidate copy() {
      Candidate copy = new Candidate(state.copy());
      copy.snapshot.addAll(snapshot);
      copy.overWhenDone = overWhenDone;
      return copy;
    }

    void begin(Operation maintenance) {
      ModelState.Collection collection = state.collection(maintenance.collection());
      overWhenDone = collection == null ? 0 : collection.earlier.size();
    }

    /** What was answered before a commit was asked for is in it. */
    void committed(Operation maintenance) {
      ModelState.Collection collection = state.collection(maintenance.collection());
      if (collection != null && !maintenance.kind().isForced()) {
        for (int i = 0; i < overWhenDone; i++) {
          collection.earlier.remove();
        }
      }
      overWhenDone = 0;
    }
  }

  /**
   * Begins with a known state.
   *
   * @param seed the seed of the operations
   * @param state the state
   */
  Ledger(long seed, ModelState state) {
    this.seed = seed;
    settle(state);
  }

  /** Returns how many operations were answered. */
  long operationCount() {
    return operationCount;
  }

  /** Returns everything that may be there. */
  List<ModelState> states() {
    return candidates.stream().map(candidate -> candidate.state).toList();
  }

  /**
   * Forgets all states but the one that was found.
   *
   * @param state the state
   */
  void settle(ModelState state) {
    // What is read from a log when it is opened is forced to the disk before anybody sees it.
    state.collections.values().forEach(collection -> collection.earlier.clear());
    candidates = new ArrayList<>(List.of(new Candidate(state)));
  }

  private @Nullable Operation snapshot() {
    return pendingSnapshot == null ? null : Operation.of(seed, pendingSnapshot);
  }

  /**
   * Takes what a writer says: {@code B NUMBER} before it begins an operation; after it, {@code A
   * NUMBER COUNT} when it was done, {@code N NUMBER} when it was refused because it does not fit
   * what is there, {@code R NUMBER} when it was refused because of the disk and nothing was done,
   * and {@code U NUMBER} when what became of it is unknown.
   *
   * @param line the line
   * @throws IllegalStateException when no state explains the answer
   */
  void take(String line) {
    String[] words = line.split(" ", 3);
    long number = Long.parseLong(words[1]);
    Operation operation = Operation.of(seed, number);
    switch (words[0]) {
      case "B" -> begin(number, operation);
      case "A" -> {
        operationCount++;
        answered(number, operation, "A");
        if (operation instanceof Operation.CreateSnapshot create) {
          keepOnly(create, Long.parseLong(words[2]));
        }
      }
      case "N", "R", "U" -> answered(number, operation, words[0]);
      default -> throw new IllegalStateException("a writer has said: " + line);
    }
  }

  private void begin(long number, Operation operation) {
    if (operation instanceof Operation.Maintenance) {
      candidates.forEach(candidate -> candidate.begin(operation));
    }
    if (operation instanceof Operation.CreateSnapshot) {
      pendingSnapshot = number;
      for (Candidate candidate : candidates) {
        candidate.snapshot = new ArrayList<>();
        candidate.note(operation);
      }
    } else if (!(operation instanceof Operation.Maintenance)) {
      pending.add(number);
    }
  }

  /** Writes are done in the order of sending, and answered when they are durable or visible. */
  private void answered(long number, Operation operation, String answer) {
    if (operation instanceof Operation.Maintenance) {
      end(operation, answer);
      return;
    }
    answers.put(number, answer);
    while (!pending.isEmpty() && answers.containsKey(pending.getFirst())) {
      long first = pending.remove();
      end(Operation.of(seed, first), Objects.requireNonNull(answers.remove(first)));
    }
  }

  private void end(Operation operation, String answer) {
    switch (answer) {
      case "A" -> end(operation, true);
      case "N" -> end(operation, false);
      case "U" -> unknown(operation);
      default -> {
        if (operation instanceof Operation.CreateSnapshot) {
          pendingSnapshot = null;
        }
      }
    }
  }

  private void end(Operation operation, boolean done) {
    if (done && operation instanceof Operation.Maintenance) {
      candidates.forEach(candidate -> candidate.committed(operation));
    }
    if (operation instanceof Operation.CreateSnapshot create) {
      // Writes under way may be in it already.
      for (Candidate candidate : candidates) {
        Candidate ahead = candidate.copy();
        for (long write : pending) {
          ahead.state.apply(Operation.of(seed, write));
          ahead.note(create);
        }
        candidate.snapshot = ahead.snapshot;
      }
      pendingSnapshot = null;
    }
    List<Candidate> next = new ArrayList<>();
    for (Candidate candidate : candidates) {
      List<Candidate> after = after(candidate, operation);
      if (done) {
        next.addAll(after);
      } else if (after.isEmpty()) {
        next.add(candidate);
      }
    }
    take(next, operation);
  }

  private void unknown(Operation operation) {
    List<Candidate> next = new ArrayList<>();
    for (Candidate candidate : candidates) {
      next.add(candidate.copy());
      next.addAll(after(candidate, operation));
    }
    if (operation instanceof Operation.CreateSnapshot) {
      pendingSnapshot = null;
    }
    take(next, operation);
  }

  private void take(List<Candidate> next, Operation operation) {
    if (next.isEmpty()) {
      throw new IllegalStateException("no state explains the answer to " + shown(operation));
    }
    if (next.size() > STATES_MAX) {
      throw new IllegalStateException("more than " + STATES_MAX + " states are possible");
    }
    candidates = next;
  }

  /** Returns what a state becomes; nothing when it refuses the operation. May change it. */
  private List<Candidate> after(Candidate candidate, Operation operation) {
    return switch (operation) {
      case Operation.CreateSnapshot(String name, String snapshot) -> {
        ModelState.Collection collection = candidate.state.collection(name);
        if (collection == null || collection.snapshots.containsKey(snapshot)) {
          yield List.of();
        }
        collection.snapshots.put(snapshot, new Kept(List.copyOf(candidate.snapshot)));
        candidate.snapshot = new ArrayList<>();
        yield List.of(candidate);
      }
      case Operation.Restore restore ->
          candidate.state.restore(restore).stream().map(Candidate::new).toList();
      default -> {
        if (!candidate.state.apply(operation)) {
          yield List.of();
        }
        candidate.note(snapshot());
        yield List.of(candidate);
      }
    };
  }

  /** Drops the states in which a snapshot would have another number of documents. */
  private void keepOnly(Operation.CreateSnapshot create, long count) {
    List<Candidate> fitting = new ArrayList<>();
    for (Candidate candidate : candidates) {
      ModelState.Collection collection = candidate.state.collection(create.collection());
      Kept kept = collection == null ? null : collection.snapshots.get(create.name());
      if (collection != null && kept != null) {
        List<Map<String, ModelDocument>> possible =
            distinctInOrder(kept.possible().stream().filter(one -> one.size() == count).toList());
        if (!possible.isEmpty()) {
          collection.snapshots.put(create.name(), new Kept(possible));
          fitting.add(candidate);
        }
      }
    }
    take(fitting, create);
  }

  /** Maps are equal whatever their order is, but here the order counts: an update changes it. */
  private static List<Map<String, ModelDocument>> distinctInOrder(
      List<Map<String, ModelDocument>> states) {
    Map<List<Map.Entry<String, ModelDocument>>, Map<String, ModelDocument>> distinct =
        new LinkedHashMap<>();
    states.forEach(state -> distinct.putIfAbsent(List.copyOf(state.entrySet()), state));
    return List.copyOf(distinct.values());
  }

  /** Takes note that the writer's process has ended: what was under way may be there or not. */
  void ended() {
    while (!answers.isEmpty()) {
      long first = pending.remove();
      String answer = answers.remove(first);
      end(Operation.of(seed, first), answer == null ? "U" : answer);
    }
    Operation snapshot = snapshot();
    // A log gives back the writes up to some write, so each prefix of them is possible.
    List<Candidate> possible = new ArrayList<>(candidates);
    List<Candidate> longest = candidates;
    while (!pending.isEmpty()) {
      Operation operation = Operation.of(seed, pending.remove());
      List<Candidate> longer = new ArrayList<>();
      for (Candidate candidate : longest) {
        longer.addAll(after(candidate.copy(), operation));
      }
      possible.addAll(longer);
      longest = longer;
    }
    if (snapshot != null) {
      List<Candidate> without = possible.stream().map(Candidate::copy).toList();
      // A snapshot holds what was forced before, so a prefix that is there has all that it holds.
      List<Candidate> with = new ArrayList<>();
      for (Candidate candidate : possible) {
        with.addAll(after(candidate, snapshot));
      }
      possible = new ArrayList<>(without);
      possible.addAll(with);
    }
    pendingSnapshot = null;
    take(possible, Operation.of(seed, 0));
  }

  static String shown(Operation operation) {
    return operation instanceof Operation.Upsert upsert
        ? "Upsert[" + upsert.collection() + ", " + upsert.documents().size() + " documents]"
        : operation.toString();
  }
}
