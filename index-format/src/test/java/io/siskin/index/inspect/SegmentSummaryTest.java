package io.siskin.index.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.format.FileKind;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.SectionSize;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.SmallSegments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SegmentSummaryTest {
  @TempDir Path directory;

  @ParameterizedTest
  @MethodSource("io.siskin.index.testing.SmallSegments#all")
  void sizesAreThoseOfTheFiles(SmallSegments small) throws IOException {
    SegmentSummary summary = summarize(small);
    long bytes = 0;
    for (SegmentSummary.FileSummary file : summary.files()) {
      assertThat(file.bytes()).isEqualTo(Files.size(directory.resolve(file.name())));
      bytes += file.bytes();
      long sections = file.sections().stream().mapToLong(SectionSize::bytes).sum();
      // The rest is header, directory and padding to multiples of 64.
      int count = file.sections().size();
      assertThat(file.bytes() - sections).isBetween(128L, 256L + count * (40L + 64L));
    }
    assertThat(summary.bytes()).isEqualTo(bytes);
    assertThat(summary.documentSizes().count()).isEqualTo(small.documents().size());
    long postings =
        small.documents().stream().mapToLong(document -> document.vector().size()).sum();
    assertThat(summary.bytesPerPosting()).isEqualTo(postings == 0 ? 0 : (double) bytes / postings);
    assertThat(summary.listLengths().mean() * summary.listLengths().count())
        .isCloseTo((double) postings, offset(1e-6));
    assertThat(summary.documentSizes().mean() * summary.documentSizes().count())
        .isCloseTo((double) postings, offset(1e-6));
  }

  @Test
  void sectionsHaveTheirNames() throws IOException {
    SegmentSummary summary = summarize(SmallSegments.tokens());
    SegmentSummary.FileSummary forward =
        summary.files().stream()
            .filter(file -> file.name().equals(FileKind.FORWARD.fileName()))
            .findFirst()
            .orElseThrow();
    assertThat(forward.sections())
        .extracting(SectionSize::name)
        .containsExactly("FORWARD_OFFSETS", "FORWARD_RECORDS");
    assertThat(forward.sections().getFirst().bytes()).isEqualTo(30 * 4);
  }

  @Test
  void itPrintsAsJson() throws IOException {
    JsonNode json = new ObjectMapper().valueToTree(summarize(SmallSegments.bm25WithFields()));
    assertThat(json.at("/statistics/documentCount").asInt()).isEqualTo(18);
    assertThat(json.at("/files/0/name").asText()).isEqualTo("segment.meta");
    assertThat(json.at("/files/0/sections/0/name").asText()).isEqualTo("STATISTICS");
    assertThat(json.at("/listLengths/max").asInt()).isEqualTo(9);
  }

  @Test
  void distributionsAreByNearestRank() {
    int[] values = IntStream.rangeClosed(1, 200).map(i -> 201 - i).toArray();
    assertThat(SegmentSummary.Distribution.of(values))
        .isEqualTo(new SegmentSummary.Distribution(200, 100.5, 1, 100, 180, 198, 200));
    assertThat(SegmentSummary.Distribution.of(new int[] {7}))
        .isEqualTo(new SegmentSummary.Distribution(1, 7, 7, 7, 7, 7, 7));
    assertThat(SegmentSummary.Distribution.of(new int[0]).count()).isZero();
    assertThat(SegmentSummary.Distribution.of(new int[] {3, 1}).median()).isEqualTo(1);
  }

  private SegmentSummary summarize(SmallSegments small) throws IOException {
    small.build(directory);
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      return SegmentSummary.of(segment);
    } finally {
      segment.release();
    }
  }
}
