/**
 * How long the first searches of a collection take that nobody has searched yet; started by {@code
 * loadtest/first-pass}.
 */
@NullMarked
package io.siskin.loadtest.pass;

import org.jspecify.annotations.NullMarked;
