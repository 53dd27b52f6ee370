package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.FieldValue;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.testing.RandomDense;
import io.siskin.index.testing.Seeds;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

  /** Some of the documents have dense vectors of every storage, and some have none. */
  private static WriteRecord.Upserts withDense(Random random) {
    RandomDense dense = new RandomDense(random);
    return new WriteRecord.Upserts(
        DOCUMENTS.stream()
            .map(
                document ->
                    new QuantizedDocument(
                        document.id(),
                        document.position(),
                        document.vector(),
                        document.stored(),
                        document.declared(),
                        document.id().equals("b") ? Map.of() : dense.document()))
            .toList());
  }

  @Test
  void denseVectorsAreReadAsTheyWereWritten() {
    Random random = new Random(Seeds.next());
    WriteRecord.Upserts record = withDense(random);
    byte[] bytes = encoded(record);
    int type = WriteRecordCodec.type(record);
    WriteRecord.Upserts read =
        (WriteRecord.Upserts) WriteRecordCodec.decode(type, ByteBuffer.wrap(bytes));
    for (int i = 0; i < 3; i++) {
      assertThat(read.documents().get(i).dense()).isEqualTo(record.documents().get(i).dense());
    }
    assertThat(encoded(read)).isEqualTo(bytes);
    for (int round = 0; round < 300; round++) {
      int length = random.nextInt(bytes.length);
      assertThatThrownBy(
              () -> WriteRecordCodec.decode(type, ByteBuffer.wrap(bytes, 0, length).slice()))
          .as("%d bytes", length)
          .isInstanceOf(InvalidInputException.class);
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      try {
        WriteRecordCodec.decode(type, ByteBuffer.wrap(damaged));
      } catch (InvalidInputException told) {
        assertThat(told).hasMessageContaining("allowed");
      }
    }
  }

  /** Older versions read the records of collections without dense fields. */
  @Test
  void recordsWithoutDenseVectorsKeepTheirType() {
    assertThat(WriteRecordCodec.type(new WriteRecord.Upserts(DOCUMENTS)))
        .isEqualTo(WriteRecordCodec.UPSERTS);
    assertThat(WriteRecordCodec.type(withDense(new Random(7))))
        .isEqualTo(WriteRecordCodec.UPSERTS_WITH_DENSE);
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
    assertThatThrownBy(() -> WriteRecordCodec.decode(4, ByteBuffer.wrap(bytes)))
        .hasMessageContaining("1 to 3");
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
