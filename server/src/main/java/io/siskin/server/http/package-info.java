/**
 * HTTP/1.1: the REST form of the API, probes, metrics, and the files of the console. The only home
 * of {@code io.netty}; the gRPC server has a copy of its own.
 *
 * <p>A {@link io.siskin.server.http.HttpServer} reads whole requests, within limits that hold for
 * everybody who can reach its port, and gives each to the endpoint of its path. An endpoint knows
 * no web server, and the REST endpoint knows no message: it passes bytes to {@code rpc.gateway}.
 *
 * <p>In: {@code app}, which starts and stops servers. Out: {@code rpc.gateway}.
 */
@NullMarked
package io.siskin.server.http;

import org.jspecify.annotations.NullMarked;
