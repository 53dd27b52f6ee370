package io.siskin.server.measure;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.parallel.OrderedExecutor;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.agrona.collections.Int2IntHashMap;

/**
 * Exact inner products of queries with the original vectors of a {@code .csr} file, so that what
 * quantisation loses counts as lost.
 *
 * <p>Reads the base once, row after row, and scores each row for all queries together: the queries
 * are inverted, term to (query, weight), and a row's terms are accumulated one at a time into one
 * sum a query. The usual way round, base inverted and queries one by one, needs the transposed base
 * in memory and an accumulator a document; here the accumulators of a thousand queries stay in the
 * first-level cache and the base may be larger than memory. Sums are in double precision, so that
 * the order of summation decides no rank. The heap holds k answers a query and thread.
 *
 * <p>Safe for concurrent use.
 */
public final class ExactTruth implements Recall.ExactScore, AutoCloseable {
  /** Rows that a thread takes at a time: some megabytes to read. */
  private static final int ROWS_A_CHUNK = 2048;

  private static final int ABSENT = -1;

  private final Path baseFile;
  private final CsrBase base;
  private final List<TermIdVector> queries;

  // The queries' postings: those of the slot s of a term are at postingStarts[s] to postingStarts[s
  // + 1] − 1.
  private final Int2IntHashMap slotByTerm = new Int2IntHashMap(ABSENT);
  private final int[] postingStarts;
  private final int[] postingQueries;
  private final float[] postingWeights;

  private ExactTruth(Path baseFile, CsrBase base, List<TermIdVector> queries) {
    this.baseFile = baseFile;
    this.base = base;
    this.queries = queries;
    for (TermIdVector query : queries) {
      for (int i = 0; i < query.size(); i++) {
        slotByTerm.putIfAbsent(query.termId(i), slotByTerm.size());
      }
    }
    this.postingStarts = new int[slotByTerm.size() + 1];
    for (TermIdVector query : queries) {
      for (int i = 0; i < query.size(); i++) {
        postingStarts[slotByTerm.get(query.termId(i)) + 1]++;
      }
    }
    Arrays.parallelPrefix(postingStarts, Integer::sum);
    this.postingQueries = new int[postingStarts[postingStarts.length - 1]];
    this.postingWeights = new float[postingQueries.length];
    int[] free = postingStarts.clone();
    for (int number = 0; number < queries.size(); number++) {
      TermIdVector query = queries.get(number);
      for (int i = 0; i < query.size(); i++) {
        int at = free[slotByTerm.get(query.termId(i))]++;
        postingQueries[at] = number;
        postingWeights[at] = query.weight(i);
      }
    }
  }

  /**
   * Opens a base.
   *
   * @param baseFile a {@code .csr} file, not compressed
   * @param queries the queries; a query's number is its position here
   * @throws io.siskin.index.error.CorruptSegmentException when the file is not a sound {@code .csr}
   *     file
   * @throws IOException when it cannot be read
   */
  public static ExactTruth open(Path baseFile, List<TermIdVector> queries) throws IOException {
    return new ExactTruth(baseFile, CsrBase.open(baseFile), List.copyOf(queries));
  }

  /** Returns the number of rows of the base. */
  public int rowCount() {
    return base.rowCount();
  }

  /**
   * Returns the best k rows of each query, from the cache file beside the base when it holds them
   * for exactly this base and these queries, else computed and put there. Where the folder cannot
   * be written nothing is cached.
   *
   * @param k 1 or more
   * @param threads how many to use, 1 or more
   * @param rowsDone told how many more rows are done, from any thread; not called when the cache
   *     answers
   * @throws InvalidInputException when a weight of the base is negative or not finite
   * @throws IOException when the base cannot be read
   */
  public GroundTruth cachedTopK(int k, int threads, IntConsumer rowsDone) throws IOException {
    TruthCache cache = TruthCache.of(baseFile, queries, k);
    GroundTruth truth = cache.read();
    if (truth == null) {
      truth = topK(k, threads, rowsDone);
      cache.write(truth);
    }
    return truth;
  }

