package io.siskin.server.search;

import static io.siskin.index.kernel.BlockMaxKernels.BLOCKS;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.format.v1.BlockMaxLayout;
import io.siskin.index.kernel.BlockMaxKernels;
import io.siskin.index.kernel.DenseLists;
import io.siskin.index.kernel.ScoreRows;
import io.siskin.index.segment.BlockMaxIndex;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Exact evaluation over block-max posting lists: returns the oracle's list, ties included.
 *
 * <p>Three sieves, each an upper bound of what is below it, all in integers:
 *
 * <ol>
 *   <li>every superblock gets a bound, the sum of one row a term;
 *   <li>superblocks are taken in <em>waves</em> of descending bounds, a small one first so that the
 *       threshold is high before the large ones; the document blocks of a wave get bounds, one
 *       512-bit vector a term and superblock;
 *   <li>those of the first wave are taken in descending order of their best document block, and the
 *       later ones, for which the threshold is nearly final, as they lie in memory; the document
 *       blocks that reach the threshold are scored term by term over the postings that fall into
 *       them, and documents that reach it get their exact score.
 * </ol>
 *
 * <p>The sieves are those of Block-Max Pruning (Mallia, Suel, Tonellotto, SIGIR 2024) and
 * Superblock Pruning (Carlson, Xie, He, Yang, SIGIR 2025), without their approximations. It differs
 * in that each step is taken for many superblocks at once, term by term, so that memory is read in
 * runs and cache misses overlap, and in that scores come from the posting lists: a document that is
 * left has one or two postings of the query, its forward record a hundred. ADR 0005 has the
 * figures.
 *
 * <p>Where only some documents are accepted, bounds of superblocks and document blocks without any
 * become 0, and a document is tested before it is offered. A bound over more documents than are
 * accepted is still a bound.
 *
 * <p>Why nothing is lost: see {@link BoundScale}. Blocks are not visited in the order of documents,
 * so one whose bound equals the threshold is never skipped: of two documents with equal scores the
 * one with the smaller number wins.
 *
 * <p>Holds the scratch memory of one query, so it is used by one thread at a time; allocates
 * nothing once warm.
 */
public final class BlockMaxEvaluator implements QueryEvaluator {
  /** Superblocks of the first wave, about. */
  private static final int FIRST_WAVE = 32;

  /** How many times larger each wave is than the one before. */
  private static final int WAVE_GROWTH = 8;

  /** Superblocks whose document blocks are bounded together: 32 KiB of bounds. */
  private static final int BATCH = 512;

  /** Superblocks that are scored together; their sums are 64 KiB, of which a fraction is used. */
  private static final int ROWS = 64;

  /**
   * Superblocks that are scored first: enough to fill a small heap, so that the next ones meet a
   * threshold.
   */
  private static final int FIRST_ROWS = 2;

  /**
   * Superblocks that are bounded at a time: their bounds stay in the L1 cache while all rows are
   * added.
   */
  private static final int TILE = 4096;

  /** Lists between two checks for cancellation: a few microseconds of work. */
  private static final int LISTS_PER_CHECK = 16;

  /** Bounds are below 2^31: their upper 10 bits are the bucket that waves are cut by. */
  private static final int BUCKET_SHIFT = 21;

  private static final int BUCKETS = 1 << (Integer.SIZE - 1 - BUCKET_SHIFT);

  /** Query terms for which there is room at first. */
  private static final int TERMS = 64;

  private final BlockMaxIndex index;
  private final BlockMaxKernels kernels;
  private final int superblockShift;
  private final int blockShift;
  private final BoundScale superblockScale;
  private final BoundScale blockScale;

  /** By superblock; padded with bounds of 0, which no floor admits. */
  private final int[] bounds;

  private final int[] bucketSizes = new int[BUCKETS];
  private final int[] wave;
  private final int[] batch = new int[BATCH];

  /** 16 a superblock of the batch, and 16 for sparse lists to add to what is not in it. */
  private final int[] blockBounds = new int[(BATCH + 1) * BLOCKS];

