package io.siskin.loadtest.crash;

import io.siskin.index.document.FieldValue;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.write.DocumentInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One thing that a writer does. The writer and the one who judges it make the same operation of the
 * same seed and number, so only numbers go between them.
 */
sealed interface Operation {
  /** The collection that is always there. */
  String MAIN = "birds";

  /** A collection that comes and goes. */
  String SECOND = "guests";

  /** A collection that is made of snapshots. */
  String RESTORED = "restored";

  /** An alias of one of them. */
  String ALIAS = "current";

  /** How many ids there are, so that documents are often replaced. */
  int IDS = 2_000;

  /** How many terms there are, so that most documents share some. */
  int TERMS = 120;

  /** Returns the collection or the alias that it is about. */
  String collection();

  /** What changes documents. Such operations of one collection are done in the order of sending. */
  sealed interface Write extends Operation {}

  /** What changes no document, and may take place while others are written. */
  sealed interface Maintenance extends Operation {}

  /** What changes which collections, aliases and snapshots there are. */
  sealed interface Change extends Operation {}

  /**
   * Creates or replaces documents.
   *
   * @param collection where
   * @param documents the documents, fewer than go into one frame of the log
   * @param searchable whether the answer waits for visibility
   */
  record Upsert(String collection, List<DocumentInput> documents, boolean searchable)
      implements Write {}

  /**
   * Deletes documents by their ids.
   *
   * @param collection where
   * @param ids the ids
   */
  record DeleteIds(String collection, List<String> ids) implements Write {}

  /**
   * Deletes the documents of some years.
   *
   * @param collection where
   * @param from the first year
   * @param to the year after the last one
   */
  record DeleteYears(String collection, long from, long to) implements Write {
    String filter() {
      return "year >= " + from + " and year < " + to;
    }
  }

  /**
   * Sets fields of documents.
   *
   * @param collection where
   * @param ids the documents, each once
   * @param set the fields
   */
  record Update(String collection, List<String> ids, Map<String, FieldValue> set)
      implements Write {}

  /** Moves what was written into a segment. */
  record Flush(String collection) implements Maintenance {}

  /** Rewrites all segments into one. */
  record Compact(String collection) implements Maintenance {}

  /** Keeps a snapshot. */
  record CreateSnapshot(String collection, String name) implements Maintenance {}

  /** Removes a snapshot. */
  record DeleteSnapshot(String collection, String name) implements Change {}

  /** Makes a collection of a snapshot. */
  record Restore(String collection, String name, String target) implements Change {}

  /** Makes an empty collection. */
  record Create(String collection) implements Change {}

  /** Removes a collection. */
  record Drop(String collection) implements Change {}

  /** Lets the alias name a collection. */
  record Switch(String collection) implements Change {}

  /**
   * Makes an operation.
   *
   * @param seed the seed of the run
   * @param number the number of the operation
   */
  static Operation of(long seed, long number) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number * 7_919);
    String target = random.nextInt(8) == 0 ? ALIAS : MAIN;
    int kind = random.nextInt(100);
    if (kind < 58) {
      return upsert(random, target);
    } else if (kind < 66) {
      return new DeleteIds(target, ids(random, 1 + random.nextInt(30)));
    } else if (kind < 70) {
      long from = 1900 + random.nextInt(120);
      return new DeleteYears(target, from, from + 1 + random.nextInt(3));
    } else if (kind < 78) {
      return new Update(
          target,
          List.copyOf(new LinkedHashSet<>(ids(random, 1 + random.nextInt(20)))),
          Map.of(
              "year", new FieldValue.Whole(1900 + random.nextInt(120)),
              "note", new FieldValue.Text("u" + number)));
    } else if (kind < 82) {
      return new Flush(target);
    } else if (kind < 84) {
      return new Compact(target);
    } else if (kind < 88) {
      return new CreateSnapshot(target, "s" + random.nextInt(3));
    } else if (kind < 90) {
      return new DeleteSnapshot(target, "s" + random.nextInt(3));
    } else if (kind < 92) {
      return new Restore(target, "s" + random.nextInt(3), RESTORED);
    } else if (kind < 95) {
      return new Create(SECOND);
    } else if (kind < 97) {
      return new Drop(random.nextBoolean() ? SECOND : RESTORED);
    }
    return new Switch(random.nextBoolean() ? MAIN : random.nextBoolean() ? SECOND : RESTORED);
  }

  private static Upsert upsert(SplittableRandom random, String target) {
    // Some batches are larger than a growing segment, so that one is sealed within a batch.
    int size = random.nextInt(6) == 0 ? 1 + random.nextInt(200) : 1 + random.nextInt(40);
    List<DocumentInput> documents = new ArrayList<>(size);
    for (String id : ids(random, size)) {
      Map<String, FieldValue> fields = new LinkedHashMap<>();
      fields.put("year", new FieldValue.Whole(1900 + random.nextInt(120)));
      if (random.nextBoolean()) {
        fields.put("tags", new FieldValue.TextList(List.of("t" + random.nextInt(5))));
      }
      if (random.nextBoolean()) {
        fields.put("note", new FieldValue.Text("n" + random.nextInt(1_000)));
      }
      documents.add(new DocumentInput(id, vector(random, random.nextInt(24)), null, fields));
    }
    return new Upsert(target, documents, random.nextInt(4) == 0);
  }

  private static List<String> ids(SplittableRandom random, int count) {
    List<String> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add("d" + random.nextInt(IDS));
    }
    return ids;
  }

  /**
   * Makes a vector of about so many terms, without repeating one.
   *
   * @param random where it comes from
   * @param size how many terms are drawn
   */
  static TermIdVector vector(SplittableRandom random, int size) {
    int[] terms = random.ints(size, 0, TERMS).distinct().sorted().toArray();
    float[] weights = new float[terms.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 0.01f + random.nextInt(300) / 100f;
    }
    return TermIdVector.of(terms, weights);
  }
}
