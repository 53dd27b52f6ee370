/**
 * JMH benches, one class a kernel: scalar and SIMD as parameters, on data drawn as real collections
 * are, each with the bound that memory or arithmetic sets in its class comment. {@code bin/bench}
 * runs them; a small run of each is part of the tests, so that none can rot.
 */
@NullMarked
package io.siskin.loadtest.bench;

import org.jspecify.annotations.NullMarked;
