package io.siskin.index.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.testing.SmallSegments;
import io.siskin.index.vector.TokenVector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the worked example of dense vectors in {@code docs/format.md} with the output of the
 * writer.
 */
final class DenseExampleTest {
  private static final DenseFieldSpec A =
      new DenseFieldSpec("a", new DenseType(3, DenseStorage.INT8, DenseSimilarity.DOT), 1);
  private static final DenseFieldSpec B =
      new DenseFieldSpec("b", new DenseType(1, DenseStorage.F32, DenseSimilarity.COSINE), 2);

  @TempDir Path directory;

  @Test
  void theWriterWritesIt() throws IOException {
    List<Map<String, DenseVectors>> documents =
        List.of(
            Map.of("a", A.vectors(new float[] {1, -0.75f, 0.25f})),
            Map.of("b", B.vectors(new float[] {2}, new float[] {-3})));
    try (SegmentBuilder builder =
        new SegmentBuilder(directory, SmallSegments.tokens().options(), BuildProgress.NONE)) {
      for (int i = 0; i < documents.size(); i++) {
        builder.add(
            "d" + i, TokenVector.of(Map.of("t", 1f)), Map.of(), Map.of(), i, documents.get(i));
      }
      builder.finish();
    }
    SegmentEditor.EditedFile file = SegmentEditor.open(directory).file(FileKind.DENSE);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    for (SectionKind section :
        List.of(
            SectionKind.DENSE_RECORDS,
            SectionKind.DENSE_NAME_BYTES,
            SectionKind.DENSE_STARTS,
            SectionKind.DENSE_SCALES)) {
      written.write(file.section(section).content());
    }
    assertThat(HexFormat.of().formatHex(written.toByteArray()))
        .isEqualTo(HexFormat.of().formatHex(FormatDocument.hexExample("dense.dat")));
    ByteBuffer values = file.section(SectionKind.DENSE_VALUES).bytes;
    assertThat(values.limit()).isEqualTo(64 + 2 * 128);
    assertThat(List.of(values.get(0), values.get(1), values.get(2), values.get(3)))
        .containsExactly((byte) 127, (byte) -95, (byte) 32, (byte) 0);
    assertThat(values.getFloat(64)).isEqualTo(1);
    assertThat(values.getFloat(64 + 128)).isEqualTo(-1);
  }
}
