package io.siskin.server.http;

/**
 * What an HTTP server holds.
 *
 * @param openConnections connections that are open
 * @param refusedConnections connections that were closed at once, since the start, because there
 *     were too many
 * @param heldBytes bytes of bodies and of long answers of all connections
 */
public record HttpCounts(int openConnections, long refusedConnections, long heldBytes) {}
