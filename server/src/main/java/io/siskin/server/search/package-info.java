/**
 * Evaluation: one query against one segment. The exhaustive oracle, the exact block-max evaluator
 * and the approximate evaluators (score at a time over impact-ordered lists, Seismic over clustered
 * ones), all of which return exact scores in one total order (score descending, then document
 * number ascending). Knows segments and kernels; knows nothing of text, collections or gRPC.
 */
@NullMarked
package io.siskin.server.search;

import org.jspecify.annotations.NullMarked;
