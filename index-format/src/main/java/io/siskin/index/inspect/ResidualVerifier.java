package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.ResidualIndex;

/**
 * The part of the deep verification that reads {@code residuals.dat}. It checks that the stored
 * largest error is the largest error of the residuals, and that the bytes between the residuals of
 * two documents are zero. It cannot check the residuals themselves, because they are not stored
 * anywhere else.
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
