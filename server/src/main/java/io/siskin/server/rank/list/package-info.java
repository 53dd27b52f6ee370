/**
 * What a stage gives: a list of documents in order, with the report of its work. A {@link
 * io.siskin.server.rank.list.Ranked} is whole and immutable before the next stage takes it. Knows
 * no segment and no tree.
 */
@NullMarked
package io.siskin.server.rank.list;

import org.jspecify.annotations.NullMarked;