  private final int[] bestBounds = new int[BATCH];

  /**
   * Superblocks of the batch that are still to score, the next one last: best bound in the high
   * half, position in the low half.
   */
  private final long[] ordered = new long[BATCH];

  private final AcceptedBlocks acceptedBlocks;

  /** The accepted documents of the current query. */
  private @Nullable DocumentSet accepted;

  private boolean isFirstWave;
  private final ScoreRows rows;
  private int rowsWanted;
  private final int[] candidates;
  private final SparseLists sparse;
  private DenseLists dense = new DenseLists(TERMS);

  /**
   * Makes an evaluator.
   *
   * @param index the segment's block-max posting lists; the caller keeps the segment retained while
   *     the evaluator is used
   * @param kernels the inner loops
   */
  public BlockMaxEvaluator(BlockMaxIndex index, BlockMaxKernels kernels) {
    this.index = index;
    this.kernels = kernels;
    this.superblockShift = Integer.numberOfTrailingZeros(index.superblockSize());
    this.blockShift = Integer.numberOfTrailingZeros(index.blockSize());
    this.superblockScale = new BoundScale(BlockMaxLayout.MAXIMUM_MAX, 1);
    this.blockScale =
        isPacked()
            ? new BoundScale(
                BlockMaxLayout.MAXIMUM_MAX * BlockMaxLayout.PACKED_MAXIMUM_MAX,
                BlockMaxLayout.PACKED_MAXIMUM_MAX)
            : new BoundScale(BlockMaxLayout.MAXIMUM_MAX, 1);
    int step = BlockMaxKernels.ROW_STEP;
    this.bounds = new int[(index.superblockCount() + step - 1) / step * step];
    this.wave = new int[bounds.length];
    this.rows = new ScoreRows(ROWS, index.superblockSize());
    this.candidates = new int[index.superblockSize()];
    this.acceptedBlocks = new AcceptedBlocks(index.superblockCount(), index.superblockSize());
    this.sparse = new SparseLists(index, BATCH, TERMS);
  }

  /** Returns about how many bytes of heap its scratch memory takes. */
  long scratchBytes() {
    long perSuperblock = (long) bounds.length + wave.length + sparse.slotCount();
    long perBatch =
        (long) batch.length + blockBounds.length + bestBounds.length + candidates.length;
    return Integer.BYTES * (perSuperblock + perBatch + bucketSizes.length)
        + (long) Long.BYTES * ordered.length
        + rows.heapBytes();
  }

  /**
   * Returns how many postings a query has in the segment: the work of evaluating it without bounds.
   *
   * @param query resolved against this evaluator's segment
   */
  public long estimatedPostings(SegmentQuery query) {
    long postings = 0;
    for (int i = 0; i < query.termCount(); i++) {
      postings += index.documentFrequency(query.termNumber(i));
    }
    return postings;
  }

  @Override
  public void evaluate(
      SegmentQuery query,
      @Nullable DocumentSet newAccepted,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    bound(query, newAccepted, cancellation, counters);
    evaluateBounded(query, documentBase, top, cancellation, counters);
  }

  /**
   * Does the first step of an evaluation: gives every superblock an upper bound of the scores of
   * its accepted documents. Who knows a threshold may then ask for {@link #reachingCount}, and go
   * on with {@link #evaluateBounded} or not.
   *
   * @param query the query, resolved against this evaluator's segment
   * @param newAccepted the documents that may be found; null for all
   * @param cancellation asked every few microseconds of work
   * @param counters receives what was done
   */
  void bound(
      SegmentQuery query,
      @Nullable DocumentSet newAccepted,
      Cancellation cancellation,
      SearchCounters counters) {
    accepted = newAccepted;
    if (query.termCount() == 0) {
      Arrays.fill(bucketSizes, 0);
      Arrays.fill(bounds, 0);
      return;
    }
    prepare(query);
    boundSuperblocks(cancellation);
    counters.listsVisited += query.termCount();
    counters.blocksBounded += index.superblockCount();
    counters.termsLaid += query.termCount();
    counters.superblocksBounded += (long) dense.count * bounds.length;
    counters.sparsePostings += sparse.takePostingsRead();
  }

