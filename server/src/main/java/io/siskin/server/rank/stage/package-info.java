/**
 * The stages, one class for each. A stage takes lists and a scope, and makes one list.
 *
 * <pre>
 * LeafSearch        segments of the snapshot  ──► Ranked
 * DenseScan         a dense field             ──► Ranked
 * Fusion            several Ranked            ──► Ranked
 * Interpolation     Ranked, a dense field     ──► Ranked
 * FormulaRescoring  Ranked, fields, scores    ──► Ranked
 * TreeRescoring     Ranked, features, a model ──► Ranked
 * CrossRescoring    Ranked, texts, a model    ──► Ranked, pruned texts
 * QueryExpansion    Ranked                    ──► a query, for LeafSearch
 * Grouping          Ranked, a field           ──► Ranked
 * </pre>
 *
 * <p>The stages over passages have a room of their own, {@code rank.passage}.
 */
@NullMarked
package io.siskin.server.rank.stage;

import org.jspecify.annotations.NullMarked;
