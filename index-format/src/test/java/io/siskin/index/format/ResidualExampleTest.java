package io.siskin.index.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.testing.SmallSegments;
import io.siskin.index.vector.TermIdVector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the worked example of residuals in {@code docs/format.md} with the output of the writer.
 */
final class ResidualExampleTest {
  @TempDir Path directory;

  @Test
  void theWriterWritesIt() throws IOException {
    try (SegmentBuilder builder =
        new SegmentBuilder(directory, SmallSegments.residuals().options(), BuildProgress.NONE)) {
      builder.add("0", TermIdVector.of(new int[] {1, 7}, new float[] {2.55f, 1.004f}), Map.of());
      builder.add("1", TermIdVector.of(new int[] {1, 7}, new float[] {5.1f, 0.025f}), Map.of());
      builder.finish();
    }
    SegmentEditor.EditedFile file = SegmentEditor.open(directory).file(FileKind.RESIDUALS);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    written.write(file.section(SectionKind.RESIDUAL_PARAMETERS).content());
    written.write(file.section(SectionKind.RESIDUALS).content());
    assertThat(HexFormat.of().formatHex(written.toByteArray()))
        .isEqualTo(HexFormat.of().formatHex(FormatDocument.hexExample("residuals.dat")));
  }
}
