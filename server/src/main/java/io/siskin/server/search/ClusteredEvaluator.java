package io.siskin.server.search;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.ClusterLayout;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.kernel.SummaryKernel;
import io.siskin.index.segment.ClusteredIndex;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Approximate evaluation over clustered posting lists, after Seismic (Bruch, Nardini, Rulli,
 * Venturini: Efficient Inverted Indexes for Approximate Retrieval over Learned Sparse
 * Representations, SIGIR 2024).
 *
 * <p>Visits the lists of the query's heaviest terms. In each, the scores of all summaries are added
 * up in one pass over the query's terms; a posting block is skipped when its summary's score is
 * below {@code heapFactor × threshold}. The documents of the others that were not met before are
 * scored exactly, over the whole query, through the forward index.
 *
 * <p>What differs from the paper: sums are integers, compared with one integer threshold a list;
 * candidates are gathered over several posting blocks and scored in batches, which hides the
 * memory's latency, at the price that the threshold is up to one batch old; short lists have no
 * summaries and are read whole.
 *
 * <p>The threshold that posting blocks are compared with is that of this segment's own documents,
 * even if the heap has better ones of other segments. A summary's score is no bound, so with a
 * higher threshold documents would be lost that the segment alone gives (ADR 0031).
 *
 * <p>Used by one thread. The segment must stay retained while the evaluator is used.
 */
public final class ClusteredEvaluator implements ApproximateEvaluator {
  private static final int EXPECTED_MIN = 8;

  /** Candidates that are scored together: enough loads in flight to hide the memory's latency. */
  static final int BATCH_LENGTH = 64;

  private final ClusteredIndex clusters;
  private final ClusteredIndex.Cursor list;
  private final SummaryKernel kernel;
  private final ForwardScorer scorer;

  /** By posting block of the current list: the score of its summary in units of the list. */
  private final int[] sums;

  private final int[] selected;
  private final DescendingBlocks descending;

  /** One bit a document; cleared by walking {@link #seen}, not by the length of the segment. */
  private final long[] visited;

  private int[] seen = new int[1 << 12];
  private int seenCount;

  /** How many documents the last query scored: the first ones of {@link #seen}. */
  private int scoredCount;

  /** How often the current query met a document that is not accepted. */
  private int leftOutCount;

  /** The most documents that one list of the current query had without any that is accepted. */
  private int barrenLength;

  private final int[] batch = new int[BATCH_LENGTH];
  private final long[] batchOffsets = new long[BATCH_LENGTH];
  private int batchCount;

  private SearchMode.Clustered mode = SearchMode.Clustered.DEFAULTS;

  // The current query, see evaluate.
  private SegmentQuery query;
  private @Nullable DocumentSet accepted;
  private int documentBase;

  /** Takes the documents of this segment: the heap that was given, or {@link #own}. */
  private TopK top;

  /** Used in place of a heap that has documents of other segments. */
  private final TopK own = new TopK(1);

  private Cancellation cancellation;
  private SearchCounters counters;

  /**
   * Makes an evaluator with the kernels of this process.
   *
   * @param segment a segment that carries clustered posting lists and a forward index
   */
  public ClusteredEvaluator(Segment segment) {
    this(segment, KernelProvider.current());
  }

  /**
   * Makes an evaluator.
   *
   * @param segment a segment that carries clustered posting lists and a forward index
   * @param kernels the kernels to use
   */
  @SuppressWarnings("NullAway.Init") // the current query is set by evaluate
  public ClusteredEvaluator(Segment segment, KernelProvider kernels) {
    ClusteredIndex clusteredIndex = segment.clusters();
    ForwardIndex forward = segment.forward();
    if (clusteredIndex == null || forward == null) {
      throw new InvalidInputException(
          "segment " + segment.id(),
          "without clustered posting lists",
          "a segment that carries them and a forward index");
    }
    int blocks = clusteredIndex.listBlockCountMax();
    this.clusters = clusteredIndex;
    this.list = clusteredIndex.cursor();
    this.kernel = kernels.summaryKernel();
    this.scorer = new ForwardScorer(forward, kernels.newForwardKernel());
    this.sums = new int[blocks];
    this.selected = new int[blocks];
    this.descending = new DescendingBlocks(blocks);
    this.visited = new long[(forward.documentCount() + Long.SIZE - 1) / Long.SIZE];
  }

