/**
 * What is best by several stages: the nodes of ranking trees, their checks and their evaluation
 * over one snapshot. A node takes the {@link io.siskin.server.rank.Ranked} lists of its inputs and
 * makes one.
 *
 * <pre>
 * RankingNode ──TreeCheck──► TreeEvaluator ──► RankingOutcome
 *                              ├ LeafSearch        segments of the snapshot ──► Ranked
 *                              ├ DenseScan         a dense field            ──► Ranked
 *                              ├ Fusion            several Ranked           ──► Ranked
 *                              ├ Interpolation     Ranked, a dense field    ──► Ranked
 *                              ├ FormulaRescoring  Ranked, fields, scores   ──► Ranked
 *                              ├ TreeRescoring     Ranked, features, a model ──► Ranked
 *                              ├ CrossRescoring    Ranked, texts, a model    ──► Ranked
 *                              ├ QueryExpansion    Ranked                   ──► a query, for LeafSearch
 *                              ├ Grouping          Ranked, a field          ──► Ranked
 *                              └ PassageStages     lists of passages        ──► Ranked, answers
 *                                  ContextMix, Diversity, DenseExpansion, AnswerSearch
 * </pre>
 *
 * <p>Documents are known by their positions in the order of indexing, which also decides between
 * equal scores. Knows no request and no transport. Called by {@code retrieve}.
 */
@NullMarked
package io.siskin.server.rank;

import org.jspecify.annotations.NullMarked;
