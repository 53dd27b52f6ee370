/**
 * The command line: {@code siskin} and its commands, one class each. Parses, wires the other
 * packages together, prints, and decides the exit status; does no work of its own. The only place
 * that writes to the console, that reads the environment, and that catches whatever is thrown.
 *
 * <p>Standard output carries what was asked for and nothing else; progress, notes, errors and the
 * log go to standard error. Everything is written in UTF-8.
 */
@NullMarked
package io.siskin.server.app;

import org.jspecify.annotations.NullMarked;
