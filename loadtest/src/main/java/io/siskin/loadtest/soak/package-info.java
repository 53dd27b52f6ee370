/**
 * Lets a server do everything for long, and fits straight lines to what it takes. {@code
 * loadtest/soak} starts it, and {@code docs/reliability.md} has its results.
 */
@NullMarked
package io.siskin.loadtest.soak;

import org.jspecify.annotations.NullMarked;