  /** Returns about how many bytes of heap its scratch memory takes. */
  long scratchBytes() {
    return Integer.BYTES * ((long) sums.length + selected.length + seen.length)
        + (long) Long.BYTES * visited.length
        + descending.heapBytes()
        + scorer.scratchBytes();
  }

  /**
   * Sets how the next queries are evaluated; {@link SearchMode.Clustered#DEFAULTS} at first.
   *
   * @param newMode query cut, heap factor and order
   */
  public void use(SearchMode.Clustered newMode) {
    mode = newMode;
  }

  @Override
  public void evaluate(
      SegmentQuery newQuery,
      @Nullable DocumentSet newAccepted,
      int newDocumentBase,
      TopK newTop,
      Cancellation newInterruption,
      SearchCounters newCounters) {
    query = newQuery;
    accepted = newAccepted;
    leftOutCount = 0;
    barrenLength = 0;
    documentBase = newDocumentBase;
    top = newTop;
    if (newTop.size() > 0) {
      own.resetLike(newTop);
      top = own;
    }
    cancellation = newInterruption;
    counters = newCounters;
    scorer.begin(query);
    counters.termsLaid += query.termCount();
    try {
      int lists = Math.min(mode.queryCut(), query.termCount());
      for (int i = 0; i < lists; i++) {
        cancellation.check();
        if (list.moveTo(query.termNumber(i))) {
          int leftOutBefore = leftOutCount;
          int metBefore = seenCount + batchCount;
          visitList(i == 0 && mode.firstSorted());
          if (seenCount + batchCount == metBefore) {
            barrenLength = Math.max(barrenLength, leftOutCount - leftOutBefore);
          }
        }
      }
      scoreBatch();
    } finally {
      scorer.end();
      forgetSeen();
    }
    if (newTop != top) {
      newTop.offerAll(top);
    }
  }

  /**
   * Returns what an evaluation is expected to take: the summaries of the lists that are visited are
   * added up, and some documents of each list are scored.
   */
  @Override
  public double expectedNanos(SegmentQuery newQuery, @Nullable DocumentSet newAccepted, int k) {
    long summaries = 0;
    int lists = 0;
    for (int i = 0; i < Math.min(mode.queryCut(), newQuery.termCount()); i++) {
      if (list.moveTo(newQuery.termNumber(i))) {
        lists++;
        summaries += list.hasSummaries() ? (long) list.blockCount() * newQuery.termCount() : 0;
      }
    }
    return ExpectedCosts.clusteredNanos(lists, summaries, newQuery.termCount(), k);
  }

  private void visitList(boolean sorted) {
    int blocks = list.blockCount();
    addSummaries(blocks);
    float threshold = top.threshold();
    int minimum = minimum(threshold);
    int count = kernel.selectAtLeast(sums, blocks, minimum, selected);
    if (sorted) {
      descending.fill(selected, count, sums);
    }
    int visitedBlocks = 0;
    for (int i = 0; i < count; i++) {
      int block = sorted ? descending.removeFirst() : selected[i];
      if (top.threshold() != threshold) {
        threshold = top.threshold();
        minimum = minimum(threshold);
      }
      if (sums[block] < minimum) {
        if (sorted) {
          break; // No block that is left has a larger sum.
        }
        continue;
      }
      visitedBlocks++;
      DocumentSet only = accepted;
      if (only == null) {
        gather(block);
      } else {
        gather(block, only);
      }
    }
    counters.listsVisited++;
    counters.blocksBounded += blocks;
    counters.summariesAdded += list.hasSummaries() ? (long) blocks * query.termCount() : 0;
    counters.blocksScored += visitedBlocks;
    counters.blocksVisited += visitedBlocks;
    counters.blocksSkipped += blocks - visitedBlocks;
  }

