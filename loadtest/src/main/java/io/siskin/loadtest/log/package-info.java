/** Benches of the write-ahead log beside other ways to keep a log. */
@NullMarked
package io.siskin.loadtest.log;

import org.jspecify.annotations.NullMarked;
