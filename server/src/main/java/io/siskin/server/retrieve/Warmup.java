package io.siskin.server.retrieve;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.Preload;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.plan.Planner;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.search.SearchableSegment;
import io.siskin.server.search.Searcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Gets a snapshot ready before it serves: brings its files into memory, and runs queries made of
 * its own documents in each mode that it can be searched with. So the first user meets mapped pages
 * and compiled code.
 */
public final class Warmup implements Consumer<CollectionSnapshot> {
  private static final int QUERIES = 64;
  private static final int QUERY_TERMS_MAX = 16;
  private static final int QUERY_LENGTH_MAX = 80;
  private static final int K = 10;

  /** After as many budgets the code is compiled, so that each query is run once from then on. */
  private static final int FULL_BUDGETS = 4;

  private final long budgetNanos;
  private final Preload preload;
  private final AtomicLong spentNanos = new AtomicLong();

  /**
   * Makes a warm-up.
   *
   * @param budgetMillis about how long each snapshot is searched, 0 for not at all. Later ones of a
   *     process are searched for a shorter time, since they find the code compiled
   * @param preload what is done with its files before
   */
  public Warmup(long budgetMillis, Preload preload) {
    this.budgetNanos = budgetMillis * 1_000_000;
    this.preload = preload;
  }

  @Override
  public void accept(CollectionSnapshot snapshot) {
    load(snapshot);
    long start = System.nanoTime();
    List<QuantizedQuery> queries = queries(snapshot);
    if (queries.isEmpty()) {
      return;
    }
    Searcher searcher = snapshot.searchers().take();
    List<List<SearchMode>> modes = modes(snapshot);
    boolean onlyOnce = spentNanos.get() >= FULL_BUDGETS * budgetNanos;
    for (int i = 0;
        System.nanoTime() - start < budgetNanos && !(onlyOnce && i == queries.size());
        i++) {
      QuantizedQuery query = queries.get(i % queries.size());
      for (List<SearchMode> mode : modes) {
        searcher.search(query, mode, K, Cancellation.NEVER);
      }
      readAndEncode(snapshot, searcher);
    }
    snapshot.searchers().giveBack(searcher);
    spentNanos.addAndGet(System.nanoTime() - start);
  }

  private void load(CollectionSnapshot snapshot) {
    try {
      for (Segment segment : snapshot.segments()) {
        switch (preload) {
          case NONE -> {
            // The first searches do it.
          }
          case TOUCH -> segment.load();
        }
      }
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  /**
   * Fetches the fields of the best hit and, where the collection encodes text, encodes some of
   * them.
   */
  private static void readAndEncode(CollectionSnapshot snapshot, Searcher searcher) {
    if (searcher.size() == 0) {
      return;
    }
    SearchableSegment segment = snapshot.scope().segment(searcher.segment(0));
    try (SearchableSegment.FieldReader reader = segment.openFields()) {
      for (String value : reader.fields(searcher.segmentDocumentNumber(0), name -> true).values()) {
        // Where each tenant has statistics of its own, there is no query of nobody.
        if (!(snapshot.encoderSpec() instanceof VectorSpec) && !snapshot.hasTenantStatistics()) {
          String text = value.substring(0, Math.min(value.length(), QUERY_LENGTH_MAX));
          snapshot.encoders().queries().encode(List.of(text));
        }
      }
    }
  }

  private static List<List<SearchMode>> modes(CollectionSnapshot snapshot) {
    Planner planner = snapshot.planner();
    Set<List<SearchMode>> modes = new LinkedHashSet<>();
    modes.add(planner.everywhere(new SearchMode.Exact()));
    modes.add(planner.plan(Planner.DEFAULT_TARGET, K));
    planner.approximateModes().forEach(mode -> modes.add(planner.everywhere(mode)));
    return List.copyOf(modes);
  }

  private static List<QuantizedQuery> queries(CollectionSnapshot snapshot) {
    // A fixed seed: two starts of one collection do the same.
    Random random = new Random(1);
    List<QuantizedQuery> queries = new ArrayList<>();
    for (Segment segment : snapshot.segments()) {
      ForwardIndex forward = segment.forward();
      int documents = segment.statistics().documentCount();
      if (forward != null && documents > 0) {
        for (int i = 0; i < QUERIES; i++) {
          queries.add(query(segment, forward, random.nextInt(documents)));
        }
      }
    }
    return queries;
  }

  private static QuantizedQuery query(Segment segment, ForwardIndex forward, int document) {
    ForwardIndex.Cursor cursor = forward.cursor();
    cursor.moveTo(document);
    int size = Math.min(cursor.size(), QUERY_TERMS_MAX);
    String[] names = new String[size];
    float[] weights = new float[size];
    for (int i = 0; i < size && cursor.next(); i++) {
      names[i] = segment.terms().name(cursor.termNumber());
      weights[i] = cursor.scale() * cursor.impact();
    }
    if (segment.terms().hasTokens()) {
      return QuantizedQuery.of(TokenVector.of(names, weights));
    }
    int[] ids = new int[size];
    for (int i = 0; i < size; i++) {
      ids[i] = Integer.parseUnsignedInt(names[i]);
    }
    return QuantizedQuery.of(TermIdVector.of(ids, weights));
  }
}
