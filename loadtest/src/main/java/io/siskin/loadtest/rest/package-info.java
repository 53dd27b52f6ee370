/** Measures REST beside gRPC on one server. Out: {@code client}. */
@NullMarked
package io.siskin.loadtest.rest;

import org.jspecify.annotations.NullMarked;
