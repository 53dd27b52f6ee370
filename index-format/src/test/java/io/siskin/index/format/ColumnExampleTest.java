package io.siskin.index.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.document.FieldValue;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.testing.SmallSegments;
import io.siskin.index.vector.TokenVector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the worked example of columns in {@code docs/format.md} with the output of the writer.
 */
final class ColumnExampleTest {
  @TempDir Path directory;

  @Test
  void theWriterWritesIt() throws IOException {
    List<Map<String, FieldValue>> fields =
        List.of(
            Map.of("town", new FieldValue.Text("Ulm"), "year", new FieldValue.Whole(2020)),
            Map.of("town", new FieldValue.Text("Aalen")),
            Map.of("town", new FieldValue.Text("Ulm"), "year", new FieldValue.Whole(2022)));
    try (SegmentBuilder builder =
        new SegmentBuilder(directory, SmallSegments.tokens().options(), BuildProgress.NONE)) {
      for (int i = 0; i < fields.size(); i++) {
        builder.add("d" + i, TokenVector.of(Map.of("t", 1f)), Map.of(), fields.get(i), i);
      }
      builder.finish();
    }
    SegmentEditor.EditedFile file = SegmentEditor.open(directory).file(FileKind.COLUMNS);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    for (SectionKind section :
        List.of(
            SectionKind.COLUMN_RECORDS,
            SectionKind.COLUMN_TEXT_BYTES,
            SectionKind.COLUMN_BLOCKS,
            SectionKind.COLUMN_BITS)) {
      written.write(file.section(section).content());
    }
    assertThat(HexFormat.of().formatHex(written.toByteArray()))
        .isEqualTo(HexFormat.of().formatHex(FormatDocument.hexExample("columns.dat")));
  }
}
