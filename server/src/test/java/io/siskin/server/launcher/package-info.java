/**
 * Tests of the scripts in {@code bin} and {@code loadtest}: with a JDK that is a script ({@code
 * *Test}), and with the packaged server ({@code *IT}).
 */
@NullMarked
package io.siskin.server.launcher;

import org.jspecify.annotations.NullMarked;
