/**
 * The Java client: a typed facade over {@code siskin.v1} with value types of its own, so that
 * neither gRPC nor generated classes are part of what its users compile against.
 *
 * <p>Start at {@link io.siskin.client.SearchClient}. In: applications, {@code loadtest}, the
 * command line. Out: {@code internal}, which does the talking.
 */
@NullMarked
package io.siskin.client;

import org.jspecify.annotations.NullMarked;
