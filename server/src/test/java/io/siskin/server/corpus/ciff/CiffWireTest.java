package io.siskin.server.corpus.ciff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The bytes of the format, worked out by hand from its {@code .proto}, against the writer and the
 * reader.
 */
class CiffWireTest {
  /** Two lists ("a": docids 0, 3, 300; "é": docid 1), four documents of 301. */
  private static final String HEX =
      """
      17                          header, 23 bytes
        08 01                     version 1
        10 02                     num_postings_lists 2
        18 02                     num_docs 2
        20 09                     total_postings_lists 9
        28 AD 02                  total_docs 301
        30 88 27                  total_terms_in_collection 5000
        39 00 00 00 00 00 00 F8 3F  average_doclength 1.5
      1A                          list, 26 bytes
        0A 01 61                  term "a"
        10 03                     df 3
        18 AF 02                  cf 303
        22 02 10 01               docid 0 left out, tf 1
        22 04 08 03 10 02         docid 3
        22 06 08 A9 02 10 AC 02   gap 297 to docid 300, tf 300
      0E                          list, 14 bytes
        0A 02 C3 A9               term "é"
        10 01                     df 1
        18 05                     cf 5
        22 04 08 01 10 05         docid 1, tf 5
      05                          record, 5 bytes
        12 01 78                  docid 0 left out, collection_docid "x"
        18 04                     doclength 4
      06                          record, 6 bytes
        08 AC 02                  docid 300
        12 01 79                  collection_docid "y"
      """;

  private static final CiffHeader HEADER = new CiffHeader(1, 2, 2, 9, 301, 5000, 1.5, "");

  @Test
  void theWriterWritesTheseBytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (CiffWriter out = new CiffWriter(bytes, HEADER)) {
      out.writePostings("a", new int[] {0, 3, 300, -1}, new int[] {1, 2, 300, -1}, 3);
      out.writePostings("é", new int[] {1}, new int[] {5}, 1);
      out.writeDocument(0, "x", 4);
      out.writeDocument(300, "y", 0);
      out.finish();
    }
    assertThat(bytes.toByteArray()).isEqualTo(bytes());
  }

  @Test
  void theReaderReadsThem() throws IOException {
    assertThat(read(bytes()))
        .containsExactly("0:1", "3:2", "300:300", "[a]", "1:5", "[é]", "0=x(4)", "300=y(0)");
  }

  @Test
  void unknownFieldsAndOtherOrdersOfFieldsAreRead() throws IOException {
    byte[] reordered =
        HexFormat.of()
            .parseHex(
                ("06" + "1801" + "1001" + "0801") // header: num_docs, num_postings_lists, version
                    + ("10" + "2206" + "1005" + "0800" + "5001" + "7A0161" + "1001"
                        + "0A0161") // unknown 10 and 15
                    + ("05" + "120178" + "0800"));
    assertThat(read(reordered)).containsExactly("0:5", "[a]", "0=x(0)");
  }

  @Test
  void anotherVersionIsRefused() {
    byte[] bytes = bytes();
    bytes[2] = 2;
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("f: header version is 2; allowed: 1");
  }

  @Test
  void gapsThatDoNotAscendOrLeaveTheRangeAreRefused() {
    byte[] standing = bytes();
    int gap = 24 + 1 + 3 + 2 + 3 + 4 + 3;
    assertThat(standing[gap]).isEqualTo((byte) 3);
    standing[gap] = 0;
    assertThatThrownBy(() -> read(standing))
        .hasMessageContaining("docid is 0; allowed: above 0 and below 301");
    byte[] beyond = bytes();
    beyond[gap] = 4;
    assertThatThrownBy(() -> read(beyond))
        .hasMessageContaining("docid is 301; allowed: above 4 and below 301")
        .hasMessageEndingWith("a file that holds docids as they are is not CIFF: write the gaps");
  }

  @Test
  void theWriterKeepsItsHeadersPromise() throws IOException {
    CiffHeader header = CiffHeader.whole(1, 2, 0, "d");
    try (CiffWriter out = new CiffWriter(new ByteArrayOutputStream(), header)) {
      assertThatThrownBy(() -> out.writeDocument(0, "x", 0))
          .hasMessageContaining("posting lists is 0");
      assertThatThrownBy(() -> out.writePostings("a", new int[] {1, 1}, new int[] {1, 1}, 2))
          .hasMessageContaining("docid 1 of 'a' is 1; allowed: above 1 and below 2");
      assertThatThrownBy(() -> out.writePostings("a", new int[] {2}, new int[] {1}, 1))
          .hasMessageContaining("docid 0 of 'a' is 2");
      out.writePostings("a", new int[] {1}, new int[] {1}, 1);
      assertThatThrownBy(() -> out.writePostings("b", new int[] {1}, new int[] {1}, 1))
          .hasMessageContaining("posting lists is 2; allowed: as the header says: 1");
      out.writeDocument(0, "x", 0);
      assertThatThrownBy(out::finish)
          .hasMessageContaining("document records is 1; allowed: as the header says: 2");
    }
  }

  private static byte[] bytes() {
    StringBuilder digits = new StringBuilder();
    for (String line : HEX.split("\n")) {
      // The bytes stand before the first run of two spaces inside a line.
      digits.append(line.strip().split("  ")[0].replace(" ", ""));
    }
    return HexFormat.of().parseHex(digits);
  }

  private static List<String> read(byte[] bytes) throws IOException {
    List<String> seen = new ArrayList<>();
    CiffReader reader = new CiffReader(new ByteArrayInputStream(bytes), "f");
    reader.readPostings(
        new CiffReader.PostingsVisitor() {
          @Override
          public void posting(int docid, int tf) {
            seen.add(docid + ":" + tf);
          }

          @Override
          public void endOfList(String term) {
            seen.add("[" + term + "]");
          }
        });
    reader.readDocuments((docid, id, length) -> seen.add(docid + "=" + id + "(" + length + ")"));
    return seen;
  }
}
