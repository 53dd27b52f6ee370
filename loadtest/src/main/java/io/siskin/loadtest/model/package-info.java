/** Comparisons of ways to compute one model, in interleaved runs. */
@NullMarked
package io.siskin.loadtest.model;

import org.jspecify.annotations.NullMarked;
