package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.ImpactOrderedLayout;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.ImpactOrderedIndex;
import io.siskin.index.segment.Segment;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The part of the deep verification that reads {@code impacts.dat}. It checks four facts. Every
 * list holds only documents that have its term, each once, and the impact is the weight in the
 * forward index divided by the list scale. The postings are in the right order. The counts of
 * levels, the totals and the ranked impacts agree with the postings. The lists follow each other
 * without a gap.
 */
final class ImpactVerifier {
  private static final FileKind FILE = FileKind.IMPACTS;

  private final Segment segment;
  private final ImpactOrderedIndex index;
  private final @Nullable ForwardPostings forward;
  private final Findings findings;
  private int rows;
  private long windowedPostings;
  private long plainPostings;

  // These fields describe the list that is being checked.
  private int term;
  private float scale;
  private float heaviest;
  private BitSet seen = new BitSet();

  /** The number of postings with each impact, indexed by impact. */
  private final int[] counts = new int[ImpactOrderedLayout.IMPACT_MAX + 1];

  ImpactVerifier(Segment segment, ImpactOrderedIndex index, Findings findings) {
    this.segment = segment;
    this.index = index;
    ForwardIndex records = segment.forward();
    this.forward = records == null ? null : new ForwardPostings(records);
    this.findings = findings;
  }

  void verify() {
    findings.expect(forward != null, FILE, () -> "the forward index", "one", "none");
    for (int number = 0; number < index.termCount(); number++) {
      try {
        list(number);
      } catch (IndexOutOfBoundsException broken) {
        findings.broken(FILE, "list of term " + number, broken);
      }
    }
    findings.expectEqual(
        FILE, () -> "postings", windowedPostings + plainPostings, index.postingCount());
    findings.expectEqual(FILE, () -> "rows", rows, index.rowCount());
  }

  private void list(int number) {
    term = number;
    scale = index.scale(number);
    heaviest = 0;
    seen = new BitSet();
    Arrays.fill(counts, 0);
    int count = index.postingCount(number);
    int row = index.row(number);
    findings.expect(
        count <= segment.terms().documentFrequency(number),
        FILE,
        about("postings"),
        "at most " + segment.terms().documentFrequency(number),
        count);
    if (count == 0) {
      findings.expectEqual(FILE, about("row without postings"), ImpactOrderedIndex.NO_ROW, row);
    } else if (row == ImpactOrderedIndex.NO_ROW) {
      plain(count);
    } else {
      windowed(row, count);
    }
    if (forward != null) {
      float expected = heaviest / ImpactOrderedLayout.IMPACT_MAX;
      findings.expect(scale == expected, FILE, about("scale"), expected, scale);
    }
    for (int i = 0; i < ImpactOrderedLayout.rankCount(); i++) {
      int k = ImpactOrderedLayout.rank(i);
      findings.expectEqual(
          FILE, about("impact of rank " + k), ranked(k), index.rankedImpact(term, k));
    }
  }

  private void plain(int count) {
    long documents = index.listOffset(term);
    findings.expectEqual(
        FILE,
        about("offset of a plain list"),
        plainPostings * ImpactOrderedLayout.PLAIN_POSTING_LENGTH,
        documents);
    plainPostings += count;
    MemorySegment lists = index.plainLists();
    long impacts = documents + (long) Integer.BYTES * count;
    int last = -1;
    for (int i = 0; i < count; i++) {
      int document = lists.get(FileLayout.U32, documents + (long) Integer.BYTES * i);
      findings.expect(
          document > last, FILE, about("document numbers"), "ascending from " + last, document);
      last = document;
      posting(document, lists.get(FileLayout.U8, impacts + i) & 0xFF);
    }
  }

