package io.siskin.server.counters;

/**
 * What the buffers of a network library take.
 *
 * @param usedBytes the bytes of the buffers that are in use, outside of the heap and on it
 * @param reservedBytes the bytes that the pool has from the system, outside of the heap and on it;
 *     at least what is used of them
 */
public record BufferPoolCounts(long usedBytes, long reservedBytes) {}
