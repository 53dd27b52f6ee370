package io.siskin.server.retrieve;

import io.siskin.index.segment.Segment;
import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.plan.Planner;
import io.siskin.server.retrieve.CollectionDescription.SegmentDescription;
import io.siskin.server.retrieve.CollectionDescription.StructureDescription;
import io.siskin.server.search.SearchMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/** What is said of a snapshot, derived once: a request without a mode asks for it each time. */
final class Descriptions {
  // The k of a request without one; with others the default target may lead to other modes.
  private static final int DEFAULT_MODE_K = 10;

  private final Map<CollectionSnapshot, Entry> entries =
      Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * What is kept of a snapshot.
   *
   * @param description what is said of it
   * @param planner chooses the modes for a recall target
   * @param longestList documents of its most frequent term
   */
  record Entry(CollectionDescription description, Planner planner, long longestList) {
    /**
     * Returns the modes that a request is evaluated in.
     *
     * @param evaluation what the request asks for
     * @param k how many hits it wants
     * @return by segment
     */
    List<SearchMode> modes(Evaluation evaluation, int k) {
      return switch (evaluation) {
        case Evaluation.InMode(SearchMode mode) -> planner.everywhere(mode);
        case Evaluation.CollectionDefault(long budgetMicros) ->
            plan(description.defaultRecallTarget(), k, budgetMicros);
        case Evaluation.RecallTarget(float target, long budgetMicros) ->
            plan(target, k, budgetMicros);
      };
    }

    private List<SearchMode> plan(float target, int k, long budgetMicros) {
      return budgetMicros == 0 ? planner.plan(target, k) : planner.plan(target, k, budgetMicros);
    }
  }

  Entry of(CollectionSnapshot snapshot) {
    return entries.computeIfAbsent(snapshot, Descriptions::describe);
  }

  private static Entry describe(CollectionSnapshot snapshot) {
    long terms = 0;
    long bytes = 0;
    long longest = 0;
    Set<String> fields = new LinkedHashSet<>();
    List<SegmentDescription> segments = new ArrayList<>();
    Vocabulary vocabulary = Vocabulary.NONE;
    for (Segment segment : snapshot.segments()) {
      terms += segment.statistics().termCount();
      bytes += segment.lengthBytes();
      longest += segment.terms().size() == 0 ? 0 : segment.terms().documentFrequency(0);
      fields.addAll(segment.documents().fieldNames());
      segments.add(describe(segment));
      if (segment.statistics().vocabulary() != Vocabulary.NONE) {
        vocabulary = segment.statistics().vocabulary();
      }
    }
    float defaultTarget = snapshot.defaultRecallTarget();
    Planner planner = snapshot.planner();
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
            vocabulary,
            List.copyOf(fields),
            planner.representative(planner.plan(defaultTarget, DEFAULT_MODE_K)),
            defaultTarget,
            planner.expectations(),
            segments);
    return new Entry(description, planner, longest);
  }

  private static SegmentDescription describe(Segment segment) {
    List<StructureDescription> structures = new ArrayList<>();
    segment
        .lengths()
        .forEach(
            (kind, length) -> structures.add(new StructureDescription(kind.fileName(), length)));
    return new SegmentDescription(
        segment.id().toString(),
        segment.formatVersion(),
        segment.statistics().documentCount(),
        segment.statistics().postingCount(),
        structures);
  }
}
