/**
 * What does a ranking model say of a document? The models of a process that score candidates, each
 * from a folder with a {@code ranker.yaml}, an ONNX graph and what else its kind needs.
 *
 * <pre>
 * folder ──RankerYaml──► RankerConfig ──► TreeEnsemble       rows of features ──► scores
 *                                     └──► CrossEncoderModel  query and document ──► score, marks
 *                                            ▲ batches of many searches
 *                                          PairScorer
 * </pre>
 *
 * <p>Knows the stages that use models by {@code rank.RankingModels}, and the runtime by {@code
 * encode.onnx}. Opened by {@code app}.
 */
@NullMarked
package io.siskin.server.rank.model;

import org.jspecify.annotations.NullMarked;