  /** Returns the number of superblocks of the segment. */
  int superblockCount() {
    return index.superblockCount();
  }

  /**
   * Returns how many superblocks may have a document that enters a heap, by the bounds of the last
   * {@link #bound}: 0 shows that no document of the segment does.
   *
   * @param threshold the heap's threshold, 0 or more
   */
  int reachingCount(float threshold) {
    int floor = superblockScale.floor(threshold);
    int reaching = 0;
    for (int superblock = 0; superblock < index.superblockCount(); superblock++) {
      reaching += bounds[superblock] >= floor ? 1 : 0;
    }
    return reaching;
  }

  /**
   * Does the rest of an evaluation after {@link #bound}.
   *
   * @param query the query that superblocks were bounded for
   * @param documentBase see {@link #evaluate}
   * @param top see {@link #evaluate}
   * @param cancellation see {@link #evaluate}
   * @param counters see {@link #evaluate}
   */
  void evaluateBounded(
      SegmentQuery query,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    if (query.termCount() == 0) {
      return;
    }
    int opened = 0;
    rowsWanted = FIRST_ROWS;
    int bucket = BUCKETS;
    int below = Integer.MAX_VALUE;
    long wanted = FIRST_WAVE;
    while (bucket > 0) {
      int inWave = 0;
      while (bucket > 0 && inWave < wanted) {
        inWave += bucketSizes[--bucket];
      }
      int floor = superblockScale.floor(top.threshold());
      int least = Math.max(floor, bucket << BUCKET_SHIFT);
      if (least < below) {
        int count = kernels.select(bounds, bounds.length, least, below, wave);
        isFirstWave = below == Integer.MAX_VALUE;
        opened += evaluateWave(query, count, documentBase, top, cancellation, counters);
      }
      if (least == floor) {
        break;
      }
      below = least;
      wanted *= WAVE_GROWTH;
    }
    counters.blocksSkipped += index.superblockCount() - opened;
    counters.sparsePostings += sparse.takePostingsRead();
  }

  private boolean isPacked() {
    return index.maximumBits() == 4;
  }

  /**
   * Reads where the query's lists are and turns its weights into integers for each kind of bound.
   */
  private void prepare(SegmentQuery query) {
    int terms = query.termCount();
    if (terms > dense.weights.length) {
      dense = new DenseLists(terms);
    }
    dense.count = 0;
    sparse.reset(terms);
    double sum = 0;
    for (int i = 0; i < terms; i++) {
      sum += coefficient(query, i);
    }
    superblockScale.fit(sum, terms, query.scoreScale());
    blockScale.fit(sum, terms, query.scoreScale());
    for (int i = 0; i < terms; i++) {
      double coefficient = coefficient(query, i);
      int superblockWeight = superblockScale.weight(coefficient);
      int blockWeight = blockScale.weight(coefficient);
      if (index.row(query.termNumber(i)) == BlockMaxIndex.NO_ROW) {
        // A posting's own maximum stands for superblock maximum × packed maximum / 15.
        int factor = isPacked() ? BlockMaxLayout.PACKED_MAXIMUM_MAX : 1;
        int term = query.termNumber(i);
        int length = index.documentFrequency(term);
        sparse.add(
            index.postingsOffset(term),
            length,
            query.weight(i),
            superblockWeight,
            factor * blockWeight);
      } else {
        addDense(query.termNumber(i), query.weight(i), superblockWeight, blockWeight);
      }
    }
  }

  private double coefficient(SegmentQuery query, int i) {
    return (double) query.weight(i) * index.maximumScale(query.termNumber(i));
  }

