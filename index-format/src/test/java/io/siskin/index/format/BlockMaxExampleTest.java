package io.siskin.index.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.build.Weighting;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.vector.TermIdVector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the worked example of a dense list in {@code docs/format.md} with the output of the
 * writer.
 */
final class BlockMaxExampleTest {
  @TempDir Path directory;

  @Test
  void theWriterWritesIt() throws IOException {
    BuildOptions options =
        new BuildOptions(
            new Weighting.AsGiven(),
            new Quantization.Auto(),
            new Reordering.None(),
            new BuildOptions.Structures(true, false, new BlockMaxOptions(4, 4), null, null, false),
            1);
    try (SegmentBuilder builder = new SegmentBuilder(directory, options, BuildProgress.NONE)) {
      for (int document = 0; document < 6; document++) {
        float weight = document == 1 ? 30 : 10;
        TermIdVector vector = TermIdVector.of(new int[] {3}, new float[] {weight});
        boolean has = document == 1 || document == 5;
        builder.add("" + document, has ? vector : TermIdVector.EMPTY, Map.of());
      }
      builder.finish();
    }
    SegmentEditor.EditedFile file = SegmentEditor.open(directory).file(FileKind.BLOCK_MAX);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    written.write(file.section(SectionKind.BLOCK_MAX_SUPERBLOCK_MAXIMA).content());
    written.write(file.section(SectionKind.BLOCK_MAX_ENTRIES).content());
    written.write(file.section(SectionKind.BLOCK_MAX_POSTINGS).content());
    assertThat(HexFormat.of().formatHex(written.toByteArray()))
        .isEqualTo(HexFormat.of().formatHex(FormatDocument.hexExample("blockmax.dat")));
  }
}
