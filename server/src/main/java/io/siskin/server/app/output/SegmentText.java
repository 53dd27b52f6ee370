package io.siskin.server.app.output;

import io.siskin.index.inspect.SegmentSummary;
import io.siskin.index.inspect.SegmentVerifier;
import io.siskin.index.segment.SegmentStatistics;
import io.siskin.index.store.SectionSize;
import io.siskin.server.app.terminal.PrintableText;
import io.siskin.server.app.terminal.Units;
import io.siskin.server.collection.CollectionManifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A segment described for people. */
public final class SegmentText {
  private SegmentText() {}

  /**
   * Returns the description.
   *
   * @param manifest of the collection that the segment belongs to; null for none
   * @param summary what the segment holds
   * @param report what its verification found; null when it was not verified
   */
  public static List<String> lines(
      @Nullable CollectionManifest manifest,
      SegmentSummary summary,
      SegmentVerifier.@Nullable Report report) {
    SegmentStatistics statistics = summary.statistics();
    List<String> lines = new ArrayList<>();
    if (manifest != null) {
      lines.add(
          "collection "
              + PrintableText.of(manifest.name())
              + ", generation "
              + manifest.generation());
      lines.add("  encoder     " + PrintableText.of(manifest.encoder().toString()));
    }
    lines.add("  segment     " + summary.id() + ", format " + summary.formatVersion());
    lines.add("  built with  " + summary.buildOptions());
    lines.add(
        String.format(
            Locale.ROOT,
            "  holds       %s (%s without a term), %s named by %s, %s",
            Units.count(statistics.documentCount(), "document"),
            Units.count(statistics.emptyDocumentCount()),
            Units.count(statistics.termCount(), "term"),
            statistics.vocabulary().name().toLowerCase(Locale.ROOT).replace('_', ' '),
            Units.count(statistics.postingCount(), "posting")));
    lines.add("  postings    per term: " + describe(summary.listLengths()));
    if (summary.documentSizes() != null) {
      lines.add("              per document: " + describe(summary.documentSizes()));
    }
    for (SegmentSummary.FileSummary file : summary.files()) {
      lines.add(row("  " + file.name(), file.bytes(), statistics));
      for (SectionSize section : file.sections()) {
        String name = section.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        lines.add(row("    " + name, section.bytes(), statistics));
      }
    }
    lines.add(row("  all", summary.bytes(), statistics));
    lines.add("  " + verdict(report));
    return lines;
  }

  private static String verdict(SegmentVerifier.@Nullable Report report) {
    if (report == null) {
      return "headers are right; --verify reads the rest";
    }
    return report.isClean()
        ? "verified: every checksum is right and "
            + Units.count(report.factCount(), "fact")
            + " agree"
        : "DAMAGED: " + Units.count(report.findingCount(), "fact") + " do not agree";
  }

  private static String describe(SegmentSummary.Distribution numbers) {
    return String.format(
        Locale.ROOT,
        "%.1f on average, %d to %d, median %d, 99 %% at most %d",
        numbers.mean(),
        numbers.min(),
        numbers.max(),
        numbers.median(),
        numbers.p99());
  }

  private static String row(String name, long bytes, SegmentStatistics statistics) {
    return String.format(
        Locale.ROOT,
        "%-34s %9s %7.3f B per posting",
        name,
        Units.bytes(bytes),
        (double) bytes / Math.max(1, statistics.postingCount()));
  }
}
