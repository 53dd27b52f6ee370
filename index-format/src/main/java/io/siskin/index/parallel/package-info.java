/**
 * Work on several threads whose results are taken in the order of the work, so that what is made of
 * them does not depend on the number of threads.
 */
@NullMarked
package io.siskin.index.parallel;

import org.jspecify.annotations.NullMarked;
