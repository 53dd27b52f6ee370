package io.siskin.loadtest.load.scenario;

import io.siskin.index.error.InvalidInputException;
import io.siskin.loadtest.load.schedule.Share;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One kind of call of a load. */
public sealed interface Operation {
  /** The most documents or ids of one call. */
  int BATCH_MAX = 10_000;

  /** Returns what the report calls it; unique in a scenario. */
  String name();

  /** Returns what part of the calls are of this kind. */
  Share share();

  /** Returns the collection or its alias. */
  String collection();

  /** Returns whose documents they are; empty for a collection without tenants. */
  String tenant();

  /** Returns whether calls are requests of a stream of each connection, instead of unary calls. */
  boolean isStream();

  /** Which part of a record of a query file is searched with. */
  enum QueryForm {
    /** The vector if the record has one, otherwise the text. */
    ANY,
    /** The vector. */
    VECTOR,
    /** The text, which the server encodes. */
    TEXT
  }

  /**
   * A search. The queries of the file are sent one after the other, and again from the beginning.
   *
   * @param name what the report calls it
   * @param share what part of the calls are of this kind
   * @param collection the collection or its alias
   * @param tenant whose documents are searched
   * @param isStream whether it uses SearchStream
   * @param queries a file of queries: .csr, JSON Lines or TSV
   * @param form which part of a record is sent
   * @param isUnique whether each text gets the number of the search at its end, so that no cache
   *     has its encoding
   * @param k how many hits, 1 to 10,000
   * @param recallTarget above 0 to 1; null for the collection's default
   * @param filter a filter expression, in which {@code {name}} stands for a value; null for none
   * @param values for each name in the filter the values that take turns
   * @param fields names of stored fields that are returned
   */
  record Search(
      String name,
      Share share,
      String collection,
      String tenant,
      boolean isStream,
      Path queries,
      QueryForm form,
      boolean isUnique,
      int k,
      @Nullable Double recallTarget,
      @Nullable String filter,
      Map<String, List<String>> values,
      List<String> fields)
      implements Operation {
    /**
     * Checks the ranges.
     *
     * @throws InvalidInputException when a value is outside of its range
     */
    public Search {
      values = Map.copyOf(values);
      fields = List.copyOf(fields);
      checkCount("k", k, 10_000);
      if (recallTarget != null && !(recallTarget > 0 && recallTarget <= 1)) {
        throw new InvalidInputException("recall_target", recallTarget, "above 0 to 1");
      }
    }
  }

  /**
   * An upsert of some documents of a file, drawn at random.
   *
   * @param name what the report calls it
   * @param share what part of the calls are of this kind
   * @param collection the collection or its alias
   * @param tenant whose documents they are
   * @param isStream whether it uses UpsertStream
   * @param documents a file of documents: .csr or JSON Lines
   * @param idPrefix stands before the ids of the file; empty replaces the documents of these ids
   * @param batch how many documents a call has, 1 to 10,000
   */
  record Upsert(
      String name,
      Share share,
      String collection,
      String tenant,
      boolean isStream,
      Path documents,
      String idPrefix,
      int batch)
      implements Operation {
    /**
     * Checks the ranges.
     *
     * @throws InvalidInputException when a value is outside of its range
     */
    public Upsert {
      checkCount("batch", batch, BATCH_MAX);
    }
  }

  /**
   * A deletion of documents by ids, drawn at random from those of a file.
   *
   * @param name what the report calls it
   * @param share what part of the calls are of this kind
   * @param collection the collection or its alias
   * @param tenant whose documents they are
   * @param documents a file of documents, whose ids are used
   * @param idPrefix stands before the ids of the file
   * @param batch how many ids a call has, 1 to 10,000
   */
  record Delete(
      String name,
      Share share,
      String collection,
      String tenant,
      Path documents,
      String idPrefix,
      int batch)
      implements Operation {
    /**
     * Checks the ranges.
     *
     * @throws InvalidInputException when a value is outside of its range
     */
    public Delete {
      checkCount("batch", batch, BATCH_MAX);
    }

    @Override
    public boolean isStream() {
      return false;
    }
  }

  private static void checkCount(String name, int count, int max) {
    if (count < 1 || count > max) {
      throw new InvalidInputException(name, count, "a whole number from 1 to " + max);
    }
  }
}
