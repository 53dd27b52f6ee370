/**
 * What a ranking tree says: its stages, what they look for, and how they combine scores. Records
 * without behaviour; {@code rank.check} says which of them are allowed, and {@code rank} evaluates
 * them.
 */
@NullMarked
package io.siskin.server.rank.tree;

import org.jspecify.annotations.NullMarked;
