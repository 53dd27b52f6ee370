/**
 * What is best by several stages: the evaluation of a ranking tree over one snapshot.
 *
 * <pre>
 * rank.tree, rank.formula   what a tree says
 *    └─ rank.check          is it allowed?
 * rank.scope                what it is evaluated over
 *    └─ TreeEvaluator       one stage after the other:
 *         rank.stage, rank.passage    lists ──► a {@link io.siskin.server.rank.list.Ranked}
 *         rank.model        what a model says of a document
 *    └─ RankingOutcome      the list, the reports of the stages, and the scores of each
 * </pre>
 *
 * <p>Documents are known by their positions in the order of indexing, which also decides between
 * equal scores. Knows no request and no transport. Called by {@code retrieve}.
 */
@NullMarked
package io.siskin.server.rank;

import org.jspecify.annotations.NullMarked;
