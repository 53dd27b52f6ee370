package io.siskin.server.rank.stage;

import io.siskin.index.document.DocumentSet;
import io.siskin.server.rank.list.BestOfScan;
import io.siskin.server.rank.list.StageBudget;
import io.siskin.server.rank.list.StageWork;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.search.SearchScope;
import org.jspecify.annotations.Nullable;

/**
 * Finds the documents with the largest dense scores: all of them are looked at. Documents that
 * follow one another are scored together. Where a filter admits few, those are scored one by one.
 * Used by one thread for one scan.
 */
public final class DenseScan {
  // A clock is read once in so many runs of documents, each of which takes some microseconds.
  private static final int RUNS_PER_CHECK = 4;

  // Below a share of one in so many, it is quicker to go from one document to the next.
  private static final int FEW = 4;

  private final DenseFields.Scorer scorer;
  private final SearchScope scope;
  private final StageBudget budget;
  private final BestOfScan best;
  private final double[] scores = new double[DenseFields.RUN_LENGTH];
  private final int[] segments = new int[DenseFields.BLOCK_LENGTH];
  private final int[] documents = new int[DenseFields.BLOCK_LENGTH];
  private long scored;

  private DenseScan(DenseFields.Scorer scorer, SearchScope scope, int limit, StageBudget budget) {
    this.scorer = scorer;
    this.scope = scope;
    this.budget = budget;
    this.best = new BestOfScan(limit);
  }

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
    DenseScan scan = new DenseScan(scorer, scope, limit, budget);
    boolean complete = true;
    for (int segment = 0; complete && segment < scope.size(); segment++) {
      complete = scan.scan(segment);
    }
    return new StageWork(scan.best.toRanked(), scan.scored, complete);
  }

  /** Scans a segment. Returns false when the budget is spent before. */
  private boolean scan(int segment) {
    DocumentSet accepted = scope.accepted(segment);
    int count = scope.segment(segment).documentCount();
    int untilCheck = 0;
    for (int first = 0; first < count; first += DenseFields.RUN_LENGTH) {
      int length = Math.min(DenseFields.RUN_LENGTH, count - first);
      int members = accepted == null ? length : accepted.count(first, first + length);
      if (members == 0) {
        continue;
      }
      if (untilCheck-- == 0) {
        untilCheck = RUNS_PER_CHECK - 1;
        if (budget.isSpent()) {
          return false;
        }
      }
      if (accepted != null && members * FEW < length) {
        scanFew(segment, accepted, first, first + length);
      } else {
        scanRun(segment, accepted, first, length);
      }
    }
    return true;
  }

  private void scanRun(int segment, @Nullable DocumentSet accepted, int first, int length) {
    int found = scorer.scores(segment, first, length, scores);
    scored += accepted == null ? found : keepAccepted(accepted, first, length);
    int base = scope.positions().base(segment) + first;
    double threshold = best.threshold();
    for (int i = 0; i < length; i++) {
      // False for NaN, which stands for a document without a score.
      if (scores[i] >= threshold) {
        best.offer(scope.positions().position(base + i), scores[i]);
        threshold = best.threshold();
      }
    }
  }

  /** Takes the scores away from documents that may not be found. Returns how many are left. */
  private int keepAccepted(DocumentSet accepted, int first, int length) {
    int left = 0;
    for (int i = 0; i < length; i++) {
      if (!accepted.contains(first + i)) {
        scores[i] = Double.NaN;
      } else if (!Double.isNaN(scores[i])) {
        left++;
      }
    }
    return left;
  }

  private void scanFew(int segment, DocumentSet accepted, int first, int end) {
    int count = 0;
    for (int document = accepted.next(first);
        document != DocumentSet.NONE && document < end;
        document = accepted.next(document + 1)) {
      segments[count] = segment;
      documents[count++] = document;
      if (count == DenseFields.BLOCK_LENGTH) {
        scanBlock(count);
        count = 0;
      }
    }
    if (count > 0) {
      scanBlock(count);
    }
  }

  private void scanBlock(int count) {
    scorer.locate(segments, documents, 0, count);
    scorer.located(scores, 0);
    for (int i = 0; i < count; i++) {
      double score = scores[i];
      scored += Double.isNaN(score) ? 0 : 1;
      if (score >= best.threshold()) {
        int base = scope.positions().base(segments[i]);
        best.offer(scope.positions().position(base + documents[i]), score);
      }
    }
  }
}
