/**
 * When is each call due? Everything is decided before the first call is sent, and knows nothing of
 * calls, servers and clocks.
 */
@NullMarked
package io.siskin.loadtest.load.schedule;

import org.jspecify.annotations.NullMarked;
