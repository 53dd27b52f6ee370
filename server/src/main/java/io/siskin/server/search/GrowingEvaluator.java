package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.format.v1.ForwardLayout;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.growing.GrowingView;
import io.siskin.index.kernel.BlockMaxKernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates queries over a growing segment. It adds up all postings of the query into one sum per
 * document, and then looks for sums that reach the threshold. If documents have residuals, {@link
 * #refine} scores the candidates again by their refined weights.
 *
 * <p>It holds 128 KiB of sums. It belongs to no segment: {@link #use} says which view is searched.
 */
final class GrowingEvaluator implements QueryEvaluator, SegmentSearcher {
  private static final int LISTS_PER_CHECK = 16;
  private static final int RECORDS_PER_CHECK = 64;

  /** A vector of scales is read as a whole. */
  private static final int STEP = 4;

  private final BlockMaxKernels kernels;
  private final QueryPages pages = new QueryPages();
  private final int[] candidates = new int[GrowingView.PAGE_LENGTH];
  private int[] sums = new int[0];
  private GrowingView view;
  private GrowingView.Cursor cursor;

  @SuppressWarnings("NullAway.Init") // the view is set by use
  GrowingEvaluator(BlockMaxKernels kernels) {
    this.kernels = kernels;
  }

  /**
   * Says what is searched from now on.
   *
   * @param newView the view, whose segment the caller keeps retained
   * @return this
   */
  @SuppressWarnings("ReferenceEquality") // a view is itself
  GrowingEvaluator use(GrowingView newView) {
    if (newView != view) {
      view = newView;
      cursor = newView.cursor();
      int room = (newView.documentCount() + candidates.length - 1) & -candidates.length;
      if (sums.length < room) {
        sums = new int[room];
      }
    }
    return this;
  }

  /** All routes of a growing segment are exact. */
  @Override
  public void search(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      SearchRoute route,
      long budgetNanos,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    evaluate(query, accepted, documentBase, top, cancellation, counters);
  }

  @Override
  public void evaluate(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    int documents = view.documentCount();
    if (query.termCount() == 0 || documents == 0) {
      return;
    }
    try {
      addLists(query, cancellation, counters);
      for (int from = 0; from < documents; from += GrowingView.PAGE_LENGTH) {
        cancellation.check();
        offer(query, accepted, from, documentBase, top, counters);
      }
      counters.documentsScored += documents;
      counters.sumsScanned += documents;
    } finally {
      Arrays.fill(sums, 0, documents, 0);
    }
  }

  private void addLists(SegmentQuery query, Cancellation cancellation, SearchCounters counters) {
    long postings = 0;
    for (int i = 0; i < query.termCount(); i++) {
      postings += view.addPostings(query.termNumber(i), query.weight(i), sums);
      if (i % LISTS_PER_CHECK == LISTS_PER_CHECK - 1) {
        cancellation.check();
      }
    }
    counters.listsVisited += query.termCount();
    counters.termsLaid += query.termCount();
    counters.postingsScored += postings;
    counters.listPostings += postings;
  }

  /** Offers the documents of one page of scales. */
  private void offer(
      SegmentQuery query,
      @Nullable DocumentSet accepted,
      int from,
      int documentBase,
      TopK top,
      SearchCounters counters) {
    int page = from / GrowingView.PAGE_LENGTH;
    int count = Math.min(GrowingView.PAGE_LENGTH, view.documentCount() - from);
    float floor = ScoreFloor.of(top.threshold(), query.scoreScale());
    // Sums after the last document are 0, and so never found.
    int found =
        kernels.candidates(
            sums,
            from,
            view.scales(page),
            view.scalesOffset(page) / Float.BYTES,
            (count + STEP - 1) & -STEP,
            floor,
            candidates);
    counters.candidatesMet += found;
    for (int i = 0; i < found; i++) {
      int document = from + candidates[i];
      if (accepted == null || accepted.contains(document)) {
        float score = query.score(sums[document], view.scale(document));
        top.offer(score, documentBase + document);
      }
    }
  }

  @Override
  public void refine(
      SegmentQuery query,
      DocumentPositions positions,
      int number,
      TopK found,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    if (!view.hasResiduals()) {
      SegmentSearcher.super.refine(query, positions, number, found, top, cancellation, counters);
      return;
    }
    int documentBase = positions.base(number);
    int end = positions.base(number + 1);
    pages.lay(query);
    try {
      for (int i = found.candidateCount() - 1; i >= 0; i--) {
        int position = found.candidatePosition(i);
        if (i % RECORDS_PER_CHECK == 0) {
          cancellation.check();
        }
        if (position >= documentBase && position < end) {
          int document = positions.documentNumber(position);
          float score = refinedScore(query, document - documentBase, counters);
          if (score > 0) {
            top.offer(score, document);
          }
        }
      }
    } finally {
      pages.clear(query);
    }
  }

  private float refinedScore(SegmentQuery query, int document, SearchCounters counters) {
    cursor.moveTo(document);
    long sum = 0;
    while (cursor.next()) {
      int term = cursor.termNumber();
      if (pages.has(term >>> ForwardLayout.PAGE_SHIFT)) {
        int weight =
            pages.page(term >>> ForwardLayout.PAGE_SHIFT)[term & (ForwardLayout.PAGE_LENGTH - 1)];
        sum += (long) weight * (cursor.impact() * ResidualLayout.STEPS + cursor.residual());
      }
    }
    counters.documentsScored++;
    counters.recordsScored++;
    counters.recordPostings += cursor.size();
    return query.refinedScore(sum, view.scale(document));
  }
}
