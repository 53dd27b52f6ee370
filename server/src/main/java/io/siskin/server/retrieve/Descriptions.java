package io.siskin.server.retrieve;

import io.siskin.index.segment.Segment;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.encode.Bm25Spec;
import io.siskin.server.retrieve.CollectionDescription.SegmentDescription;
import io.siskin.server.search.SearchMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/** What is said of a snapshot, derived once: a request without a mode asks for it each time. */
final class Descriptions {
  // Below this many documents the exact evaluator is as fast as the approximate ones, and it is
  // exact.
  private static final long APPROXIMATE_DOCUMENTS_MIN = 100_000;

  // What the defaults of the approximate modes were seen to reach on several collections; beyond it
  // only the exact mode is sure.
  private static final float RECALL_BY_DEFAULT = 0.97f;

  private final Map<CollectionSnapshot, Entry> entries =
      Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * What is kept of a snapshot.
   *
   * @param description what is said of it
   * @param approximate the quickest mode of its segments whose recall is known to be good
   * @param longestList documents of its most frequent term
   */
  record Entry(CollectionDescription description, SearchMode approximate, long longestList) {
    /**
     * Returns the mode that a request is evaluated in.
     *
     * @param evaluation what the request asks for
     */
    SearchMode mode(Evaluation evaluation) {
      return switch (evaluation) {
        case Evaluation.InMode(SearchMode mode) -> mode;
        case Evaluation.CollectionDefault(long budgetMicros) ->
            budgeted(description.defaultMode(), budgetMicros);
        case Evaluation.RecallTarget(float target, long budgetMicros) ->
            budgeted(
                target <= RECALL_BY_DEFAULT ? approximate : new SearchMode.Exact(), budgetMicros);
      };
    }

    /** Only one mode can keep a budget. */
    private static SearchMode budgeted(SearchMode mode, long budgetMicros) {
      if (budgetMicros == 0) {
        return mode;
      }
      SearchMode.ScoreAtATime own =
          mode instanceof SearchMode.ScoreAtATime its ? its : SearchMode.ScoreAtATime.DEFAULTS;
      return own.withBudgetMicros(budgetMicros);
    }
  }

  Entry of(CollectionSnapshot snapshot) {
    return entries.computeIfAbsent(snapshot, Descriptions::describe);
  }

  private static Entry describe(CollectionSnapshot snapshot) {
    long terms = 0;
    long bytes = 0;
    long longest = 0;
    boolean clustered = true;
    Set<String> fields = new LinkedHashSet<>();
    List<SegmentDescription> segments = new ArrayList<>();
    Vocabulary vocabulary = Vocabulary.NONE;
    for (Segment segment : snapshot.segments()) {
      terms += segment.statistics().termCount();
      bytes += segment.lengthBytes();
      longest += segment.terms().size() == 0 ? 0 : segment.terms().documentFrequency(0);
      clustered &= segment.clusters() != null;
      fields.addAll(segment.documents().fieldNames());
      segments.add(describe(segment));
      if (segment.statistics().vocabulary() != Vocabulary.NONE) {
        vocabulary = segment.statistics().vocabulary();
      }
    }
    // BM25 has few terms a query, each of which decides: on 117,791 definitions the clustered
    // mode lost the best answer of three queries out of four, and the exact one is quick there.
    boolean approximate =
        clustered
            && snapshot.documentCount() >= APPROXIMATE_DOCUMENTS_MIN
            && !(snapshot.encoderSpec() instanceof Bm25Spec);
    String encoder = snapshot.encoderSpec().kind();
    CollectionDescription description =
        new CollectionDescription(
            snapshot.manifest().name(),
            snapshot.documentCount(),
            terms,
            snapshot.postingCount(),
            bytes,
            encoder,
            encoder,
            snapshot.manifest().encoder().toString(),
            vocabulary.name().toLowerCase(Locale.ROOT),
            List.copyOf(fields),
            approximate ? SearchMode.Clustered.DEFAULTS : new SearchMode.Exact(),
            segments);
    return new Entry(
        description, clustered ? SearchMode.Clustered.DEFAULTS : new SearchMode.Exact(), longest);
  }

  private static SegmentDescription describe(Segment segment) {
    List<String> structures = new ArrayList<>();
    segment.lengths().forEach((kind, length) -> structures.add(kind.fileName() + "=" + length));
    return new SegmentDescription(
        segment.id().toString(),
        segment.formatVersion(),
        segment.statistics().documentCount(),
        segment.statistics().postingCount(),
        structures);
  }
}
