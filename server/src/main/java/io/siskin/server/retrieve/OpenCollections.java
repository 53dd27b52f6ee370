package io.siskin.server.retrieve;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.batch.EncoderClosedException;
import io.siskin.server.batch.EncoderOverloadedException;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.filter.FilterCache;
import io.siskin.server.rank.scope.RankingModelException;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.suggest.QueryLog;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one way to the snapshots of a catalog: who acquires one gets a typed error where there is
 * none or where it is damaged, and who reads one gets a typed error where reading shows damage.
 *
 * <p>Safe for concurrent use; takes no lock.
 */
public final class OpenCollections {
  private final CollectionCatalog catalog;

  /**
   * Makes a way to the snapshots.
   *
   * @param catalog has them
   */
  public OpenCollections(CollectionCatalog catalog) {
    this.catalog = catalog;
  }

  /** Returns the names of the collections, sorted. */
  List<String> names() {
    return catalog.names();
  }

  /** Returns what keeps the documents that filters admit. */
  FilterCache filters() {
    return catalog.filters();
  }

  /**
   * Returns the aliases of a collection, sorted.
   *
   * @param name the collection's name
   */
  List<String> aliasesOf(String name) {
    return catalog.aliases().of(name);
  }

  /**
   * Returns the ranking trees that are stored with a collection, by name.
   *
   * @param name the collection's name, or an alias
   * @throws CollectionNotFoundException when there is no such collection
   */
  SortedMap<String, String> pipelines(String name) {
    String collection = catalog.aliases().resolve(name);
    if (!catalog.names().contains(collection)) {
      throw new CollectionNotFoundException(name, catalog.names());
    }
    return catalog.pipelines(collection).trees();
  }

  /**
   * Returns the log of queries that is stored with a collection.
   *
   * @param name the collection's name, or an alias
   */
  QueryLog queryLog(String name) {
    return catalog.queryLog(catalog.aliases().resolve(name));
  }

  /**
   * Returns a snapshot to describe, which may be damaged, with a reference that the caller
   * releases; null when there is none.
   *
   * @param name the collection's name
   */
  @Nullable CollectionSnapshot acquireAny(String name) {
    return catalog.acquire(name);
  }

  /**
   * Returns a snapshot to search, with a reference that the caller releases.
   *
   * @param name the collection's name, or an alias
   * @throws CollectionNotFoundException when there is none
   * @throws CollectionDamagedException when its files are damaged
   */
  public CollectionSnapshot acquire(String name) {
    CollectionSnapshot snapshot = catalog.acquire(name);
    if (snapshot == null) {
      throw new CollectionNotFoundException(name, catalog.names());
    }
    if (snapshot.damage() != null) {
      snapshot.release();
      throw new CollectionDamagedException(name);
    }
    return snapshot;
  }

  /**
   * Does what reads the files of a snapshot and nothing else, so that an unexpected failure raises
   * the suspicion that they are damaged.
   *
   * @param snapshot the snapshot, retained by the caller
   * @param work reads it
   * @return what the work returns
   * @throws CollectionDamagedException when the files are damaged
   * @throws CollectionUnderVerificationException when that is not known yet
   */
  @SuppressWarnings("IllegalCatch") // Damaged bytes show as any failure.
  <T> T reading(CollectionSnapshot snapshot, Supplier<T> work) {
    try {
      return work.get();
    } catch (InvalidInputException
        | QueryCancelledException
        | RankingModelException
        | EncoderOverloadedException
        | EncoderClosedException
        | ResponseTooLargeException expected) {
      throw expected;
    } catch (RuntimeException | Error unexpected) {
      throwKnown(snapshot, unexpected);
      throw unexpected;
    }
  }

  /**
   * Does what may read the files of a snapshot among other things, such as to encode a text by the
   * collection's statistics: only an error of mapped memory is taken as a sign of damage.
   *
   * @param snapshot the snapshot, retained by the caller
   * @param work the work
   * @return what the work returns
   * @throws CollectionDamagedException when the files are damaged
   */
  <T> T encoding(CollectionSnapshot snapshot, Supplier<T> work) {
    try {
      return work.get();
    } catch (InternalError fault) {
      throwKnown(snapshot, fault);
      throw fault;
    }
  }

  private void throwKnown(CollectionSnapshot snapshot, Throwable failure) {
    String name = snapshot.manifest().name();
    switch (catalog.judge(snapshot, failure)) {
      case DAMAGED -> throw new CollectionDamagedException(name);
      case VERIFYING -> throw new CollectionUnderVerificationException(name);
      case WHOLE -> {
        // A defect of ours: the failure itself says most.
      }
    }
  }
}
