package io.siskin.server.search;

import java.util.Comparator;

/** A document and its score, as the tests of evaluators compare them. */
record Hit(int document, float score) {
  /** The order of results. */
  static final Comparator<Hit> BEST_FIRST =
      Comparator.comparingDouble(Hit::score).reversed().thenComparingInt(Hit::document);
}
