/**
 * Tests of the command line: in this process with captured streams ({@code *Test}), and through
 * {@code bin/siskin} in processes of their own ({@code *IT}).
 */
@NullMarked
package io.siskin.server.app;

import org.jspecify.annotations.NullMarked;
