/** Measures searches in which only some documents may be found. */
@NullMarked
package io.siskin.loadtest.filter;

import org.jspecify.annotations.NullMarked;
