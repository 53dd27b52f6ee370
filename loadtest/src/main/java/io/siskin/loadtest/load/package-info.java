/**
 * The open-loop load generator, started by {@code loadtest/load}: sends the calls of a scenario to
 * a server that runs, and reports what became of them.
 */
@NullMarked
package io.siskin.loadtest.load;

import org.jspecify.annotations.NullMarked;
