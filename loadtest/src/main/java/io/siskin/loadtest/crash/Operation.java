package io.siskin.loadtest.crash;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.document.FieldValue;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
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

  /** How many ids the main collection has, so that documents are often replaced. */
  int IDS = 2_000;

  /** How many ids each of the other collections has. */
  int OTHER_IDS = 600;

  /** How many operations in a row are about one collection, so that some are under way together. */
  int RUN_LENGTH = 8;

  /** How many terms there are, so that most documents share some. */
  int TERMS = 120;

  /** Returns the collection or the alias that it is about. */
  String collection();

  /** Returns the kind of that collection. */
  default CollectionKind kind() {
    return CollectionKind.of(collection());
  }

  /** What changes documents. Such operations of one collection are done in the order of sending. */
  sealed interface Write extends Operation {
    /** Returns the tenant that does it; empty where there are none. */
    String tenant();
  }

  /** What changes no document, and may take place while others are written. */
  sealed interface Maintenance extends Operation {}

  /** What changes which collections, aliases and snapshots there are. */
  sealed interface Change extends Operation {}

  /**
   * Creates or replaces documents.
   *
   * @param collection where
   * @param tenant whose documents these are
   * @param documents the documents, fewer than go into one frame of the log
   * @param searchable whether the answer waits for visibility
   */
  record Upsert(String collection, String tenant, List<DocumentInput> documents, boolean searchable)
      implements Write {}

  /**
   * Deletes documents by their ids.
   *
   * @param collection where
   * @param tenant whose documents
   * @param ids the ids
   */
  record DeleteIds(String collection, String tenant, List<String> ids) implements Write {}

  /**
   * Deletes the documents of some years.
   *
   * @param collection where
   * @param tenant whose documents
   * @param from the first year
   * @param to the year after the last one
   */
  record DeleteYears(String collection, String tenant, long from, long to) implements Write {
    String filter() {
      return "year >= " + from + " and year < " + to;
    }
  }

  /**
   * Sets fields of documents.
   *
   * @param collection where
   * @param tenant whose documents
   * @param ids the documents, each once
   * @param set the fields
   */
  record Update(String collection, String tenant, List<String> ids, Map<String, FieldValue> set)
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
    String target = target(new SplittableRandom(seed * 1_000_033 + number / RUN_LENGTH * 7_907));
    CollectionKind kind = CollectionKind.of(target);
    String tenant = kind.owners().get(random.nextInt(kind.owners().size()));
    int what = random.nextInt(100);
    if (what < 58) {
      return upsert(random, target, tenant);
    } else if (what < 66 || (what < 70 && !kind.hasFields())) {
      return new DeleteIds(target, tenant, ids(random, kind, 1 + random.nextInt(30)));
    } else if (what < 70) {
      long from = 1900L + random.nextInt(120);
      return new DeleteYears(target, tenant, from, from + 1 + random.nextInt(3));
    } else if (what < 78) {
      return update(random, target, tenant, number);
    } else if (what < 82) {
      return new Flush(target);
    } else if (what < 84) {
      return new Compact(target);
    } else if (what < 88) {
      return new CreateSnapshot(target, "s" + random.nextInt(3));
    } else if (what < 90) {
      return new DeleteSnapshot(target, "s" + random.nextInt(3));
    } else if (what < 92) {
      return new Restore(target, "s" + random.nextInt(3), kind.restored());
    } else if (what < 95) {
      return new Create(SECOND);
    } else if (what < 97) {
      return new Drop(random.nextBoolean() ? SECOND : kind.restored());
    }
    return new Switch(random.nextBoolean() ? MAIN : random.nextBoolean() ? SECOND : RESTORED);
  }

  /** The alias never names a collection of another kind than the main one's. */
  private static String target(SplittableRandom random) {
    CollectionKind[] kinds = CollectionKind.values();
    CollectionKind kind =
        random.nextInt(4) == 0 ? CollectionKind.VECTORS : kinds[random.nextInt(kinds.length)];
    boolean other = random.nextInt(8) == 0;
    if (kind == CollectionKind.VECTORS) {
      return other ? ALIAS : MAIN;
    }
    return other ? kind.restored() : kind.collection();
  }

  private static Upsert upsert(SplittableRandom random, String target, String tenant) {
    CollectionKind kind = CollectionKind.of(target);
    // Some batches are larger than a growing segment, so that one is sealed within a batch.
    int size = random.nextInt(6) == 0 ? 1 + random.nextInt(200) : 1 + random.nextInt(40);
    List<DocumentInput> documents = new ArrayList<>(size);
    for (String id : ids(random, kind, size)) {
      documents.add(document(random, kind, id));
    }
    return new Upsert(target, tenant, documents, random.nextInt(4) == 0);
  }

  /**
   * Makes a document.
   *
   * @param random where its content comes from
   * @param kind the kind of its collection
   * @param id its id
   */
  static DocumentInput document(SplittableRandom random, CollectionKind kind, String id) {
    Map<String, FieldValue> fields = new LinkedHashMap<>();
    if (kind.hasFields()) {
      fields.put("year", new FieldValue.Whole(1900 + random.nextInt(120)));
      if (random.nextBoolean()) {
        fields.put("tags", new FieldValue.TextList(List.of("t" + random.nextInt(5))));
      }
      if (random.nextBoolean()) {
        fields.put("note", new FieldValue.Text("n" + random.nextInt(1_000)));
      }
    }
    return kind == CollectionKind.TEXTS
        ? new DocumentInput(id, null, text(random, random.nextInt(30)), fields)
        : new DocumentInput(
            id, vector(random, kind, random.nextInt(24)), null, fields, dense(random, kind));
  }

  private static Map<String, List<float[]>> dense(SplittableRandom random, CollectionKind kind) {
    Map<String, List<float[]>> dense = new LinkedHashMap<>();
    if (kind == CollectionKind.VECTORS) {
      for (DenseFieldSpec field : CollectionKind.DENSE) {
        if (random.nextInt(3) > 0) {
          dense.put(field.name(), vectors(random, field));
        }
      }
    }
    return dense;
  }

  private static List<float[]> vectors(SplittableRandom random, DenseFieldSpec field) {
    List<float[]> vectors = new ArrayList<>();
    for (int i = random.nextInt(field.vectorsMax()); i >= 0; i--) {
      float[] vector = new float[field.type().dimensions()];
      for (int j = 0; j < vector.length; j++) {
        // Not 0, so that no vector is without a direction.
        vector[j] = (1 + random.nextInt(100)) * (random.nextBoolean() ? 1 : -1);
      }
      vectors.add(vector);
    }
    return vectors;
  }

  private static Update update(SplittableRandom random, String target, String tenant, long number) {
    CollectionKind kind = CollectionKind.of(target);
    return new Update(
        target,
        tenant,
        List.copyOf(new LinkedHashSet<>(ids(random, kind, 1 + random.nextInt(20)))),
        kind.hasFields()
            ? Map.of(
                "year", new FieldValue.Whole(1900 + random.nextInt(120)),
                "note", new FieldValue.Text("u" + number))
            : Map.of("note", new FieldValue.Text("u" + number)));
  }

  private static List<String> ids(SplittableRandom random, CollectionKind kind, int count) {
    List<String> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add("d" + random.nextInt(kind == CollectionKind.VECTORS ? IDS : OTHER_IDS));
    }
    return ids;
  }

  /**
   * Makes a text of so many words.
   *
   * @param random where they come from
   * @param size how many
   */
  static String text(SplittableRandom random, int size) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < size; i++) {
      // The lower numbers are more frequent, so that words repeat.
      text.append(i == 0 ? "" : " ").append('w').append(random.nextInt(1 + random.nextInt(TERMS)));
    }
    return text.toString();
  }

  /**
   * Makes a vector of about so many terms, without repeating one, as a kind of collection has it.
   *
   * @param random where it comes from
   * @param kind the kind
   * @param size how many terms are drawn
   */
  static SparseVector vector(SplittableRandom random, CollectionKind kind, int size) {
    TermIdVector ids = vector(random, size);
    if (kind != CollectionKind.OLD) {
      return ids;
    }
    Map<String, Float> tokens = new LinkedHashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      // The terms of the documents that are there before are t0 to t16.
      tokens.put("t" + ids.termId(i), ids.weight(i));
    }
    return TokenVector.of(tokens);
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
