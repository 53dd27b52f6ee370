/**
 * The way from REST to the services. It takes a method, a path and a body of JSON, makes the gRPC
 * call that the {@code google.api.http} option of a method names, and gives back a status and JSON.
 *
 * <p>The calls go over an in-process transport to the same services that the listeners have. So
 * keys, limits, deadlines, tallies and logs are the same code for both. Nothing here knows a web
 * server, and nothing in the signatures of the public types knows gRPC: {@code http} uses them.
 */
@NullMarked
package io.siskin.server.rpc.gateway;

import org.jspecify.annotations.NullMarked;
