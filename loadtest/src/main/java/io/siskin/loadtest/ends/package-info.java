/**
 * Ends a server by SIGTERM while it does everything at once, and checks what is left. {@code
 * loadtest/ends} starts it, and {@code docs/reliability.md} has its results.
 */
@NullMarked
package io.siskin.loadtest.ends;

import org.jspecify.annotations.NullMarked;
