package io.siskin.loadtest.crash;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.retrieve.RetrievalRequest;
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
  private static final int READS = 50;
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
      found.put(name, server.documents(name, CollectionKind.of(name)));
    }
    for (String name : found.keySet()) {
      Map<String, List<StoredDocument>> snapshots = new TreeMap<>();
      for (KeptSnapshot snapshot : server.live.snapshots(name).join()) {
        server.live.restore(name, snapshot.name(), CHECKED).join();
        List<StoredDocument> documents = server.documents(CHECKED, CollectionKind.of(name));
        server.live.drop(CHECKED).join();
        snapshots.put(snapshot.name(), documents);
      }
      kept.put(name, snapshots);
    }
  }

  /**
   * Finds the state that a server shows among those that are possible.
   *
   * @param possible the states, which stay as they are
   * @param mayBeEarlier the collections that may have lost their last writes
   * @return the state; what its snapshots hold, and which writes are lost, is settled in it
   * @throws IllegalStateException when it is none of them, with the first difference to each
   */
  ModelState state(List<ModelState> possible, Predicate<String> mayBeEarlier) {
    List<String> differences = new ArrayList<>();
    for (ModelState one : possible) {
      ModelState state = one.copy();
      String difference = difference(state, mayBeEarlier);
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

  private String difference(ModelState state, Predicate<String> mayBeEarlier) {
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
      List<StoredDocument> documents = Objects.requireNonNull(found.get(name));
      String difference = difference(collection.documents, documents);
      if (!difference.isEmpty() && !(mayBeEarlier.test(name) && isEarlier(collection, documents))) {
        return name + ": " + difference;
      }
      difference = snapshotDifference(collection, Objects.requireNonNull(kept.get(name)));
      if (!difference.isEmpty()) {
        return name + ", snapshot " + difference;
      }
    }
    return "";
  }

  /** Takes back the last writes of a collection until it fits; returns false when it never does. */
  private static boolean isEarlier(
      ModelState.Collection collection, List<StoredDocument> documents) {
    for (Map<String, ModelDocument> earlier : collection.earlier) {
      if (difference(earlier, documents).isEmpty()) {
        collection.documents.clear();
        collection.documents.putAll(earlier);
        return true;
      }
    }
    return false;
  }

  private static String snapshotDifference(
      ModelState.Collection collection, Map<String, List<StoredDocument>> snapshots) {
    if (!collection.snapshots.keySet().equals(snapshots.keySet())) {
      return "names " + snapshots.keySet() + ", expected " + collection.snapshots.keySet();
    }
    for (Map.Entry<String, List<StoredDocument>> snapshot : snapshots.entrySet()) {
      String name = snapshot.getKey();
      List<String> differences = new ArrayList<>();
      Map<String, ModelDocument> fitting = null;
      for (Map<String, ModelDocument> possible :
          Objects.requireNonNull(collection.snapshots.get(name)).possible()) {
        String difference = difference(possible, snapshot.getValue());
        if (difference.isEmpty()) {
          fitting = possible;
          break;
        }
        differences.add(difference);
      }
      if (fitting == null) {
        return name + ": " + String.join(", or ", differences);
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
   * Compares counts, exact searches and reads by id with the model. A tenant must see its own
   * documents and no others.
   *
   * @param state what is there
   * @param random where queries come from
   * @throws IllegalStateException when an answer differs
   */
  void search(ModelState state, SplittableRandom random) {
    for (Map.Entry<String, ModelState.Collection> one : state.collections.entrySet()) {
      String name = one.getKey();
      CollectionKind kind = CollectionKind.of(name);
      List<ModelDocument> documents = List.copyOf(one.getValue().documents.values());
      for (String tenant : kind.owners()) {
        List<ModelDocument> own =
            documents.stream().filter(each -> each.owner().equals(tenant)).toList();
        checkReads(name, tenant, documents, own);
        check(name, tenant, new Selector.All(), documents, own, random);
        if (kind.hasFields()) {
          long from = 1900L + random.nextInt(120);
          check(
              name,
              tenant,
              new Selector.Expression("year >= " + from),
              documents,
              own.stream().filter(each -> each.year() >= from).toList(),
              random);
        }
      }
    }
  }

  private void checkReads(
      String name, String tenant, List<ModelDocument> all, List<ModelDocument> own) {
    List<String> ids = all.stream().limit(READS).map(ModelDocument::id).toList();
    if (!ids.isEmpty()) {
      Set<String> visible = new TreeSet<>(own.stream().map(ModelDocument::id).toList());
      require(
          ids.stream().filter(visible::contains).toList(),
          server.get(name, tenant, ids).stream().map(StoredDocument::id).toList(),
          name + ": reads of the tenant '" + tenant + "'");
    }
  }

  private void check(
      String name,
      String tenant,
      Selector selector,
      List<ModelDocument> all,
      List<ModelDocument> admitted,
      SplittableRandom random) {
    String where = name + ", tenant '" + tenant + "', " + selector;
    require(admitted.size(), server.count(name, tenant, selector), where + ": count");
    for (int i = 0; i < QUERIES; i++) {
      Asked query = query(CollectionKind.of(name), all, random);
      List<Hit> expected = new ArrayList<>();
      for (ModelDocument document : admitted) {
        float score = document.vector().score(query.expected());
        if (score > 0) {
          expected.add(new Hit(document.id(), score));
        }
      }
      // The sort is stable, so equal scores stay in the order of indexing.
      expected.sort(Comparator.comparingDouble(Hit::score).reversed());
      List<Hit> hits = new ArrayList<>();
      for (RetrievalResponse.Hit hit : server.search(name, tenant, query.sent(), K, selector)) {
        hits.add(new Hit(hit.id(), hit.score()));
      }
      require(
          expected.subList(0, Math.min(K, expected.size())),
          hits,
          where + ": search for " + query.sent());
    }
  }

  /**
   * A query.
   *
   * @param sent what the server is sent
   * @param expected what it should become there
   */
  private record Asked(RetrievalRequest.Query sent, QuantizedQuery expected) {}

  private static Asked query(
      CollectionKind kind, List<ModelDocument> all, SplittableRandom random) {
    int size = 1 + random.nextInt(12);
    if (kind == CollectionKind.TEXTS) {
      String text = Operation.text(random, size);
      return new Asked(
          new RetrievalRequest.Query.Text(text), QuantizedQuery.of(weighedByIdf(text, all)));
    }
    SparseVector vector = Operation.vector(random, kind, size);
    return new Asked(new RetrievalRequest.Query.Vector(vector), QuantizedQuery.of(vector));
  }

  /** The counts of words, each times its idf in the documents that are there now (ADR 0027). */
  private static TokenVector weighedByIdf(String text, List<ModelDocument> all) {
    Map<String, Float> weights = new TreeMap<>();
    ModelVector.counts(text)
        .forEach(
            (word, count) -> {
              long having =
                  all.stream().filter(one -> one.vector().impacts().containsKey(word)).count();
              float idf = (float) Math.log1p((all.size() - having + 0.5) / (having + 0.5));
              weights.put(word, count * idf);
            });
    return TokenVector.of(weights);
  }

  private record Hit(String id, float score) {}

  private static void require(Object expected, Object found, String what) {
    if (!expected.toString().equals(found.toString())) {
      throw new IllegalStateException(what + " gives " + found + ", expected " + expected);
    }
  }
}
