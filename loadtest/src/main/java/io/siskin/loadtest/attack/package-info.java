/**
 * Attacks a server on the loopback interface as a hostile client could, and measures what a normal
 * client sees meanwhile. {@code loadtest/attack} starts it, and {@code docs/reliability.md} has its
 * results.
 */
@NullMarked
package io.siskin.loadtest.attack;

import org.jspecify.annotations.NullMarked;
