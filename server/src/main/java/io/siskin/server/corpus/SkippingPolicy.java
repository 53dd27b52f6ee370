package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import java.util.function.Consumer;

/**
 * Skips a limited number of bad records and reports each; the first one beyond the limit ends the
 * build.
 *
 * <p>Not thread-safe: sources call their policy from the thread that asks for documents. One policy
 * may serve several files one after the other, and its limit then holds for all of them together.
 */
public final class SkippingPolicy implements BadRecordPolicy {
  private final long allowedCount;
  private final Consumer<InvalidInputException> report;
  private long skippedCount;

  /**
   * Creates the policy.
   *
   * @param allowedCount how many bad records may be skipped, 0 or more
   * @param report told of each record that is skipped, in input order
   */
  public SkippingPolicy(long allowedCount, Consumer<InvalidInputException> report) {
    if (allowedCount < 0) {
      throw new InvalidInputException("allowedCount", allowedCount, "0 or more");
    }
    this.allowedCount = allowedCount;
    this.report = report;
  }

  @Override
  public void onBadRecord(InvalidInputException error) {
    if (skippedCount == allowedCount) {
      throw error.at(
          allowedCount == 0
              ? "bad record (--skip-bad N leaves out up to N of them)"
              : "after " + skippedCount + " bad records that --skip-bad has left out");
    }
    skippedCount++;
    report.accept(error);
  }

  /** Returns how many records have been skipped and reported. */
  public long skippedCount() {
    return skippedCount;
  }
}
