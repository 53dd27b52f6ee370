/**
 * How a collection encodes, as it is stored: immutable records that name analyzers, weights, models
 * and options, and their JSON form. Opens nothing.
 */
@NullMarked
package io.siskin.server.encode.spec;

import org.jspecify.annotations.NullMarked;
