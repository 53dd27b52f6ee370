package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Collects what does not agree, the first thousand of it, and counts what was compared. */
final class Findings {
  private static final int KEPT_MAX = 1000;

  private final List<Finding> kept = new ArrayList<>();
  private long factCount;
  private long findingCount;

  /** Compares one fact; the subject is made only when it is wrong. */
  void expect(
      boolean holds, FileKind file, Supplier<String> subject, Object expected, Object found) {
    factCount++;
    if (!holds) {
      findingCount++;
      if (kept.size() < KEPT_MAX) {
        kept.add(new Finding(file, subject.get(), String.valueOf(expected), String.valueOf(found)));
      }
    }
  }

  void expectEqual(FileKind file, Supplier<String> subject, long expected, long found) {
    expect(expected == found, file, subject, expected, found);
  }

  /** Says what stopped the reading of something. */
  void broken(FileKind file, String subject, RuntimeException error) {
    expect(false, file, () -> subject, "something to read", error);
  }

  SegmentVerifier.Report report() {
    return new SegmentVerifier.Report(List.copyOf(kept), findingCount, factCount);
  }
}
