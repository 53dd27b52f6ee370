/**
 * Random collections and seeds, shared by the tests of all modules through this module's test-jar.
 */
@NullMarked
package io.siskin.index.testing;

import org.jspecify.annotations.NullMarked;
