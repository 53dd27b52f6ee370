package io.siskin.server.write;

import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.suggest.QueryLog;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/**
 * Makes, removes and keeps collections: what {@code rpc} serves and the command line calls.
 *
 * <p>Safe for concurrent use; no method blocks, since the work is done on a thread of its own. The
 * futures fail with {@link io.siskin.index.error.InvalidInputException} for a bad name or setting,
 * with {@link io.siskin.server.retrieve.CollectionNotFoundException} for an unknown collection,
 * with {@link NameTakenException} for a name that is taken, with {@link SnapshotNotFoundException}
 * for an unknown snapshot, with {@link CollectionNotWritableException} when the collection cannot
 * be changed now, and with {@link java.io.IOException} when reading or writing fails.
 */
public interface CollectionChanges {
  /**
   * A collection as it was at one moment, kept under a name.
   *
   * @param name the snapshot's name, unique in its collection
   * @param collection the collection that it was made of
   * @param created when it was made
   * @param documentCount its documents
   * @param lengthBytes the bytes of its files
   */
  record KeptSnapshot(
      String name, String collection, Instant created, long documentCount, long lengthBytes) {}

  /**
   * Makes an empty collection.
   *
   * @param name its name, which no collection and no alias has
   * @param settings what is chosen for it
   * @param encoder how text becomes vectors
   */
  CompletableFuture<Void> create(String name, CollectionSettings settings, EncoderSpec encoder);

  /**
   * Removes a collection with its snapshots.
   *
   * @param name its name, which no alias stands for
   */
  CompletableFuture<Void> drop(String name);

  /**
   * Lets an alias name a collection from now on.
   *
   * @param alias the alias; no collection has the name
   * @param collection the collection
   * @return the collection that it named before, to come; empty when there was no such alias
   */
  CompletableFuture<Optional<String>> setAlias(String alias, String collection);

  /**
   * Removes an alias.
   *
   * @param alias the alias
   */
  CompletableFuture<Void> deleteAlias(String alias);

  /** Returns the collections by their aliases. */
  SortedMap<String, String> aliases();

  /**
   * Keeps a ranking tree with a collection, in place of what had its name.
   *
   * @param collection the collection's name, or an alias
   * @param pipeline the name of the pipeline
   * @param tree the tree, in the form in which it is read again
   * @return completed when it is in force
   */
  CompletableFuture<Void> putPipeline(String collection, String pipeline, String tree);

  /**
   * Removes a ranking tree that is stored with a collection.
   *
   * @param collection the collection's name, or an alias
   * @param pipeline the name of the pipeline
   * @return completed when it is gone; fails with {@link
   *     io.siskin.index.error.InvalidInputException} when there is none of the name
   */
  CompletableFuture<Void> deletePipeline(String collection, String pipeline);

  /**
   * Keeps a log of queries with a collection, in place of the one before it.
   *
   * @param collection the collection's name, or an alias
   * @param log the log; one without queries removes it
   * @return completed when it is in force; fails with {@link
   *     io.siskin.index.error.InvalidInputException} when the collection has tenants
   */
  CompletableFuture<Void> putQueryLog(String collection, QueryLog log);

  /**
   * Makes every write that was answered visible and moves it into a segment.
   *
   * @param collection the collection
   */
  CompletableFuture<Void> flush(String collection);

  /**
   * Rewrites a collection into one segment without deleted documents.
   *
   * @param collection the collection
   */
  CompletableFuture<Void> compact(String collection);

  /**
   * Keeps a collection as it is.
   *
   * @param collection the collection
   * @param snapshot the name of the snapshot; empty for one made of the time
   */
  CompletableFuture<KeptSnapshot> createSnapshot(String collection, String snapshot);

  /**
   * Lists the snapshots of a collection, the oldest first.
   *
   * @param collection the collection
   */
  CompletableFuture<List<KeptSnapshot>> snapshots(String collection);

  /**
   * Removes a snapshot.
   *
   * @param collection the collection
   * @param snapshot the name of the snapshot
   */
  CompletableFuture<Void> deleteSnapshot(String collection, String snapshot);

  /**
   * Makes a new collection of a snapshot, after all of its files were verified.
   *
   * @param collection the collection that it was made of
   * @param snapshot the name of the snapshot
   * @param newCollection the name of the new collection, which must be free
   */
  CompletableFuture<Void> restore(String collection, String snapshot, String newCollection);
}
