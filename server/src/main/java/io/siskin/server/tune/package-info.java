/**
 * Which weights of a ranking tree are best? Finds the numbers of a tree that its author had to
 * choose, tries others and measures them on judged queries.
 *
 * <p>Pure functions, but for the one that measures a tree, which the caller gives. Nothing here
 * depends on chance or on a clock. Called by {@code app}.
 */
@NullMarked
package io.siskin.server.tune;

import org.jspecify.annotations.NullMarked;
