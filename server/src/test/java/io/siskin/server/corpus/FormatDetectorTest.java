package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.server.corpus.ciff.CiffHeader;
import io.siskin.server.corpus.ciff.CiffWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormatDetectorTest {
  @TempDir Path directory;

  @Test
  void aNameDecidesFirst() throws IOException {
    for (String name : List.of("a.jsonl", "A.JSONL.GZ", "a.ndjson.zst", "a.json")) {
      assertThat(detect(name, new byte[] {1})).isEqualTo(InputFormat.JSONL);
    }
    assertThat(detect("a.csr", new byte[0])).isEqualTo(InputFormat.CSR);
    assertThat(detect("a.csr.gz", new byte[0])).isEqualTo(InputFormat.CSR);
    assertThat(detect("a.ciff.zst", new byte[0])).isEqualTo(InputFormat.CIFF);
  }

  @Test
  void thenTheFirstBytesPackedOrNot() throws IOException {
    byte[] json = "\uFEFF \r\n\t{\"id\":1}".getBytes(StandardCharsets.UTF_8);
    assertEach(json, InputFormat.JSONL);
    assertEach(InputFiles.csr(0, 0, 0, new long[1], new int[0], new float[0]), InputFormat.CSR);
    // A row count whose lowest byte is '{'.
    assertEach(InputFiles.csr(123, 9, 0, new long[124], new int[0], new float[0]), InputFormat.CSR);
    assertEach(ciff(""), InputFormat.CIFF);
    // A header as long as '{' is high, and one whose length takes two bytes.
    byte[] brace = ciff("d".repeat(123 - 12));
    assertThat(brace[0]).isEqualTo((byte) '{');
    assertEach(brace, InputFormat.CIFF);
    assertEach(ciff("d".repeat(500)), InputFormat.CIFF);
  }

  @Test
  void whatIsNothingIsRefused() throws IOException {
    byte[] csr = InputFiles.csr(1, 9, 0, new long[] {1, 1}, new int[0], new float[0]);
    for (byte[] bytes :
        List.of(
            new byte[0], new byte[1], "{}".getBytes(StandardCharsets.UTF_16), csr, new byte[24])) {
      assertThatThrownBy(() -> detect("x", bytes))
          .hasMessageContaining("x: format is not recognised");
    }
    assertThatThrownBy(() -> FormatDetector.detect(directory))
        .hasMessageContaining("a regular file that exists");
    assertThatThrownBy(() -> FormatDetector.detect(directory.resolve("gone")))
        .hasMessageContaining("gone");
  }

  private void assertEach(byte[] bytes, InputFormat format) throws IOException {
    assertThat(detect("x", bytes)).isEqualTo(format);
    assertThat(detect("x.gz", InputFiles.gzip(bytes))).isEqualTo(format);
    assertThat(detect("x.bin", InputFiles.zstd(bytes))).isEqualTo(format);
  }

  private InputFormat detect(String name, byte[] bytes) throws IOException {
    return FormatDetector.detect(InputFiles.write(directory.resolve(name), bytes));
  }

  private static byte[] ciff(String description) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (CiffWriter out = new CiffWriter(bytes, CiffHeader.whole(1, 1, 0, description))) {
      out.writePostings("a", new int[] {0}, new int[] {1}, 1);
      out.writeDocument(0, "x", 1);
      out.finish();
    }
    return bytes.toByteArray();
  }
}
