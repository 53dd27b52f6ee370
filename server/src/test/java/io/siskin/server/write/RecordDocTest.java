package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples of records in {@code docs/format.md} are the bytes that are written. */
final class RecordDocTest {
  private static final Pattern EXAMPLE = Pattern.compile("(?s)```hex\n(.*?)```");

  private static List<String> examples() throws IOException {
    String page = Files.readString(Repository.root().resolve("docs/format.md"));
    int from = page.indexOf("### Records\n");
    return EXAMPLE
        .matcher(page.substring(from, page.indexOf("\n### ", from)))
        .results()
        .map(example -> example.group(1).replaceAll("(?m) {3}.*$", "").replaceAll("\\s", ""))
        .toList();
  }

  private static String hex(WriteRecord record) {
    ByteBuffer encoded = new WriteRecordCodec().encode(record);
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void examplesAreWhatIsWritten() throws IOException {
    QuantizedVector vector =
        QuantizedVector.ofTokens(
            new String[] {"moth"}, new byte[] {(byte) 200}, null, null, .5f, 100);
    QuantizedDocument document =
        new QuantizedDocument(
            "n1", 8, vector, Map.of(), Map.of("year", new FieldValue.Whole(2026)));
    DenseFieldSpec dense =
        new DenseFieldSpec("v", new DenseType(2, DenseStorage.F16, DenseSimilarity.DOT), 1);
    QuantizedDocument withDense =
        new QuantizedDocument(
            "n1",
            9,
            vector,
            Map.of(),
            document.declared(),
            Map.of("v", dense.vectors(new float[] {1, -2})));
    assertThat(examples())
        .containsExactly(
            hex(new WriteRecord.Deletes(7, List.of("a1", "b"))),
            hex(new WriteRecord.Upserts(List.of(document))),
            hex(new WriteRecord.Upserts(List.of(withDense))));
  }
}
