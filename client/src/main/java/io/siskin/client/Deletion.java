package io.siskin.client;

/**
 * What a deletion did.
 *
 * @param deletedCount how many documents were there and are deleted
 * @param position the position of the write; 0 when nothing was there
 */
public record Deletion(long deletedCount, long position) {}
