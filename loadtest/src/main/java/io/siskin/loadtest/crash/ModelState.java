package io.siskin.loadtest.crash;

import io.siskin.server.write.DocumentInput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a data directory should hold: collections, their snapshots, and aliases, as plain maps.
 *
 * <p>Used by one thread.
 */
final class ModelState {
  /** As many writes as one force of the log can make durable. */
  private static final int EARLIER_MAX = 4;

  /** The collections by their names. */
  final TreeMap<String, Collection> collections = new TreeMap<>();

  /** The collections by their aliases. */
  final TreeMap<String, String> aliases = new TreeMap<>();

  /** A collection: its documents in the order of indexing, and its snapshots by their names. */
  static final class Collection {
    final LinkedHashMap<String, ModelDocument> documents;
    final TreeMap<String, Kept> snapshots = new TreeMap<>();

    /** What it held before each of the last writes that a damage or a loss of power may take. */
    final ArrayDeque<Map<String, ModelDocument>> earlier = new ArrayDeque<>();

    Collection(Map<String, ModelDocument> documents) {
      this.documents = new LinkedHashMap<>(documents);
    }

    private Collection copy() {
      Collection copy = new Collection(documents);
      copy.snapshots.putAll(snapshots);
      copy.earlier.addAll(earlier);
      return copy;
    }
  }

  /**
   * A snapshot. It was made while documents were written, so it may hold any of some states.
   *
   * @param possible the states that it may hold
   */
  record Kept(List<Map<String, ModelDocument>> possible) {}

  /** Returns a copy that changes by itself. */
  ModelState copy() {
    ModelState copy = new ModelState();
    copy.aliases.putAll(aliases);
    collections.forEach((name, collection) -> copy.collections.put(name, collection.copy()));
    return copy;
  }

  /** Returns the collection of a name or an alias; null when there is none. */
  @Nullable Collection collection(String name) {
    return collections.get(aliases.getOrDefault(name, name));
  }

  /**
   * Does an operation.
   *
   * @param operation the operation; a snapshot is made by its {@link Ledger}
   * @return false when it is refused; nothing has changed then
   */
  boolean apply(Operation operation) {
    return switch (operation) {
      case Operation.Write write -> write(write);
      case Operation.Maintenance _ -> collection(operation.collection()) != null;
      case Operation.Change change -> change(change);
    };
  }

  private boolean write(Operation.Write write) {
    Collection collection = collection(write.collection());
    if (collection == null) {
      return false;
    }
    Map<String, ModelDocument> before = new LinkedHashMap<>(collection.documents);
    write(write, collection.documents);
    // A write that finds nothing to do has no frame in the log, so it makes nothing before it
    // durable.
    if (!isSameInOrder(before, collection.documents)) {
      collection.earlier.add(before);
      if (write.kind().isForced() && collection.earlier.size() > EARLIER_MAX) {
        collection.earlier.remove();
      }
    }
    return true;
  }

  private static boolean isSameInOrder(
      Map<String, ModelDocument> some, Map<String, ModelDocument> others) {
    return List.copyOf(some.entrySet()).equals(List.copyOf(others.entrySet()));
  }

  private static void write(Operation.Write write, Map<String, ModelDocument> documents) {
    CollectionKind kind = write.kind();
    String tenant = write.tenant();
    switch (write) {
      case Operation.Upsert upsert -> {
        for (DocumentInput input : upsert.documents()) {
          // A tenant cannot replace what another one has.
          if (!isOfOther(documents.get(input.id()), tenant)) {
            documents.remove(input.id());
            documents.put(input.id(), ModelDocument.of(kind, tenant, input));
          }
        }
      }
      case Operation.DeleteIds delete -> {
        for (String id : delete.ids()) {
          if (!isOfOther(documents.get(id), tenant)) {
            documents.remove(id);
          }
        }
      }
      case Operation.DeleteYears delete ->
          documents
              .values()
              .removeIf(
                  one ->
                      one.owner().equals(tenant)
                          && one.year() >= delete.from()
                          && one.year() < delete.to());
      case Operation.Update update -> {
        for (String id : update.ids()) {
          ModelDocument before = documents.get(id);
          if (before != null && !isOfOther(before, tenant)) {
            documents.remove(id);
            // A changed document is indexed anew, as the last one.
            documents.put(id, kind.hasFields() ? before.with(update.set()) : before);
          }
        }
      }
    }
  }

  private static boolean isOfOther(@Nullable ModelDocument document, String tenant) {
    return document != null && !document.owner().equals(tenant);
  }

  private boolean change(Operation.Change change) {
    return switch (change) {
      case Operation.Create(String name) ->
          collections.putIfAbsent(name, new Collection(Map.of())) == null;
      case Operation.Drop(String name) ->
          !aliases.containsValue(name) && collections.remove(name) != null;
      case Operation.Switch(String name) -> {
        boolean known = collections.containsKey(name);
        if (known) {
          aliases.put(Operation.ALIAS, name);
        }
        yield known;
      }
      case Operation.DeleteSnapshot(String name, String snapshot) -> {
        Collection collection = collection(name);
        yield collection != null && collection.snapshots.remove(snapshot) != null;
      }
      case Operation.Restore _ -> throw new IllegalArgumentException("see restore()");
    };
  }

  /**
   * Makes a collection of a snapshot.
   *
   * @param restore the operation
   * @return one state for each that the snapshot may hold; none when the operation is refused
   */
  List<ModelState> restore(Operation.Restore restore) {
    Collection source = collection(restore.collection());
    Kept kept = source == null ? null : source.snapshots.get(restore.name());
    List<ModelState> results = new ArrayList<>();
    if (kept != null && !collections.containsKey(restore.target())) {
      for (Map<String, ModelDocument> possible : kept.possible()) {
        ModelState state = copy();
        state.collections.put(restore.target(), new Collection(possible));
        Collection again = state.collection(restore.collection());
        if (again != null) {
          again.snapshots.put(restore.name(), new Kept(List.of(possible)));
        }
        results.add(state);
      }
    }
    return results;
  }
}
