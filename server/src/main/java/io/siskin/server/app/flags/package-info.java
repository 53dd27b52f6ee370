/**
 * Command-line options that several commands share. Each class is a picocli mixin named {@code
 * …Flags} and turns its options into a value of the package that it configures.
 */
@NullMarked
package io.siskin.server.app.flags;

import org.jspecify.annotations.NullMarked;
