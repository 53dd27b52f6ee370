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
  // Below this many documents the exact evaluator is as fast as the approximate one, and it is
  // exact.
  private static final long APPROXIMATE_DOCUMENTS_MIN = 100_000;

  private final Map<CollectionSnapshot, Entry> entries =
      Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * What is kept of a snapshot.
   *
   * @param longestList documents of its most frequent term
   */
  record Entry(CollectionDescription description, long longestList) {
    SearchMode defaultMode() {
      return description.defaultMode();
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
    // BM25 has few terms a query, each of which decides: on 117,791 definitions the approximate
    // mode
    // lost the best answer of three queries out of four, and the exact one is quick there.
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
            approximate ? SearchMode.Approximate.DEFAULTS : new SearchMode.Exact(),
            segments);
    return new Entry(description, longest);
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
