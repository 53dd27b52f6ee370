/** Compares ways to compute one model. The runs of the ways are interleaved. */
@NullMarked
package io.siskin.loadtest.model;

import org.jspecify.annotations.NullMarked;
