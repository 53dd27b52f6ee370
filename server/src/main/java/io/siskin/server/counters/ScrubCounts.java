package io.siskin.server.counters;

/**
 * What the background verification of files did so far.
 *
 * @param bytes bytes of segment files that were read
 * @param passes how often it has gone through all collections
 */
public record ScrubCounts(long bytes, long passes) {}
