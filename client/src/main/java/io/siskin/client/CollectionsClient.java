package io.siskin.client;

import io.siskin.client.internal.CollectionCalls;
import io.siskin.client.internal.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes, removes and keeps collections, their aliases and their snapshots. Made by {@link
 * SearchClient#collectionsClient}.
 *
 * <p>Immutable; safe for concurrent use, and bound to the client that made it. Compaction and
 * restoring take minutes for millions of documents: see {@link #withDeadline}.
 */
public final class CollectionsClient {
  private final Connection connection;
  private final CollectionCalls calls;

  CollectionsClient(Connection connection, CollectionCalls calls) {
    this.connection = connection;
    this.calls = calls;
  }

  /**
   * Returns a client whose calls may take another time.
   *
   * @param deadline how long a call may take, above 0
   */
  public CollectionsClient withDeadline(Duration deadline) {
    return new CollectionsClient(connection, calls.withDeadline(deadline));
  }

  /**
   * Makes an empty collection.
   *
   * @param collection what it shall be
   * @throws SearchException.Conflict when the name is taken, also by an alias
   */
  public CollectionInfo create(NewCollection collection) {
    return connection.await(calls.create(collection));
  }

  /**
   * Removes a collection with its documents and snapshots.
   *
   * @param name its name, not an alias
   * @throws SearchException.Conflict while an alias names it
   */
  public void drop(String name) {
    connection.await(calls.drop(name));
  }

  /**
   * Keeps a log of queries with a collection, in place of the one before it.
   *
   * @param collection the collection
   * @param queries the queries, at most 20,000; none removes the log
   * @return how many different queries are kept
   */
  public int putQueryLog(String collection, List<LoggedQuery> queries) {
    return connection.await(calls.putQueryLog(collection, queries));
  }

  /**
   * Lets an alias name a collection from now on.
   *
   * @param alias the alias; no collection has the name
   * @param collection the collection
   * @return the collection that it named before; null when there was no such alias
   */
  public @Nullable String setAlias(String alias, String collection) {
    String previous = connection.await(calls.setAlias(alias, collection));
    return previous.isEmpty() ? null : previous;
  }

  /**
   * Removes an alias. The collection stays.
   *
   * @param alias the alias
   */
  public void deleteAlias(String alias) {
    connection.await(calls.deleteAlias(alias));
  }

  /** Returns the collections by their aliases, in ascending order of the aliases. */
  public Map<String, String> aliases() {
    return connection.await(calls.aliases());
  }

  /**
   * Makes all writes that were answered visible, and moves them into a segment.
   *
   * @param collection the collection's name or an alias
   */
  public void flush(String collection) {
    connection.await(calls.flush(collection));
  }

  /**
   * Rewrites a collection into one segment without deleted documents.
   *
   * @param collection the collection's name or an alias
   */
  public CollectionInfo compact(String collection) {
    return connection.await(calls.compact(collection));
  }

  /**
   * Keeps a collection as it is now.
   *
   * @param collection the collection's name or an alias
   * @param snapshot the name of the snapshot; empty for one that the server makes of the time
   */
  public SnapshotInfo createSnapshot(String collection, String snapshot) {
    return connection.await(calls.createSnapshot(collection, snapshot));
  }

  /**
   * Returns the snapshots of a collection, the oldest first.
   *
   * @param collection the collection's name or an alias
   */
  public List<SnapshotInfo> snapshots(String collection) {
    return connection.await(calls.snapshots(collection));
  }

  /**
   * Removes a snapshot.
   *
   * @param collection the collection's name or an alias
   * @param snapshot the name of the snapshot
   */
  public void deleteSnapshot(String collection, String snapshot) {
    connection.await(calls.deleteSnapshot(collection, snapshot));
  }

  /**
   * Makes a new collection of a snapshot, after all of its files were verified.
   *
   * @param collection the collection that it was made of
   * @param snapshot the name of the snapshot
   * @param newCollection the name of the new collection, which must be free
   */
  public CollectionInfo restore(String collection, String snapshot, String newCollection) {
    return connection.await(calls.restore(collection, snapshot, newCollection));
  }
}