  private void addDense(int term, int weight, int superblockWeight, int blockWeight) {
    int row = index.row(term);
    int at = dense.count++;
    dense.maxima[at] = index.superblockMaximaOffset(row);
    dense.entries[at] = index.entriesOffset(row);
    dense.postings[at] = index.postingsOffset(term);
    dense.weights[at] = weight;
    dense.superblockWeights[at] = superblockWeight;
    dense.blockWeights[at] = blockWeight;
  }

  /** Bounds every superblock and counts how many fall into each bucket. */
  private void boundSuperblocks(Cancellation cancellation) {
    Arrays.fill(bounds, 0);
    for (int from = 0; from < bounds.length; from += TILE) {
      int count = Math.min(TILE, bounds.length - from);
      for (int list = 0; list < dense.count; list++) {
        long offset = dense.maxima[list] + from;
        int weight = dense.superblockWeights[list];
        kernels.addSuperblockMaxima(index.superblockMaxima(), offset, count, weight, bounds, from);
        if (list % LISTS_PER_CHECK == LISTS_PER_CHECK - 1) {
          cancellation.check();
        }
      }
      cancellation.check();
    }
    sparse.addSuperblockMaxima(bounds, cancellation);
    if (accepted != null) {
      acceptedBlocks.clearSuperblocks(accepted, bounds);
    }
    Arrays.fill(bucketSizes, 0);
    for (int superblock = 0; superblock < index.superblockCount(); superblock++) {
      bucketSizes[bounds[superblock] >>> BUCKET_SHIFT]++;
    }
  }

  /**
   * Evaluates the first superblocks of {@link #wave}; returns how many had their document blocks
   * bounded.
   */
  private int evaluateWave(
      SegmentQuery query,
      int count,
      int documentBase,
      TopK top,
      Cancellation cancellation,
      SearchCounters counters) {
    int opened = 0;
    for (int from = 0; from < count; from += BATCH) {
      int floor = superblockScale.floor(top.threshold());
      int length = 0;
      for (int i = from; i < Math.min(count, from + BATCH); i++) {
        if (bounds[wave[i]] >= floor) {
          batch[length++] = wave[i];
        }
      }
      boundBlocks(length, cancellation);
      counters.blockRowsBounded += (long) dense.count * length;
      opened += length;
      int scored = 0;
      int left = order(length, blockScale.floor(top.threshold()));
      while (left > 0) {
        left = fillRows(left, blockScale.floor(top.threshold()), counters);
        scored += rows.count;
        long added =
            kernels.addPostings(
                index.entries(), index.maximumBits(), index.postings(), dense, rows);
        counters.scoreRuns += (long) dense.count * rows.count;
        counters.listPostings += added;
        counters.postingsScored += added;
        counters.postingsScored += sparse.addPostings(rows);
        offerRows(query, documentBase, top, counters);
        cancellation.check();
      }
      counters.blocksBounded += (long) length * BLOCKS;
      counters.blocksSkipped += (long) (length - scored) * BLOCKS;
    }
    return opened;
  }

  private void boundBlocks(int length, Cancellation cancellation) {
    Arrays.fill(blockBounds, 0, length * BLOCKS, 0);
    for (int list = 0; list < dense.count; list++) {
      long row = dense.entries[list];
      int weight = dense.blockWeights[list];
      if (isPacked()) {
        kernels.addPackedBlockMaxima(index.entries(), row, batch, length, weight, blockBounds);
      } else {
        kernels.addBlockMaxima(index.entries(), row, batch, length, weight, blockBounds);
      }
      if (list % LISTS_PER_CHECK == LISTS_PER_CHECK - 1) {
        cancellation.check();
      }
    }
    sparse.addBlockMaxima(batch, length, blockBounds);
    if (accepted != null) {
      acceptedBlocks.clearBlocks(accepted, batch, length, blockBounds);
    }
  }

