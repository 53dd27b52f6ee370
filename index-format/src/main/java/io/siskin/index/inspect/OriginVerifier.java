package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v2.FrequencyLayout;
import io.siskin.index.segment.DocumentPositions;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.FrequencyIndex;
import io.siskin.index.segment.IndexingOrder;
import io.siskin.index.segment.Segment;
import org.jspecify.annotations.Nullable;

/**
 * The part of the deep verification that reads {@code positions.dat} and {@code frequencies.dat}.
 * It checks that positions ascend, that the lengths of the documents add up to the total length,
 * and that the frequencies of a document fit its length.
 */
final class OriginVerifier {
  private final Segment segment;
  private final DocumentPositions positions;
  private final Findings findings;

  OriginVerifier(Segment segment, DocumentPositions positions, Findings findings) {
    this.segment = segment;
    this.positions = positions;
    this.findings = findings;
  }

  void verify() {
    @Nullable IndexingOrder order = segment.documents().indexingOrder();
    double total = 0;
    long before = -1;
    for (int ordinal = 0; ordinal < positions.documentCount(); ordinal++) {
      int number = ordinal;
      long last = before;
      long position = positions.ofOrdinal(ordinal);
      findings.expect(
          position > last,
          FileKind.POSITIONS,
          () -> "position of ordinal " + number,
          "above " + last,
          position);
      before = position;
      total += positions.length(order == null ? ordinal : order.documentNumber(ordinal));
    }
    findings.expect(
        total == segment.statistics().totalLength(),
        FileKind.META,
        () -> "total length",
        total,
        segment.statistics().totalLength());
    ForwardIndex forward = segment.forward();
    FrequencyIndex frequencies = segment.frequencies();
    if (forward != null && frequencies != null) {
      verify(forward, frequencies);
    }
  }

  private void verify(ForwardIndex forward, FrequencyIndex frequencies) {
    ForwardIndex.Cursor cursor = forward.cursor();
    long end = 0;
    for (int document = 0; document < forward.documentCount(); document++) {
      try {
        cursor.moveTo(document);
        long start = FrequencyLayout.start(forward.recordOffset(document));
        zeros(frequencies, end, start);
        end = start + cursor.size();
        verify(frequencies, document, cursor.size());
      } catch (IndexOutOfBoundsException broken) {
        findings.broken(FileKind.FREQUENCIES, "frequencies of document " + document, broken);
      }
    }
    zeros(frequencies, end, FrequencyLayout.start(forward.recordsLengthBytes()));
  }

  private void verify(FrequencyIndex frequencies, int document, int size) {
    long sum = 0;
    boolean saturated = false;
    for (int posting = 0; posting < size; posting++) {
      int frequency = frequencies.frequency(document, posting);
      int index = posting;
      findings.expect(
          frequency >= 1,
          FileKind.FREQUENCIES,
          () -> "document " + document + ", frequency of posting " + index,
          "1 to " + FrequencyLayout.FREQUENCY_MAX,
          frequency);
      sum += frequency;
      saturated |= frequency == FrequencyLayout.FREQUENCY_MAX;
    }
    // A frequency is a weight that was rounded, by less than 1. Lengths are rounded, too.
    float length = positions.length(document);
    double tolerance = size + length * 1e-6;
    long total = sum;
    findings.expect(
        sum <= length + tolerance && (saturated || sum >= length - tolerance),
        FileKind.FREQUENCIES,
        () -> "document " + document + ", sum of its frequencies",
        (saturated ? "at most " : "about ") + length,
        total);
  }

  private void zeros(FrequencyIndex frequencies, long from, long to) {
    for (long at = from; at < to; at++) {
      long offset = at;
      byte found = frequencies.bytes().get(FileLayout.U8, at);
      findings.expect(found == 0, FileKind.FREQUENCIES, () -> "padding at " + offset, 0, found);
    }
  }
}
