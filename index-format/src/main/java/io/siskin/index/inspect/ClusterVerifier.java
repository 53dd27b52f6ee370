package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.v1.ClusterLayout;
import io.siskin.index.segment.ClusteredIndex;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import java.util.BitSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The part of the deep verification that reads {@code clusters.dat}. It checks four facts. Every
 * list holds only documents that have its term, each once. The posting blocks of a list follow each
 * other without a gap. The weight of a term in a summary is the heaviest in its posting block,
 * rounded to 8 bits. The parameters are the sums and maxima of the lists.
 */
final class ClusterVerifier {
  private static final FileKind FILE = FileKind.CLUSTERS;

  private final Segment segment;
  private final ClusteredIndex index;
  private final @Nullable ForwardPostings forward;
  private final Findings findings;
  private final ClusteredIndex.Cursor list;

  ClusterVerifier(Segment segment, ClusteredIndex index, Findings findings) {
    this.segment = segment;
    this.index = index;
    ForwardIndex records = segment.forward();
    this.forward = records == null ? null : new ForwardPostings(records);
    this.findings = findings;
    this.list = index.cursor();
  }

  void verify() {
    findings.expect(forward != null, FILE, () -> "the forward index", "one", "none");
    long postings = 0;
    long blocks = 0;
    long entries = 0;
    int longest = 0;
    int mostBlocks = 0;
    for (int term = 0; term < index.termCount(); term++) {
      try {
        if (list.moveTo(term)) {
          postings += list.postingCount();
          blocks += list.blockCount();
          longest = Math.max(longest, list.postingCount());
          mostBlocks = Math.max(mostBlocks, list.blockCount());
          documents(term);
          entries += summaries(term);
        }
      } catch (IndexOutOfBoundsException broken) {
        findings.broken(FILE, "list of term " + term, broken);
      }
    }
    findings.expectEqual(FILE, () -> "postings", postings, index.postingCount());
    findings.expectEqual(FILE, () -> "posting blocks", blocks, index.blockCount());
    findings.expectEqual(FILE, () -> "summary entries", entries, index.summaryEntryCount());
    findings.expectEqual(FILE, () -> "longest list", longest, index.listPostingCountMax());
    findings.expectEqual(
        FILE, () -> "most posting blocks of a list", mostBlocks, index.listBlockCountMax());
  }

  private void documents(int term) {
    findings.expect(
        list.postingCount() <= segment.terms().documentFrequency(term),
        FILE,
        about(term, "postings"),
        "at most " + segment.terms().documentFrequency(term),
        list.postingCount());
    findings.expectEqual(FILE, about(term, "start of the first block"), 0, list.blockStart(0));
    for (int block = 0; block < list.blockCount(); block++) {
      findings.expect(
          list.blockStart(block) < list.blockStart(block + 1),
          FILE,
          about(term, "posting block " + block),
          "a posting",
          list.blockStart(block) + " to " + list.blockStart(block + 1));
    }
    findings.expectEqual(
        FILE,
        about(term, "end of the last block"),
        list.postingCount(),
        list.blockStart(list.blockCount()));
    BitSet seen = new BitSet();
    for (int posting = 0; posting < list.postingCount(); posting++) {
      int document = list.document(posting);
      boolean inRange = document >= 0 && document < segment.statistics().documentCount();
      findings.expect(
          inRange && !seen.get(document),
          FILE,
          about(term, "document numbers"),
          "0 to " + (segment.statistics().documentCount() - 1) + ", each once",
          document);
      if (inRange) {
        seen.set(document);
        findings.expect(
            forward == null || forward.impact(document, term) > 0,
            FILE,
            about(term, "document " + document),
            "a document that has the term",
            "one that lacks it");
      }
    }
  }

  /** Returns the number of the list's summary entries. */
  private int summaries(int term) {
    int entries = 0;
    int last = -1;
    for (int row = 0; row < list.rowCount(); row++) {
      int rowTerm = list.rowTerm(row);
      findings.expect(
          rowTerm > last && rowTerm < index.termCount(),
          FILE,
          about(term, "terms of the summaries"),
          "ascending from " + (last + 1) + " to " + (index.termCount() - 1),
          rowTerm);
      last = rowTerm;
      if (!list.findRow(rowTerm)) {
        findings.expect(false, FILE, about(term, "row of term " + rowTerm), "found", "not found");
        continue;
      }
      for (int block = 0; block < list.blockCount(); block++) {
        int value = list.rowValue(block);
        if (value > 0) {
          entries++;
          value(term, rowTerm, block, value);
        }
      }
    }
    return entries;
  }

  /**
   * Checks that the weight in a summary is the heaviest of its posting block, rounded to the
   * nearest step.
   */
  private void value(int term, int rowTerm, int block, int value) {
    if (forward == null) {
      return;
    }
    float heaviest = 0;
    int end = Math.min(list.blockStart(block + 1), list.postingCount());
    for (int posting = list.blockStart(block); posting < end; posting++) {
      int document = list.document(posting);
      if (document < segment.statistics().documentCount()) {
        heaviest = Math.max(heaviest, forward.weight(document, rowTerm));
      }
    }
    int nearest = Math.round(heaviest / list.scale());
    findings.expectEqual(
        FILE,
        about(term, "summary of block " + block + ", term " + rowTerm),
        Math.min(nearest, ClusterLayout.VALUE_MAX),
        value);
  }

  private static Supplier<String> about(int term, String what) {
    return () -> "term " + term + ", " + what;
  }
}
