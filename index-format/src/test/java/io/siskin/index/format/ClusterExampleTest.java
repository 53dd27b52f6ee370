package io.siskin.index.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.build.Weighting;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.vector.TermIdVector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the worked example of a list record in {@code docs/format.md} with the output of the
 * writer.
 */
final class ClusterExampleTest {
  @TempDir Path directory;

  /** Documents 0 and 2 are similar. Document 1 shares only the term of the list with them. */
  @Test
  void theWriterWritesIt() throws IOException {
    BuildOptions options =
        new BuildOptions(
            new Weighting.AsGiven(),
            new Quantization.Auto(),
            new Reordering.None(),
            new BuildOptions.Structures(
                true,
                false,
                null,
                null,
                new ClusterOptions(ClusterOptions.UNLIMITED, 1, 1, 1, 0.7, 15, 1, 1, 0, 1),
                false),
            1);
    try (SegmentBuilder builder = new SegmentBuilder(directory, options, BuildProgress.NONE)) {
      builder.add("0", TermIdVector.of(new int[] {1, 7}, new float[] {10, 200}), Map.of());
      builder.add("1", TermIdVector.of(new int[] {1}, new float[] {255}), Map.of());
      builder.add("2", TermIdVector.of(new int[] {1, 7}, new float[] {20, 100}), Map.of());
      builder.finish();
    }
    byte[] lists =
        SegmentEditor.open(directory)
            .file(FileKind.CLUSTERS)
            .section(SectionKind.CLUSTER_LISTS)
            .content();
    byte[] example = FormatDocument.hexExample("clusters.dat");
    assertThat(HexFormat.ofDelimiter(" ").formatHex(Arrays.copyOf(lists, example.length)))
        .isEqualTo(HexFormat.ofDelimiter(" ").formatHex(example));
  }
}
