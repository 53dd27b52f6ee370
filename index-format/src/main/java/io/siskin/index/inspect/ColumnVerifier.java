package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import io.siskin.index.segment.ColumnFacts;
import io.siskin.index.segment.PackedNumbers;
import io.siskin.index.segment.Segment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The part of the deep verification that reads {@code columns.dat}. It checks that the texts of a
 * column ascend and that each of them is used, that the way from texts to documents is the inverse
 * of the way from documents to texts, that the number of values is right, and what stands in the
 * place of values that are absent. It cannot check the values themselves, because they are not
 * stored anywhere else.
 */
final class ColumnVerifier {
  private static final FileKind FILE = FileKind.COLUMNS;

  private final ColumnFacts facts;
  private final Findings findings;

  private ColumnVerifier(ColumnFacts facts, Findings findings) {
    this.facts = facts;
    this.findings = findings;
  }

  static void verify(Segment segment, Findings findings) {
    for (ColumnFacts facts : segment.columnFacts()) {
      try {
        new ColumnVerifier(facts, findings).verify();
      } catch (IndexOutOfBoundsException broken) {
        findings.broken(FILE, "column " + facts.name(), broken);
      }
    }
  }

  private void verify() {
    if (facts.valueStarts() == null) {
      verifyAbsent();
    }
    PackedNumbers starts = facts.documentStarts();
    PackedNumbers documents = facts.documents();
    if (starts == null || documents == null) {
      long present = 0;
      for (int document = 0; document < facts.presence().count(); document++) {
        present += facts.presence().get(document);
      }
      expectEqual("values", present, facts.valueCount());
    } else {
      verifyTexts();
      verifyInverse(starts, documents);
    }
  }

  /** In the place of an absent value is the smallest value of its block, or 0 if there is none. */
  private void verifyAbsent() {
    PackedNumbers values = facts.values();
    int first = 0;
    for (int block = 0; block < values.blockCount(); block++) {
      int end = first + values.length(block);
      long min = Long.MAX_VALUE;
      boolean none = true;
      for (int document = first; document < end; document++) {
        if (facts.presence().get(document) != 0) {
          min = Math.min(min, values.get(document));
          none = false;
        }
      }
      for (int document = first; document < end; document++) {
        if (facts.presence().get(document) == 0) {
          expectEqual(
              "place of the absent value of document " + document,
              none ? 0 : min,
              values.get(document));
        }
      }
      first = end;
    }
  }

  private void verifyTexts() {
    byte[] before = new byte[0];
    for (int ordinal = 0; ordinal < facts.textCount(); ordinal++) {
      byte[] text = facts.text(ordinal).getBytes(StandardCharsets.UTF_8);
      findings.expect(
          ordinal == 0 || Arrays.compareUnsigned(before, text) < 0,
          FILE,
          () -> "column " + facts.name() + ", order of its texts",
          "ascending",
          new String(text, StandardCharsets.UTF_8));
      before = text;
    }
  }

  private void verifyInverse(PackedNumbers starts, PackedNumbers documents) {
    int[] next = new int[facts.textCount()];
    for (int ordinal = 0; ordinal < next.length; ordinal++) {
      next[ordinal] = (int) starts.get(ordinal);
    }
    long values = 0;
    for (int document = 0; document < facts.presence().count(); document++) {
      values += verifyDocument(document, documents, next);
    }
    expectEqual("values", values, facts.valueCount());
    for (int ordinal = 0; ordinal < next.length; ordinal++) {
      expectEqual(
          "end of the documents of text " + ordinal, next[ordinal], starts.get(ordinal + 1L));
      findings.expect(
          starts.get(ordinal) < starts.get(ordinal + 1L),
          FILE,
          () -> "column " + facts.name() + ", documents of a text",
          "1 or more",
          0);
    }
  }

  /** Returns the number of its texts. */
  private long verifyDocument(int document, PackedNumbers documents, int[] next) {
    boolean present = facts.presence().get(document) != 0;
    PackedNumbers starts = facts.valueStarts();
    long from = starts == null ? document : starts.get(document);
    long to = starts == null ? document + (present ? 1 : 0) : starts.get(document + 1L);
    findings.expect(
        from <= to && (present || from == to),
        FILE,
        () -> "column " + facts.name() + ", values of document " + document,
        present ? "0 or more" : "none",
        to - from);
    int before = -1;
    for (long at = from; at < to; at++) {
      int ordinal = (int) facts.values().get(at);
      int last = before;
      findings.expect(
          ordinal > last,
          FILE,
          () -> "column " + facts.name() + ", texts of document " + document,
          "ordinals above " + last,
          ordinal);
      before = ordinal;
      int place = next[ordinal]++;
      expectEqual("document at " + place + ", by its text", document, documents.get(place));
    }
    return to - from;
  }

  private void expectEqual(String what, long expected, long found) {
    findings.expectEqual(FILE, () -> "column " + facts.name() + ", " + what, expected, found);
  }
}
