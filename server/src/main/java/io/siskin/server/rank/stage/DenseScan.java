package io.siskin.server.rank.stage;

import io.siskin.index.document.DocumentSet;
import io.siskin.server.rank.list.BestDocuments;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.search.SearchScope;

/** Finds the documents with the largest dense scores: all of them are looked at. Pure functions. */
public final class DenseScan {
  // A clock is read once in so many documents, each of which takes some tens of nanoseconds.
  private static final int DOCUMENTS_PER_CHECK = 256;

  private DenseScan() {}

  /**
   * Scans the vectors of all documents that may be found.
   *
   * @param scorer scores them
   * @param scope the segments, and the documents of each that may be found
   * @param limit how many documents are kept at most
   * @param budget how long it may take
   */
  public static StageWork scan(
      DenseFields.Scorer scorer, SearchScope scope, int limit, StageBudget budget) {
    BestDocuments best = new BestDocuments(limit);
    long scored = 0;
    for (int segment = 0; segment < scope.size(); segment++) {
      DocumentSet accepted = scope.accepted(segment);
      int count = scope.segment(segment).documentCount();
      int base = scope.positions().base(segment);
      int untilCheck = 0;
      for (int document = 0; document < count; document++) {
        if (untilCheck-- == 0) {
          untilCheck = DOCUMENTS_PER_CHECK - 1;
          if (budget.isSpent()) {
            return new StageWork(best.toRanked(), scored, false);
          }
        }
        if ((accepted == null || accepted.contains(document)) && scorer.has(segment, document)) {
          best.offer(scope.positions().position(base + document), scorer.score(segment, document));
          scored++;
        }
      }
    }
    return new StageWork(best.toRanked(), scored, true);
  }
}
