/**
 * The commands, one class per command: each checks its options, calls the packages that do the
 * work, and prints the result.
 */
@NullMarked
package io.siskin.server.app.command;

import org.jspecify.annotations.NullMarked;
