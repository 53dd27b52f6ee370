/**
 * Ends processes that write collections, takes the power from their disk, fills it, lets its calls
 * fail, and damages its files; and then compares what a data directory holds with a plain model in
 * memory. {@code loadtest/crash} starts it, and {@code docs/reliability.md} has its results.
 */
@NullMarked
package io.siskin.loadtest.crash;

import org.jspecify.annotations.NullMarked;
