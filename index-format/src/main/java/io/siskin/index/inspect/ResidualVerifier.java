package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.ResidualIndex;

/**
 * The part of the deep verification that reads {@code residuals.dat}: the largest error is the one
 * that the residuals make, and what lies between the residuals of two documents is zero. The
 * residuals themselves stand nowhere else.
 */
final class ResidualVerifier {
  private static final FileKind FILE = FileKind.RESIDUALS;

  private final ForwardIndex forward;
  private final ResidualIndex index;
  private final Findings findings;

  ResidualVerifier(ForwardIndex forward, ResidualIndex index, Findings findings) {
    this.forward = forward;
    this.index = index;
    this.findings = findings;
  }

  void verify() {
    double errorMax = 0;
    long end = 0;
    ForwardIndex.Cursor cursor = forward.cursor();
    for (int document = 0; document < forward.documentCount(); document++) {
      try {
        cursor.moveTo(document);
        long start = ResidualLayout.start(forward.recordOffset(document));
        zeros(end, start);
        end = start + cursor.size();
        for (int posting = 0; posting < cursor.size(); posting++) {
          int residual = Math.abs(index.residual(document, posting));
          errorMax = Math.max(errorMax, (double) cursor.scale() * residual / ResidualLayout.STEPS);
        }
      } catch (IndexOutOfBoundsException broken) {
        findings.broken(FILE, "residuals of document " + document, broken);
      }
    }
    zeros(end, ResidualLayout.start(forward.recordsLengthBytes()));
    findings.expect(
        errorMax == index.weightErrorMax(),
        FILE,
        () -> "largest error",
        errorMax,
        index.weightErrorMax());
  }

  private void zeros(long from, long to) {
    for (long at = from; at < to; at++) {
      long offset = at;
      byte found = index.bytes().get(FileLayout.U8, at);
      findings.expect(found == 0, FILE, () -> "padding at " + offset, 0, found);
    }
  }
}
