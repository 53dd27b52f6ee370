/**
 * What is below the services: event loops, Unix domain sockets, open calls, the count of calls by
 * method and status, and the guard that ends calls whose requests cannot be decoded.
 */
@NullMarked
package io.siskin.server.rpc.transport;

import org.jspecify.annotations.NullMarked;