  /**
   * Computes the best k rows of each query: score descending, then row ascending; rows without a
   * common term are no answers.
   *
   * @param k 1 or more
   * @param threads how many to use, 1 or more
   * @param rowsDone told how many more rows are done, from any thread
   * @throws InvalidInputException when a weight of the base is negative or not finite
   * @throws IOException when the base cannot be read
   */
  public GroundTruth topK(int k, int threads, IntConsumer rowsDone) throws IOException {
    Ranges.check("k", k, 1, Integer.MAX_VALUE);
    Ranges.check("threads", threads, 1, Integer.MAX_VALUE);
    AtomicInteger nextChunk = new AtomicInteger();
    BestRows[] best = emptyAnswers(k);
    try (OrderedExecutor workers = new OrderedExecutor("siskin-truth", threads)) {
      workers.run(
          threads,
          _ -> scan(k, nextChunk, rowsDone),
          (_, found) -> {
            for (int query = 0; query < best.length; query++) {
              best[query].addAll(found[query]);
            }
          });
    }
    int[][] rows = new int[best.length][];
    double[][] scores = new double[best.length][];
    for (int query = 0; query < best.length; query++) {
      best[query].sort();
      rows[query] = best[query].rows();
      scores[query] = best[query].scores();
    }
    return GroundTruth.of(k, rows, scores);
  }

  @Override
  public double score(int query, int row) {
    CsrBase.Rows buffer = base.new Rows();
    try {
      base.read(row, row + 1, buffer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    double score = 0;
    for (int entry = buffer.start(row); entry < buffer.start(row + 1); entry++) {
      score += (double) weightOf(queries.get(query), buffer.term(entry)) * buffer.weight(entry);
    }
    return score;
  }

  @Override
  public void close() throws IOException {
    base.close();
  }

  /** Scores chunk after chunk until none is left, rows ascending; runs once in each thread. */
  private BestRows[] scan(int k, AtomicInteger nextChunk, IntConsumer rowsDone) throws IOException {
    BestRows[] best = emptyAnswers(k);
    double[] sums = new double[queries.size()];
    CsrBase.Rows rows = base.new Rows();
    int chunkCount = Math.ceilDiv(base.rowCount(), ROWS_A_CHUNK);
    for (int chunk = nextChunk.getAndIncrement();
        chunk < chunkCount;
        chunk = nextChunk.getAndIncrement()) {
      int from = chunk * ROWS_A_CHUNK;
      int to = Math.min(from + ROWS_A_CHUNK, base.rowCount());
      base.read(from, to, rows);
      for (int row = from; row < to; row++) {
        accumulate(rows, row, sums);
        for (int query = 0; query < sums.length; query++) {
          if (sums[query] > best[query].threshold()) {
            best[query].add(row, sums[query]);
          }
          sums[query] = 0;
        }
      }
      rowsDone.accept(to - from);
    }
    return best;
  }

  private void accumulate(CsrBase.Rows rows, int row, double[] sums) {
    int end = rows.start(row + 1);
    for (int entry = rows.start(row); entry < end; entry++) {
      float weight = rows.weight(entry);
      if (!(weight >= 0 && weight <= SparseVector.WEIGHT_MAX)) {
        throw new InvalidInputException("weight", weight, "a finite number from 0 to 1e30")
            .at(baseFile + "#" + row);
      }
      int slot = slotByTerm.get(rows.term(entry));
      if (slot != ABSENT) {
        for (int at = postingStarts[slot]; at < postingStarts[slot + 1]; at++) {
          sums[postingQueries[at]] += (double) weight * postingWeights[at];
        }
      }
    }
  }

  private BestRows[] emptyAnswers(int k) {
    BestRows[] best = new BestRows[queries.size()];
    Arrays.setAll(best, _ -> new BestRows(Math.min(k, base.rowCount())));
    return best;
  }

  private static float weightOf(TermIdVector query, int termId) {
    int low = 0;
    int high = query.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Integer.compareUnsigned(query.termId(middle), termId);
      if (order == 0) {
        return query.weight(middle);
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return 0;
  }
}
