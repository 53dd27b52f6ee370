package io.siskin.client;

import java.time.Instant;

/**
 * A collection as it was at one moment.
 *
 * @param name the snapshot's name, unique in its collection
 * @param collection the collection that it was made of
 * @param created when it was made
 * @param documentCount its documents
 * @param lengthBytes the bytes of its files
 */
public record SnapshotInfo(
    String name, String collection, Instant created, long documentCount, long lengthBytes) {}
