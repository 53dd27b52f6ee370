package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.QuantizedVector;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Records of the log: what is written is read, and damage is told. */
final class WriteRecordCodecTest {
  private final WriteRecordCodec codec = new WriteRecordCodec();

  private static final List<QuantizedDocument> DOCUMENTS =
      List.of(
          new QuantizedDocument(
              "a",
              7,
              QuantizedVector.ofTokens(
                  new String[] {"bird", "vögel"},
                  new byte[] {1, (byte) 255},
                  null,
                  new byte[] {3, (byte) 200},
                  0.5f,
                  203),
              Map.of("text", "a bird", "title", ""),
              Map.of(
                  "year",
                  new FieldValue.Whole(-5),
                  "price",
                  new FieldValue.Real(-1.5),
                  "new",
                  new FieldValue.Flag(true),
                  "at",
                  new FieldValue.Moment(-1),
                  "lang",
                  new FieldValue.Text("dé"),
                  "tags",
                  new FieldValue.TextList(List.of("x", "y")))),
          new QuantizedDocument(
              "b",
              8,
              QuantizedVector.ofTermIds(
                  new int[] {5, -1},
                  new byte[] {9, 8},
                  new byte[] {-128, 127},
                  null,
                  1e-20f,
                  1.25f),
              Map.of(),
              Map.of()),
          new QuantizedDocument(
              "c",
              9,
              QuantizedVector.ofTermIds(new int[0], new byte[0], null, null, 1, 0),
              Map.of(),
              Map.of()));

  private byte[] encoded(WriteRecord record) {
    ByteBuffer encoded = codec.encode(record);
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  @Test
  void documentsAreReadAsTheyWereWritten() {
    byte[] bytes = encoded(new WriteRecord.Upserts(DOCUMENTS));
    WriteRecord.Upserts read =
        (WriteRecord.Upserts)
            WriteRecordCodec.decode(WriteRecordCodec.UPSERTS, ByteBuffer.wrap(bytes));
    assertThat(read.documents()).hasSize(3);
    for (int i = 0; i < 3; i++) {
      QuantizedDocument expected = DOCUMENTS.get(i);
      QuantizedDocument found = read.documents().get(i);
      assertThat(found.id()).isEqualTo(expected.id());
      assertThat(found.position()).isEqualTo(expected.position());
      assertThat(found.stored()).isEqualTo(expected.stored());
      assertThat(found.declared()).isEqualTo(expected.declared());
      assertThat(found.vector()).usingRecursiveComparison().isEqualTo(expected.vector());
    }
    // Written again, they give the same bytes.
    assertThat(encoded(read)).isEqualTo(bytes);
  }

  @Test
  void deletesAreReadAsTheyWereWritten() {
    WriteRecord.Deletes deletes = new WriteRecord.Deletes(42, List.of("a", "ü"));
    assertThat(WriteRecordCodec.type(deletes)).isEqualTo(WriteRecordCodec.DELETES);
    assertThat(WriteRecordCodec.decode(WriteRecordCodec.DELETES, ByteBuffer.wrap(encoded(deletes))))
        .isEqualTo(deletes);
  }

  @Test
  void everyShorterRecordIsRefused() {
    byte[] bytes = encoded(new WriteRecord.Upserts(DOCUMENTS));
    for (int length = 0; length < bytes.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length).slice();
      assertThatThrownBy(() -> WriteRecordCodec.decode(WriteRecordCodec.UPSERTS, cut))
          .as("%d bytes", length)
          .isInstanceOf(InvalidInputException.class);
    }
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    assertThatThrownBy(
            () -> WriteRecordCodec.decode(WriteRecordCodec.UPSERTS, ByteBuffer.wrap(longer)))
        .hasMessageContaining("bytes after the record");
    assertThatThrownBy(() -> WriteRecordCodec.decode(3, ByteBuffer.wrap(bytes)))
        .hasMessageContaining("1 or 2");
  }

  @Test
  void aDamagedByteNeverAsksForMoreMemoryThanTheRecord() {
    byte[] bytes = encoded(new WriteRecord.Upserts(DOCUMENTS));
    for (int at = 0; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] = (byte) 0x7F;
      try {
        WriteRecordCodec.decode(WriteRecordCodec.UPSERTS, ByteBuffer.wrap(damaged));
      } catch (InvalidInputException told) {
        assertThat(told).hasMessageContaining("allowed");
      }
    }
  }
}