  /**
   * Fills {@link #ordered} with the superblocks that reach the floor, and returns how many. In the
   * first wave the best is last, so that the threshold rises soon. Later that is worth less than
   * neighbours in memory being read one after the other.
   */
  private int order(int length, int floor) {
    kernels.largest(blockBounds, length, bestBounds);
    int count = 0;
    for (int position = length - 1; position >= 0; position--) {
      if (bestBounds[position] >= floor) {
        ordered[count++] = ((long) bestBounds[position] << 32) | position;
      }
    }
    if (isFirstWave) {
      Arrays.sort(ordered, 0, count);
    }
    return count;
  }

  /**
   * Gives a row to each of the next superblocks that reach the floor; returns how many are left
   * then.
   *
   * <p>Few get one at first and more later, since the first ones raise the threshold most.
   */
  private int fillRows(int superblocksLeft, int floor, SearchCounters counters) {
    rows.count = 0;
    int left = superblocksLeft;
    while (left > 0 && rows.count < rowsWanted) {
      long next = ordered[--left];
      if ((int) (next >>> 32) < floor) {
        continue;
      }
      int position = (int) next;
      int reaching = kernels.atLeast(blockBounds, BLOCKS * position, floor);
      int firstBlock = Integer.numberOfTrailingZeros(reaching);
      int lastBlock = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(reaching);
      addRow(batch[position], firstBlock, lastBlock);
      counters.blocksScored += lastBlock - firstBlock + 1;
      counters.blocksSkipped += BLOCKS - (lastBlock - firstBlock + 1);
    }
    rowsWanted = Math.min(ROWS, 2 * rowsWanted);
    return left;
  }

  /**
   * Prepares a row. All blocks from the first to the last one that reaches the floor are scored:
   * postings ascend, so a range of them is found with one comparison of vectors, and blocks that
   * reach it are mostly neighbours.
   */
  private void addRow(int superblock, int firstBlock, int lastBlock) {
    int row = rows.count++;
    rows.superblocks[row] = superblock;
    rows.firsts[row] = firstBlock << blockShift;
    rows.lasts[row] = ((lastBlock + 1) << blockShift) - 1;
    long mask = 0;
    long secondMask = 0;
    for (int block = firstBlock; block <= lastBlock; block++) {
      if (isPacked()) {
        mask |= (long) BlockMaxLayout.PACKED_MAXIMUM_MAX << BlockMaxLayout.packedShift(block);
      } else if (block < Long.BYTES) {
        mask |= (long) BlockMaxLayout.MAXIMUM_MAX << (block * Byte.SIZE);
      } else {
        secondMask |= (long) BlockMaxLayout.MAXIMUM_MAX << ((block - Long.BYTES) * Byte.SIZE);
      }
    }
    rows.masks[row] = mask;
    rows.secondMasks[row] = secondMask;
    int sums = row * rows.rowLength;
    Arrays.fill(rows.sums, sums + rows.firsts[row], sums + rows.lasts[row] + 1, 0);
  }

  private void offerRows(SegmentQuery query, int documentBase, TopK top, SearchCounters counters) {
    for (int row = 0; row < rows.count; row++) {
      int first = rows.firsts[row];
      int count = rows.lasts[row] + 1 - first;
      int sums = row * rows.rowLength + first;
      int document = (rows.superblocks[row] << superblockShift) + first;
      float floor = ScoreFloor.of(top.threshold(), query.scoreScale());
      int found =
          kernels.candidates(
              rows.sums, sums, index.documentScales(), document, count, floor, candidates);
      counters.documentsScored += count;
      counters.sumsScanned += count;
      if (accepted != null) {
        found = keepAccepted(accepted, document, found);
      }
      for (int i = 0; i < found; i++) {
        int number = document + candidates[i];
        float score = query.score(rows.sums[sums + candidates[i]], index.documentScale(number));
        top.offer(score, documentBase + number);
      }
    }
  }

  /** Drops the candidates that are not accepted; returns how many are left. */
  private int keepAccepted(DocumentSet only, int document, int found) {
    int kept = 0;
    for (int i = 0; i < found; i++) {
      int candidate = candidates[i];
      candidates[kept] = candidate;
      kept += only.contains(document + candidate) ? 1 : 0;
    }
    return kept;
  }
}
