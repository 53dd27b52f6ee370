/**
 * JMH benchmarks, with one class per kernel. Scalar and SIMD kernels are parameters. The data is
 * random, but has the distribution of real collections. Each class comment gives the bound that
 * memory or arithmetic sets. {@code bin/bench} runs the benchmarks. The tests run each of them for
 * a moment, so that they keep working.
 */
@NullMarked
package io.siskin.loadtest.bench;

import org.jspecify.annotations.NullMarked;
