/**
 * A generator of search load that goes on sending at its rate when the server falls behind; started
 * by {@code loadtest/overload}.
 */
@NullMarked
package io.siskin.loadtest.overload;

import org.jspecify.annotations.NullMarked;
