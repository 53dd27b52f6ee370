/**
 * Version 2 of the files. There is one class per structure. It has constants and the arithmetic of
 * the layout, but no IO. {@code docs/format.md} has the same numbers in tables, and a test compares
 * the two.
 */
@NullMarked
package io.siskin.index.format.v2;

import org.jspecify.annotations.NullMarked;