  private void windowed(int row, int count) {
    findings.expectEqual(FILE, about("row"), rows, row);
    findings.expectEqual(
        FILE,
        about("offset of a windowed list"),
        windowedPostings * ImpactOrderedLayout.WINDOWED_POSTING_LENGTH,
        index.listOffset(term));
    rows++;
    windowedPostings += count;
    int done = 0;
    for (int window = 0; window < index.windowCount(); window++) {
      long entry = index.windowEntry(row, window);
      int start =
          index.windows().get(FileLayout.U32, entry + ImpactOrderedLayout.WINDOW_START_OFFSET);
      findings.expectEqual(FILE, about("start of window " + window), done, start);
      int[] before = counts.clone();
      done += window(window, done, index.levelCount(entry, 0));
      for (int level = 0; level < ImpactOrderedLayout.LEVEL_COUNT; level++) {
        findings.expectEqual(
            FILE,
            about("window " + window + ", postings of level " + level),
            reaching(level, counts) - reaching(level, before),
            index.levelCount(entry, level));
      }
    }
    findings.expectEqual(FILE, about("postings of all windows"), count, done);
    for (int level = 0; level < ImpactOrderedLayout.LEVEL_COUNT; level++) {
      findings.expectEqual(
          FILE, about("total of level " + level), reaching(level, counts), index.total(row, level));
    }
  }

  /** Reads the postings of a window and returns their number. */
  private int window(int window, int start, int count) {
    MemorySegment postings = index.postings();
    long documents =
        index.listOffset(term) + (long) start * ImpactOrderedLayout.WINDOWED_POSTING_LENGTH;
    long impacts = documents + (long) Short.BYTES * count;
    int base = window << ImpactOrderedLayout.WINDOW_SHIFT;
    float lastWeight = Float.POSITIVE_INFINITY;
    int lastImpact = ImpactOrderedLayout.IMPACT_MAX;
    int lastDocument = -1;
    for (int i = 0; i < count; i++) {
      int document =
          base + (postings.get(FileLayout.U16, documents + (long) Short.BYTES * i) & 0xFFFF);
      int impact = postings.get(FileLayout.U8, impacts + i) & 0xFF;
      float weight = posting(document, impact);
      findings.expect(
          impact <= lastImpact
              && (weight < lastWeight || (weight == lastWeight && document > lastDocument)),
          FILE,
          about("order in window " + window),
          "descending weights, then ascending documents",
          "document " + lastDocument + " before " + document);
      lastWeight = weight;
      lastImpact = impact;
      lastDocument = document;
    }
    return count;
  }

  /**
   * Checks and counts a posting. Returns its weight in the forward index, or 0 if it is not there.
   */
  private float posting(int document, int impact) {
    boolean inRange = document >= 0 && document < segment.statistics().documentCount();
    findings.expect(
        inRange && !seen.get(document),
        FILE,
        about("document numbers"),
        "0 to " + (segment.statistics().documentCount() - 1) + ", each once",
        document);
    counts[impact]++;
    if (!inRange || forward == null) {
      return 0;
    }
    seen.set(document);
    float weight = forward.weight(document, term);
    heaviest = Math.max(heaviest, weight);
    findings.expect(
        weight > 0,
        FILE,
        about("document " + document),
        "a document that has the term",
        "one that lacks it");
    int nearest = Math.clamp(Math.round(weight / scale), 1, ImpactOrderedLayout.IMPACT_MAX);
    findings.expectEqual(FILE, about("impact of document " + document), nearest, impact);
    return weight;
  }

  /**
   * Returns the number of postings that reach a level. The postings are given as counts by impact.
   */
  private static int reaching(int level, int[] countsByImpact) {
    int reaching = 0;
    for (int impact = ImpactOrderedLayout.levelImpact(level);
        impact < countsByImpact.length;
        impact++) {
      reaching += countsByImpact[impact];
    }
    return reaching;
  }

  /** Returns the k-th largest impact of the list, or 0 if the list has fewer than k postings. */
  private int ranked(int k) {
    int above = 0;
    for (int impact = counts.length - 1; impact > 0; impact--) {
      above += counts[impact];
      if (above >= k) {
        return impact;
      }
    }
    return 0;
  }

  private Supplier<String> about(String what) {
    int number = term;
    return () -> "term " + number + ", " + what;
  }
}
