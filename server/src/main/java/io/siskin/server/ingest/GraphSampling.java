package io.siskin.server.ingest;

import io.siskin.index.build.BuildProgress;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.Schema;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.MappedDenseField;
import io.siskin.index.segment.Segment;
import io.siskin.server.search.GraphSearch;
import io.siskin.server.search.MappedSegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Measures the graphs of neighbours of a build: how long each took, and which recall it reaches.
 * Told of the stages of the build, which it passes on. Used as a progress is used.
 */
final class GraphSampling implements BuildProgress {
  private static final int CANDIDATES = 200;
  private static final int NEAREST = 10;
  private static final int SAMPLE_COUNT_MAX = 100;
  private static final int SAMPLE_COUNT_MIN = 10;
  private static final long SEED = 42;

  // About ten seconds of one core.
  private static final double MULTIPLICATIONS_MAX = 5e10;

  private final BuildProgress next;
  private final Map<String, Long> nanosByStage = new HashMap<>();
  private String stage = "";
  private long start;

  /**
   * Watches a build.
   *
   * @param next is told of everything, too
   */
  GraphSampling(BuildProgress next) {
    this.next = next;
  }

  @Override
  public void begin(String name, long totalUnits) {
    stage = name;
    start = System.nanoTime();
    next.begin(name, totalUnits);
  }

  @Override
  public void advance(long doneUnits) {
    next.advance(doneUnits);
  }

  @Override
  public void end() {
    nanosByStage.put(stage, System.nanoTime() - start);
    next.end();
  }

  /**
   * Measures the graphs of the segment that was built.
   *
   * @param segment the segment, which the caller keeps retained
   * @param schema the fields of the collection
   * @return one result for each graph
   */
  List<GraphQuality> measure(Segment segment, Schema schema) {
    MappedSegment mapped = new MappedSegment(segment, KernelProvider.current());
    List<GraphQuality> measured = new ArrayList<>();
    for (DenseFieldSpec spec : schema.dense()) {
      GraphSearch search = mapped.graph(spec.name());
      if (search != null) {
        measured.add(measure(search, spec));
      }
    }
    return measured;
  }

  private GraphQuality measure(GraphSearch search, DenseFieldSpec spec) {
    MappedDenseField field = search.graph().field();
    int documentCount = search.documentCount();
    int[] sample = sample(field, documentCount);
    next.begin("recall of the graph of " + spec.name(), sample.length);
    long scored = 0;
    long found = 0;
    long wanted = 0;
    for (int i = 0; i < sample.length; i++) {
      DenseVectors stored = field.vectors(sample[i]);
      DenseQuery query = DenseQuery.of(spec, Objects.requireNonNull(stored).toFloats(0));
      BestOthers scanned = new BestOthers(sample[i]);
      for (int document = 0; document < documentCount; document++) {
        if (field.vectorCount(document) > 0) {
          scanned.offer(document, field.score(query, document));
        }
      }
      BestOthers walked = new BestOthers(sample[i]);
      GraphSearch.Found hits = search.search(query, null, NEAREST + 1, CANDIDATES, () -> false);
      for (int hit = 0; hit < hits.documents().length; hit++) {
        walked.offer(hits.documents()[hit], hits.scores()[hit]);
      }
      scored += hits.scored();
      found += walked.countAmong(scanned);
      wanted += scanned.count;
      next.advance(i + 1L);
    }
    next.end();
    return new GraphQuality(
        spec.name(),
        sample.length,
        CANDIDATES,
        wanted == 0 ? 1 : (double) found / wanted,
        (double) scored / sample.length,
        nanosByStage.getOrDefault("neighbours of " + spec.name(), 0L) / 1e9);
  }

  /** Draws documents with vectors. */
  private static int[] sample(MappedDenseField field, int documentCount) {
    double perQuery = (double) field.vectorCount() * field.dimensions();
    int wanted =
        (int)
            Math.min(SAMPLE_COUNT_MAX, Math.max(SAMPLE_COUNT_MIN, MULTIPLICATIONS_MAX / perQuery));
    // A field with a graph has vectors, so this ends.
    return new Random(SEED)
        .ints(0, documentCount)
        .filter(document -> field.vectorCount(document) > 0)
        .limit(wanted)
        .toArray();
  }

  /** The nearest documents of a query, but for the one that it was made of. */
  private static final class BestOthers {
    private final int self;
    private final int[] documents = new int[NEAREST];
    private final float[] scores = new float[NEAREST];
    private int count;

    BestOthers(int self) {
      this.self = self;
    }

    /** Of equal scores the lower number is nearer, in whichever order documents come. */
    void offer(int document, float score) {
      int at = count;
      while (at > 0
          && (score > scores[at - 1]
              || (score == scores[at - 1] && document < documents[at - 1]))) {
        at--;
      }
      if (document == self || at == NEAREST) {
        return;
      }
      count = Math.min(NEAREST, count + 1);
      for (int i = count - 1; i > at; i--) {
        documents[i] = documents[i - 1];
        scores[i] = scores[i - 1];
      }
      documents[at] = document;
      scores[at] = score;
    }

    int countAmong(BestOthers others) {
      int found = 0;
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < others.count; j++) {
          found += documents[i] == others.documents[j] ? 1 : 0;
        }
      }
      return found;
    }
  }
}
