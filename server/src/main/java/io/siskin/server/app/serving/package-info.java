/** Wires a server from a data directory: catalog, retrieval, batching, gRPC, metrics. */
@NullMarked
package io.siskin.server.app.serving;

import org.jspecify.annotations.NullMarked;
