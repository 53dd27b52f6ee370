/**
 * Feeds damaged inputs to everything that reads what others have written: requests, filters, tokens
 * of pages, files of every kind. {@code loadtest/fuzz} starts it, and {@code docs/reliability.md}
 * has its results.
 */
@NullMarked
package io.siskin.loadtest.fuzz;

import org.jspecify.annotations.NullMarked;
