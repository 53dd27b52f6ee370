/**
 * Version 1 of the sections: one class of constants a structure, with the arithmetic that belongs
 * to the layout and no IO. {@code docs/format.md} has the same numbers in tables, and a test
 * compares the two.
 */
@NullMarked
package io.siskin.index.format.v1;

import org.jspecify.annotations.NullMarked;
