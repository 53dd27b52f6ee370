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
 * The sizes of all parts of a segment. It is a tree of records, which the command line prints as
 * text or JSON.
 *
 * @param id the id of the segment in hexadecimal
 * @param formatVersion the format version of its files
 * @param buildOptions the options of its build, as a JSON object
 * @param statistics the counts of what it holds
 * @param bytes the length of all files together
 * @param bytesPerPosting the length of all files in bytes, divided by the number of postings; 0 if
 *     there are no postings
 * @param files the files with their sections
 * @param listLengths the distribution of the number of postings per term
 * @param documentSizes the distribution of the number of postings per document; null if there is no
 *     forward index
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
   * The sizes of one file.
   *
   * @param name the name of the file
   * @param bytes its length in bytes
   * @param bytesPerPosting its length in bytes, divided by the number of postings of the segment; 0
   *     if there are no postings
   * @param sections its sections. The rest of the length is the header, the directory and padding
   */
  public record FileSummary(
      String name, long bytes, double bytesPerPosting, List<SectionSize> sections) {}

  /**
   * The distribution of some numbers. If there are no numbers, all values are 0.
   *
   * @param count how many numbers there are
   * @param mean their mean
   * @param min the smallest number
   * @param median half of the numbers are at most this
   * @param p90 90 of 100 numbers are at most this
   * @param p99 99 of 100 numbers are at most this
   * @param max the largest number
   */
  public record Distribution(
      int count, double mean, int min, int median, int p90, int p99, int max) {
    /**
     * Returns the distribution of some numbers.
     *
     * @param values the numbers. The method sorts the array
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

    /**
     * Returns the percentile by the nearest-rank method. This is the smallest value that the given
     * percentage of all values does not exceed.
     */
    private static int atMost(int[] sorted, int percent) {
      return sorted[(int) (((long) sorted.length * percent + 99) / 100) - 1];
    }
  }

  /**
   * Returns the summary of a segment. It reads all record headers.
   *
   * @param segment the segment. The caller must hold a reference to it during the call
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
