package io.siskin.loadtest.crash;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.retrieve.StoredDocument;
import io.siskin.server.write.CollectionChanges.KeptSnapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Compares what a server answers with a model: which collections, aliases and snapshots there are,
 * every document with its vector and fields and in the order of indexing, counts, and exact
 * searches with and without a filter. The scores of searches must be equal to the last bit.
 */
final class StateCheck {
  private static final int QUERIES = 4;
  private static final int K = 25;
  private static final String CHECKED = "checked";

  private final ServedDirectory server;
  private final Map<String, List<StoredDocument>> found = new TreeMap<>();
  private final Map<String, Map<String, List<StoredDocument>>> kept = new TreeMap<>();

  /**
   * Reads everything that a server has.
   *
   * @param server the server
   */
  StateCheck(ServedDirectory server) {
    this.server = server;
    for (String name : server.catalog.names()) {
      found.put(name, server.documents(name));
    }
    for (String name : found.keySet()) {
      Map<String, List<StoredDocument>> snapshots = new TreeMap<>();
      for (KeptSnapshot snapshot : server.live.snapshots(name).join()) {
        server.live.restore(name, snapshot.name(), CHECKED).join();
        List<StoredDocument> documents = server.documents(CHECKED);
        server.live.drop(CHECKED).join();
        snapshots.put(snapshot.name(), documents);
      }
      kept.put(name, snapshots);
    }
  }

  /**
   * Finds the state that a server shows among those that are possible.
   *
   * @param possible the states; what the snapshots of the one found hold is settled in it
   * @return the state
   * @throws IllegalStateException when it is none of them, with the first difference to each
   */
  ModelState state(List<ModelState> possible) {
    List<String> differences = new ArrayList<>();
    for (ModelState state : possible) {
      String difference = difference(state);
      if (difference.isEmpty()) {
        return state;
      }
      differences.add(difference);
    }
    throw new IllegalStateException(
        "none of "
            + possible.size()
            + " possible states is there:\n  "
            + String.join("\n  ", differences.stream().distinct().limit(12).toList()));
  }

  private String difference(ModelState state) {
    if (!state.collections.keySet().equals(found.keySet())) {
      return "collections " + found.keySet() + ", expected " + state.collections.keySet();
    }
    Map<String, String> aliases = server.catalog.aliases().collections();
    if (!state.aliases.equals(aliases)) {
      return "aliases " + aliases + ", expected " + state.aliases;
    }
    for (Map.Entry<String, ModelState.Collection> one : state.collections.entrySet()) {
      String name = one.getKey();
      ModelState.Collection collection = one.getValue();
      String difference = difference(collection.documents, Objects.requireNonNull(found.get(name)));
      if (!difference.isEmpty()) {
        return name + ": " + difference;
      }
      difference = snapshotDifference(collection, Objects.requireNonNull(kept.get(name)));
      if (!difference.isEmpty()) {
        return name + ", snapshot " + difference;
      }
    }
    return "";
  }

  private static String snapshotDifference(
      ModelState.Collection collection, Map<String, List<StoredDocument>> snapshots) {
    if (!collection.snapshots.keySet().equals(snapshots.keySet())) {
      return "names " + snapshots.keySet() + ", expected " + collection.snapshots.keySet();
    }
    for (Map.Entry<String, List<StoredDocument>> snapshot : snapshots.entrySet()) {
      String name = snapshot.getKey();
      String last = "";
      Map<String, ModelDocument> fitting = null;
      for (Map<String, ModelDocument> possible :
          Objects.requireNonNull(collection.snapshots.get(name)).possible()) {
        last = difference(possible, snapshot.getValue());
        if (last.isEmpty()) {
          fitting = possible;
          break;
        }
      }
      if (fitting == null) {
        return name + ": " + last;
      }
      collection.snapshots.put(name, new ModelState.Kept(List.of(fitting)));
    }
    return "";
  }

  private static String difference(
      Map<String, ModelDocument> expected, List<StoredDocument> documents) {
    List<ModelDocument> wanted = List.copyOf(expected.values());
    for (int i = 0; i < Math.min(wanted.size(), documents.size()); i++) {
      if (!wanted.get(i).isSame(documents.get(i))) {
        return "document "
            + i
            + " of "
            + documents.size()
            + " is "
            + shown(documents.get(i))
            + ", expected "
            + shown(wanted.get(i))
            + missing(expected, documents);
      }
    }
    return wanted.size() == documents.size()
        ? ""
        : documents.size() + " documents, expected " + wanted.size() + missing(expected, documents);
  }

  private static String shown(StoredDocument document) {
    return document.id() + " " + new TreeMap<>(document.fields());
  }

  private static String shown(ModelDocument document) {
    return document.id() + " " + new TreeMap<>(document.fields());
  }

  private static String missing(
      Map<String, ModelDocument> expected, List<StoredDocument> documents) {
    TreeSet<String> missing = new TreeSet<>(expected.keySet());
    TreeSet<String> more = new TreeSet<>();
    for (StoredDocument document : documents) {
      if (!missing.remove(document.id())) {
        more.add(document.id());
      }
    }
    return "; missing "
        + missing.size()
        + " "
        + first(missing)
        + ", too many "
        + more.size()
        + " "
        + first(more);
  }

  private static List<String> first(Set<String> ids) {
    return ids.stream().limit(5).toList();
  }

  /**
   * Compares counts and exact searches with the model.
   *
   * @param state what is there
   * @param random where queries come from
   * @throws IllegalStateException when an answer differs
   */
  void search(ModelState state, SplittableRandom random) {
    for (Map.Entry<String, ModelState.Collection> one : state.collections.entrySet()) {
      List<ModelDocument> documents = List.copyOf(one.getValue().documents.values());
      long from = 1900L + random.nextInt(120);
      check(one.getKey(), documents, new Selector.All(), document -> true, random);
      check(
          one.getKey(),
          documents,
          new Selector.Expression("year >= " + from),
          document -> document.year() >= from,
          random);
    }
  }

  private void check(
      String name,
      List<ModelDocument> all,
      Selector selector,
      Predicate<ModelDocument> admitted,
      SplittableRandom random) {
    List<ModelDocument> documents = all.stream().filter(admitted).toList();
    require(documents.size(), server.count(name, selector), name + ": count of " + selector);
    for (int i = 0; i < QUERIES; i++) {
      TermIdVector query = Operation.vector(random, 1 + random.nextInt(12));
      QuantizedQuery quantized = QuantizedQuery.of(query);
      List<Hit> expected = new ArrayList<>();
      for (ModelDocument document : documents) {
        float score = document.score(quantized);
        if (score > 0) {
          expected.add(new Hit(document.id(), score));
        }
      }
      // The sort is stable, so equal scores stay in the order of indexing.
      expected.sort(Comparator.comparingDouble(Hit::score).reversed());
      List<Hit> hits = new ArrayList<>();
      for (RetrievalResponse.Hit hit : server.search(name, query, K, selector)) {
        hits.add(new Hit(hit.id(), hit.score()));
      }
      require(
          expected.subList(0, Math.min(K, expected.size())),
          hits,
          name + ": search for " + query + " in " + selector);
    }
  }

  private record Hit(String id, float score) {}

  private static void require(Object expected, Object found, String what) {
    if (!expected.toString().equals(found.toString())) {
      throw new IllegalStateException(what + " gives " + found + ", expected " + expected);
    }
  }
}
