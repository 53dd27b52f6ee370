package io.siskin.server.http;

/**
 * What an HTTP server holds.
 *
 * @param openConnections connections that are open
 * @param refusedConnections connections that were closed at once, since the start, because there
 *     were too many
 * @param heldBytes bytes of bodies and of long answers of all connections
 * @param poolHeapBytes bytes on the heap that Netty's pool of buffers has, in use or free; the same
 *     pool for all servers of the process
 * @param poolDirectBytes the same off the heap
 */
public record HttpCounts(
    int openConnections,
    long refusedConnections,
    long heldBytes,
    long poolHeapBytes,
    long poolDirectBytes) {}
