package io.siskin.index.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.ImpactOrderedOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.build.Weighting;
import io.siskin.index.format.FormatDocument.Table;
import io.siskin.index.format.v1.ImpactOrderedLayout;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.vector.TermIdVector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the impact levels and the worked example in {@code docs/format.md} with the output of
 * the writer.
 */
final class ImpactExampleTest {
  private static final int DOCUMENTS = 32;

  @TempDir Path directory;

  @Test
  void levelsAreThoseOfTheTable() throws IOException {
    Table table = FormatDocument.table("Impact levels");
    List<String> levels = new ArrayList<>(List.of("level"));
    List<String> impacts = new ArrayList<>(List.of("smallest impact"));
    for (int level = 0; level < ImpactOrderedLayout.LEVEL_COUNT; level++) {
      levels.add(Integer.toString(level));
      impacts.add(Integer.toString(ImpactOrderedLayout.levelImpact(level)));
    }
    assertThat(table.columns()).isEqualTo(levels);
    assertThat(table.rows()).containsExactly(impacts);
    assertThat(IntStream.range(0, ImpactOrderedLayout.rankCount()).map(ImpactOrderedLayout::rank))
        .containsExactly(10, 100, 1000);
  }

  @Test
  void theLevelOfAnImpactIsTheHighestThatItReaches() {
    for (int impact = 1; impact <= ImpactOrderedLayout.IMPACT_MAX; impact++) {
      int level = 0;
      while (level + 1 < ImpactOrderedLayout.LEVEL_COUNT
          && ImpactOrderedLayout.levelImpact(level + 1) <= impact) {
        level++;
      }
      assertThat(ImpactOrderedLayout.levelAt(impact)).as("impact %d", impact).isEqualTo(level);
    }
  }

  @Test
  void theWriterWritesIt() throws IOException {
    BuildOptions options =
        new BuildOptions(
            new Weighting.AsGiven(),
            new Quantization.Auto(),
            new Reordering.None(),
            new BuildOptions.Structures(
                true, false, null, new ImpactOrderedOptions(DOCUMENTS, 1, 1), null, false),
            1);
    try (SegmentBuilder builder = new SegmentBuilder(directory, options, BuildProgress.NONE)) {
      for (int document = 0; document < DOCUMENTS; document++) {
        builder.add(Integer.toString(document), vector(document), Map.of());
      }
      builder.finish();
    }
    SegmentEditor.EditedFile file = SegmentEditor.open(directory).file(FileKind.IMPACTS);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    for (SectionKind section :
        List.of(
            SectionKind.IMPACT_TERMS,
            SectionKind.IMPACT_TOTALS,
            SectionKind.IMPACT_WINDOWS,
            SectionKind.IMPACT_POSTINGS,
            SectionKind.IMPACT_PLAIN_LISTS)) {
      written.writeBytes(file.section(section).content());
    }
    assertThat(HexFormat.ofDelimiter(" ").formatHex(written.toByteArray()))
        .isEqualTo(HexFormat.ofDelimiter(" ").formatHex(FormatDocument.hexExample("impacts.dat")));
  }

  private static TermIdVector vector(int document) {
    return switch (document) {
      case 2 -> TermIdVector.of(new int[] {1, 7}, new float[] {102, 102});
      case 5 -> TermIdVector.of(new int[] {1, 7}, new float[] {255, 30});
      default -> TermIdVector.of(new int[] {1}, new float[] {51});
    };
  }
}
