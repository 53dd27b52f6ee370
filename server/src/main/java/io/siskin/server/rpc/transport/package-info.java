/**
 * The sockets below the services: event loops, Unix domain sockets, open calls, and the count of
 * calls by method and status.
 */
@NullMarked
package io.siskin.server.rpc.transport;

import org.jspecify.annotations.NullMarked;
