package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Collects the first thousand contradictions and counts the facts that were compared. */
final class Findings {
  private static final int KEPT_MAX = 1000;

  private final List<Finding> kept = new ArrayList<>();
  private long factCount;
  private long findingCount;

  /** Compares one fact. The text of the subject is made only if the fact is wrong. */
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

  /** Records the error that stopped the reading of something. */
  void broken(FileKind file, String subject, RuntimeException error) {
    expect(false, file, () -> subject, "something to read", error);
  }

  SegmentVerifier.Report report() {
    return new SegmentVerifier.Report(List.copyOf(kept), findingCount, factCount);
  }
}
