package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.corpus.InputFiles.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsrSourceTest {
  @TempDir Path directory;

  @Test
  void whatIsWrittenIsReadPackedOrNot() throws IOException {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 40; round++) {
      long columns = round == 0 ? 1L << 32 : 1 + random.nextInt(1 << random.nextInt(4, 30));
      List<TermIdVector> rows = rows(random, columns, random.nextInt(200));
      Path file = directory.resolve("r.csr");
      write(file, columns, rows);
      byte[] plain = Files.readAllBytes(file);
      Path gzip = InputFiles.write(directory.resolve("r.csr.gz"), InputFiles.gzip(plain));
      Path zstd = InputFiles.write(directory.resolve("r.csr.zst"), InputFiles.zstd(plain));
      Path unnamed = InputFiles.write(directory.resolve("r.bin"), plain);
      for (Path path : List.of(file, gzip, zstd, unnamed)) {
        assertRows(InputFiles.read(path), rows, path);
      }
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).as("no temporary file stays").hasSize(4);
    }
  }

  /** Rows longer than the read buffer, and columns that each cross its border. */
  @Test
  void rowsMayBeLongerThanABuffer() throws IOException {
    Random random = new Random(Seeds.next());
    List<TermIdVector> rows = new ArrayList<>();
    for (int size : new int[] {1, 100_000, 0, 32_768, 32_767, 3, 70_000}) {
      int[] ids = random.ints(0, 1 << 24).distinct().limit(size).toArray();
      float[] weights = new float[size];
      for (int i = 0; i < size; i++) {
        weights[i] = 0.5f + random.nextFloat();
      }
      rows.add(TermIdVector.of(ids, weights));
    }
    Path file = directory.resolve("long.csr");
    write(file, 1 << 24, rows);
    assertRows(InputFiles.read(file), rows, file);
    Path packed =
        InputFiles.write(
            directory.resolve("long.csr.zst"), InputFiles.zstd(Files.readAllBytes(file)));
    assertRows(InputFiles.read(packed), rows, packed);
  }

  /** A sparse file on disk: 3.2 GB long, and its last row lies beyond what an int can point to. */
  @Test
  void filesLargerThanTwoGibibytesAreReadByPosition() throws IOException {
    int entries = 400_000_000;
    int rows = 3;
    CsrHeader header = new CsrHeader(rows, 1L << 32, entries);
    assertThat(header.fileLength()).isGreaterThan(3_200_000_000L);
    Path file = directory.resolve("huge.csr");
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      // The first row is empty, the middle one far too long to read: a bad offset ends the read
      // there.
      put(out, 0, rows, 1L << 32, entries, 0, 0, 2, entries);
      put(out, header.indicesStart(), 7L << 32 | 5);
      put(out, header.weightsStart(), 0x4000_0000_3F80_0000L);
      put(out, header.fileLength() - Long.BYTES, 0x3F80_0000_3F80_0000L);
    }
    try (DocumentSource source =
        DocumentSources.open(file, InputFormat.AUTO, BadRecordPolicy.REFUSE)) {
      assertThat(source.lengthBytes()).isEqualTo(header.fileLength());
      assertThat(source.next().vector().size()).isZero();
      assertThat(source.next().vector())
          .isEqualTo(TermIdVector.of(new int[] {5, 7}, new float[] {1, 2}));
    }
  }

  @Test
  void cutAnywhereAPackedFileEndsTheReadWithAnErrorOfItsOwn() throws IOException {
    byte[] good =
        InputFiles.csr(2, 9, 3, new long[] {0, 1, 3}, new int[] {4, 5, 8}, new float[] {1, 2, 3});
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      Path packed = InputFiles.write(directory.resolve("cut.csr.gz"), InputFiles.gzip(cut));
      assertThat(InputFiles.read(packed).endMessage()).startsWith(packed + ": ");
      Path plain = InputFiles.write(directory.resolve("cut.csr"), cut);
      assertThat(InputFiles.read(plain).endMessage()).startsWith(plain + ": ");
    }
  }

  @Test
  void theWriterLeavesAWholeFileOrNone() throws IOException {
    Path file = directory.resolve("w.csr");
    try (CsrWriter writer = new CsrWriter(file, 10)) {
      writer.add(TermIdVector.of(new int[] {9}, new float[] {1}));
      assertThatThrownBy(() -> writer.add(TermIdVector.of(new int[] {10}, new float[] {1})))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("term id of row 1 is 10; allowed: 0 to 9");
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  private static void assertRows(Outcome outcome, List<TermIdVector> rows, Path file) {
    assertThat(outcome.end()).isNull();
    assertThat(outcome.bad()).isEmpty();
    assertThat(outcome.documents()).hasSize(rows.size());
    for (int row = 0; row < rows.size(); row++) {
      SourceDocument document = outcome.documents().get(row);
      assertThat(document.vector()).isEqualTo(rows.get(row));
      assertThat(document.id()).isEqualTo(Integer.toString(row));
      assertThat(document.place()).isEqualTo(file + "#" + row);
    }
  }

  private static void write(Path file, long columns, List<TermIdVector> rows) throws IOException {
    try (CsrWriter writer = new CsrWriter(file, columns)) {
      for (TermIdVector row : rows) {
        writer.add(row);
      }
      writer.finish();
    }
  }

  private static List<TermIdVector> rows(Random random, long columns, int count) {
    List<TermIdVector> rows = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      int[] ids =
          random
              .longs(random.nextInt(40), 0, columns)
              .distinct()
              .mapToInt(id -> (int) id)
              .toArray();
      float[] weights = new float[ids.length];
      for (int i = 0; i < ids.length; i++) {
        weights[i] = Math.max(Float.MIN_VALUE, random.nextFloat() * random.nextInt(1000));
      }
      rows.add(TermIdVector.of(ids, weights));
    }
    return rows;
  }

  private static void put(FileChannel out, long position, long... values) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    bytes.flip();
    while (bytes.hasRemaining()) {
      position += out.write(bytes, position);
    }
  }
}
