package io.siskin.index.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.segment.ForwardIndex;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.testing.SmallSegments;
import io.siskin.index.vector.TermIdVector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks that the writer writes, and the reader reads, the worked example of {@code
 * docs/format.md}.
 */
final class ForwardExampleTest {
  private static final int PAGE_END = 70_000;

  @TempDir Path directory;

  /**
   * Builds three documents, such that the terms 0 to 70,000 have numbers that equal their ids. The
   * last document is the example.
   */
  @BeforeEach
  void build() throws IOException {
    int[] all = IntStream.range(0, PAGE_END).toArray();
    int[] most = IntStream.of(all).filter(id -> id != 5 && id != 300).toArray();
    try (SegmentBuilder builder =
        new SegmentBuilder(directory, SmallSegments.termIds().options(), BuildProgress.NONE)) {
      builder.add("all", TermIdVector.of(all, ones(all.length)), Map.of());
      builder.add("most", TermIdVector.of(most, ones(most.length)), Map.of());
      builder.add(
          "example",
          TermIdVector.of(new int[] {5, 300, PAGE_END}, new float[] {255, 16, 7}),
          Map.of());
      builder.finish();
    }
  }

  @Test
  void theWriterWritesIt() throws IOException {
    byte[] example = FormatDocument.hexExample("forward.dat");
    byte[] records =
        SegmentEditor.open(directory)
            .file(FileKind.FORWARD)
            .section(SectionKind.FORWARD_RECORDS)
            .content();
    assertThat(Arrays.copyOfRange(records, records.length - example.length, records.length))
        .isEqualTo(example);
  }

  @Test
  void theReaderReadsIt() throws IOException {
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      ForwardIndex.Cursor cursor = segment.forward().cursor();
      cursor.moveTo(segment.documents().documentNumber("example"));
      assertThat(cursor.scale()).isEqualTo(1f);
      for (int[] posting :
          List.of(new int[] {5, 255}, new int[] {300, 16}, new int[] {70_000, 7})) {
        assertThat(cursor.next()).isTrue();
        assertThat(new int[] {cursor.termNumber(), cursor.impact()}).isEqualTo(posting);
      }
      assertThat(cursor.next()).isFalse();
    } finally {
      segment.release();
    }
  }

  private static float[] ones(int length) {
    float[] ones = new float[length];
    Arrays.fill(ones, 1);
    return ones;
  }
}
