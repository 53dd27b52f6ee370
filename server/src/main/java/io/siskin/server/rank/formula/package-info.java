/**
 * Formulas of scores, fields and features, as text and as trees of expressions. They are computed
 * in {@code rank.stage}.
 */
@NullMarked
package io.siskin.server.rank.formula;

import org.jspecify.annotations.NullMarked;
