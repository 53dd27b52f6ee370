/** Measures searches of the same documents in one segment and in several. */
@NullMarked
package io.siskin.loadtest.segments;

import org.jspecify.annotations.NullMarked;
