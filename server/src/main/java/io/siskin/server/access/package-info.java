/**
 * Who may do what: keys, the roles that they give, and the file that they are in.
 *
 * <p>This package knows neither gRPC nor HTTP. It never holds the text of a key for longer than it
 * takes to look it up, and it never writes one to a log.
 */
@NullMarked
package io.siskin.server.access;

import org.jspecify.annotations.NullMarked;