  /** Adds up the sums of all summaries of the list: one row a query term. */
  private void addSummaries(int blocks) {
    Arrays.fill(sums, 0, blocks, 0);
    if (!list.hasSummaries()) {
      return;
    }
    int numberLength = ClusterLayout.blockNumberLength(blocks);
    for (int i = 0; i < query.termCount(); i++) {
      if (!list.findRow(query.termNumber(i))) {
        continue;
      }
      if (list.isRowDense()) {
        kernel.addDense(clusters.lists(), list.rowOffset(), blocks, query.weight(i), sums);
      } else {
        kernel.addSparse(
            clusters.lists(),
            list.rowOffset(),
            list.rowEntryCount(),
            numberLength,
            query.weight(i),
            sums);
      }
    }
  }

  /**
   * Returns the smallest sum whose score reaches the heap factor's part of the threshold, rounded
   * down: a heap factor near 0 skips nothing, not even a block whose summary shares no term.
   */
  private int minimum(float threshold) {
    if (!list.hasSummaries()) {
      return 0;
    }
    double least = mode.heapFactor() * (double) threshold / (list.scale() * query.scoreScale());
    return (int) Math.min(Integer.MAX_VALUE, least);
  }

  /** Adds the posting block's documents that were not met before to the batch. */
  private void gather(int block) {
    int end = list.blockStart(block + 1);
    for (int posting = list.blockStart(block); posting < end; posting++) {
      int document = list.document(posting);
      int word = document >>> 6;
      long bit = 1L << document;
      if ((visited[word] & bit) == 0) {
        visited[word] |= bit;
        batch[batchCount++] = document;
        if (batchCount == BATCH_LENGTH) {
          scoreBatch();
        }
      }
    }
  }

  /** Does the same, but for documents of a set only. */
  private void gather(int block, DocumentSet only) {
    int end = list.blockStart(block + 1);
    for (int posting = list.blockStart(block); posting < end; posting++) {
      int document = list.document(posting);
      int word = document >>> 6;
      long bit = 1L << document;
      if ((visited[word] & bit) == 0) {
        if (!only.contains(document)) {
          leftOutCount++;
          continue;
        }
        visited[word] |= bit;
        batch[batchCount++] = document;
        if (batchCount == BATCH_LENGTH) {
          scoreBatch();
        }
      }
    }
  }

  private void scoreBatch() {
    int count = batchCount;
    if (seen.length - seenCount < count) {
      seen = Arrays.copyOf(seen, 2 * seen.length);
    }
    System.arraycopy(batch, 0, seen, seenCount, count);
    seenCount += count;
    batchCount = 0;
    cancellation.check();
    scorer.offerBatch(batch, count, batchOffsets, documentBase, top);
    counters.documentsScored += count;
    long postings = scorer.takePostingCount();
    counters.postingsScored += postings;
    counters.recordPostings += postings;
    counters.recordsScored += count;
  }

  private void forgetSeen() {
    for (int i = 0; i < batchCount; i++) {
      visited[batch[i] >>> 6] = 0;
    }
    for (int i = 0; i < seenCount; i++) {
      visited[seen[i] >>> 6] = 0;
    }
    batchCount = 0;
    scoredCount = seenCount;
    seenCount = 0;
  }

  /**
   * Returns the accepted documents that the last query did not score, if the lists that it visited
   * do not speak for them. That is so if it ended with fewer hits than wanted although it met
   * documents that were not accepted, or if a list had none that is accepted although {@value
   * #EXPECTED_MIN} were to be expected: then the filter goes against the query's terms, and what
   * the heaviest terms' lists keep is not what the query finds. Null otherwise.
   */
  @Nullable DocumentSet remaining() {
    DocumentSet only = accepted;
    if (only == null || leftOutCount == 0 || scoredCount == only.size()) {
      return null;
    }
    double expected = (double) barrenLength * only.size() / only.documentCount();
    boolean isShort = scoredCount < top.k() && top.size() < top.k();
    return isShort || expected >= EXPECTED_MIN
        ? only.without(Arrays.copyOf(seen, scoredCount))
        : null;
  }
}
