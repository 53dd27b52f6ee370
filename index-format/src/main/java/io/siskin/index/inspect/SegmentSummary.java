package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.segment.SegmentStatistics;
import io.siskin.index.store.SectionSize;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How large everything in a segment is: a tree of records, for the command line to print as text or
 * JSON.
 *
 * @param id the segment's id in hexadecimal
 * @param formatVersion the version of its files
 * @param buildOptions the options of its build, a JSON object
 * @param statistics what it holds
 * @param bytes all files together
 * @param bytesPerPosting bytes of all files by postings; 0 without postings
 * @param files each file with its sections
 * @param listLengths postings of a term, over all terms
 * @param documentSizes postings of a document, over all documents; null without a forward index
 */
public record SegmentSummary(
    String id,
    int formatVersion,
    String buildOptions,
    SegmentStatistics statistics,
    long bytes,
    double bytesPerPosting,
    List<FileSummary> files,
    Distribution listLengths,
    @Nullable Distribution documentSizes) {
  /**
   * One file.
   *
   * @param name its name
   * @param bytes its length
   * @param bytesPerPosting its length by the segment's postings; 0 without postings
   * @param sections what it is made of; padding is what they do not sum up to
   */
  public record FileSummary(
      String name, long bytes, double bytesPerPosting, List<SectionSize> sections) {}

  /**
   * How a number is distributed.
   *
   * @param count how many numbers there are
   * @param mean their mean, 0 without numbers
   * @param min the smallest
   * @param median half of them are at most this
   * @param p90 nine tenths of them are at most this
   * @param p99 99 of 100 are at most this
   * @param max the largest
   */
  public record Distribution(
      int count, double mean, int min, int median, int p90, int p99, int max) {
    /**
     * Returns the distribution of some numbers, which are sorted on the way.
     *
     * @param values the numbers
     */
    public static Distribution of(int[] values) {
      if (values.length == 0) {
        return new Distribution(0, 0, 0, 0, 0, 0, 0);
      }
      Arrays.sort(values);
      long sum = 0;
      for (int value : values) {
        sum += value;
      }
      return new Distribution(
          values.length,
          (double) sum / values.length,
          values[0],
          atMost(values, 50),
          atMost(values, 90),
          atMost(values, 99),
          values[values.length - 1]);
    }

    /** The nearest rank: the smallest value that a share of all values do not exceed. */
    private static int atMost(int[] sorted, int percent) {
      return sorted[(int) (((long) sorted.length * percent + 99) / 100) - 1];
    }
  }

  /**
   * Looks at a segment; reads all record headers.
   *
   * @param segment the caller holds a reference to it meanwhile
   */
  public static SegmentSummary of(Segment segment) {
    SegmentStatistics statistics = segment.statistics();
    int[] listLengths = new int[statistics.termCount()];
    for (int term = 0; term < listLengths.length; term++) {
      listLengths[term] = segment.terms().documentFrequency(term);
    }
    return new SegmentSummary(
        segment.id().toString(),
        segment.formatVersion(),
        segment.buildOptions(),
        statistics,
        segment.lengthBytes(),
        perPosting(segment.lengthBytes(), statistics),
        segment.lengths().entrySet().stream()
            .map(file -> summary(file.getKey(), file.getValue(), segment))
            .toList(),
        Distribution.of(listLengths),
        documentSizes(segment));
  }

  private static FileSummary summary(FileKind kind, long bytes, Segment segment) {
    return new FileSummary(
        kind.fileName(),
        bytes,
        perPosting(bytes, segment.statistics()),
        segment.sections().getOrDefault(kind, List.of()));
  }

  private static @Nullable Distribution documentSizes(Segment segment) {
    ForwardIndex forward = segment.forward();
    if (forward == null) {
      return null;
    }
    int[] sizes = new int[forward.documentCount()];
    ForwardIndex.Cursor cursor = forward.cursor();
    for (int document = 0; document < sizes.length; document++) {
      cursor.moveTo(document);
      sizes[document] = cursor.size();
    }
    return Distribution.of(sizes);
  }

  private static double perPosting(long bytes, SegmentStatistics statistics) {
    return statistics.postingCount() == 0 ? 0 : (double) bytes / statistics.postingCount();
  }
}
