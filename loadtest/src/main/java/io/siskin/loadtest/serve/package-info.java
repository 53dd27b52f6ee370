/**
 * A server in a process of its own, with a small collection of random vectors, for the harnesses
 * that attack it, end it and watch it for long.
 */
@NullMarked
package io.siskin.loadtest.serve;

import org.jspecify.annotations.NullMarked;
