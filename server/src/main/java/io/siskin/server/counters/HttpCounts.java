package io.siskin.server.counters;

/**
 * What an HTTP server holds now, and which connections it has refused since its start.
 *
 * @param connections connections that are open
 * @param connectionsOverTotal connections that were closed at once, because too many were open
 * @param connectionsOverAddress connections that were closed at once, because too many of their
 *     address were open
 * @param heldBytes bytes of bodies and of long answers of all connections
 * @param heldBytesMax the most of them at a time
 */
public record HttpCounts(
    int connections,
    long connectionsOverTotal,
    long connectionsOverAddress,
    long heldBytes,
    long heldBytesMax) {}
