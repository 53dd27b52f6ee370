/**
 * Version 1 of the sections. There is one class per structure. It has constants and the arithmetic
 * of the layout, but no IO. {@code docs/format.md} has the same numbers in tables, and a test
 * compares the two.
 */
@NullMarked
package io.siskin.index.format.v1;

import org.jspecify.annotations.NullMarked;
