/**
 * Engines that {@code loadtest/live} measures: Siskin through its client, and Lucene in process.
 * Each is a process that does one command per line.
 */
@NullMarked
package io.siskin.loadtest.live;

import org.jspecify.annotations.NullMarked;
