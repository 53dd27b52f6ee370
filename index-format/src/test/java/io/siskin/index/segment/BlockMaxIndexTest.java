package io.siskin.index.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.Weighting;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.BlockMaxLayout;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Mapping;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that {@code blockmax.dat} has the postings of the forward index, and that every maximum is
 * an upper bound.
 */
final class BlockMaxIndexTest {
  @TempDir Path directory;

  private static BuildOptions options(BlockMaxOptions blockMax) {
    return new BuildOptions(
        new Weighting.AsGiven(),
        new Quantization.Auto(),
        new Reordering.None(),
        new BuildOptions.Structures(true, false, blockMax, null, null, false),
        2);
  }

  @RepeatedTest(12)
  void everyMaximumIsTrueAndEveryPostingIsThere() throws IOException {
    Random random = new Random(Seeds.next());
    int blockSize = 4 << random.nextInt(3);
    int maximumBits = random.nextBoolean() ? 4 : 8;
    RandomCollection collection =
        RandomCollection.draw(RandomCollection.Shape.random(random), random);
    collection.build(directory, options(new BlockMaxOptions(blockSize, maximumBits)));
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      BlockMaxIndex index = segment.blockMax();
      assertThat(index.blockSize()).isEqualTo(blockSize);
      assertThat(index.maximumBits()).isEqualTo(maximumBits);
      assertThat(index.documentCount()).isEqualTo(collection.documents().size());
      ForwardIndex forward = segment.forward();
      for (int document = 0; document < index.documentCount(); document++) {
        ForwardIndex.Cursor cursor = forward.cursor();
        cursor.moveTo(document);
        assertThat(index.documentScale(document)).isEqualTo(cursor.scale());
      }
      List<List<int[]>> postings = invert(forward, index.termCount());
      DocumentSet some = someDocuments(index.documentCount(), random);
      for (int term = 0; term < index.termCount(); term++) {
        assertThat(index.documentFrequency(term)).isEqualTo(postings.get(term).size());
        assertThat(index.documentFrequency(term, some))
            .isEqualTo(
                postings.get(term).stream().filter(posting -> some.contains(posting[0])).count());
        if (index.row(term) == BlockMaxIndex.NO_ROW) {
          checkSparse(index, term, postings.get(term));
        } else {
          checkDense(index, term, postings.get(term));
        }
      }
    } finally {
      segment.release();
    }
  }

  /** Returns a set with any share of the documents, alone or side by side. */
  private static DocumentSet someDocuments(int documentCount, Random random) {
    DocumentSet.Builder some = DocumentSet.builder(documentCount);
    double share = random.nextDouble();
    int from = random.nextInt(documentCount + 1);
    for (int document = 0; document < documentCount; document++) {
      if (document >= from && random.nextDouble() < share) {
        some.add(document);
      }
    }
    return some.build();
  }

  /** Returns the pairs of document number and impact of each term. */
  private static List<List<int[]>> invert(ForwardIndex forward, int terms) {
    List<List<int[]>> postings = new ArrayList<>();
    for (int term = 0; term < terms; term++) {
      postings.add(new ArrayList<>());
    }
    ForwardIndex.Cursor cursor = forward.cursor();
    for (int document = 0; document < forward.documentCount(); document++) {
      cursor.moveTo(document);
      while (cursor.next()) {
        postings.get(cursor.termNumber()).add(new int[] {document, cursor.impact()});
      }
    }
    return postings;
  }

  private static void checkSparse(BlockMaxIndex index, int term, List<int[]> expected) {
    long offset = index.postingsOffset(term);
    int count = expected.size();
    assertThat(count).isLessThan(Math.max(1, index.superblockCount()));
    for (int i = 0; i < count; i++) {
      int document = index.sparseLists().get(FileLayout.U32, offset + 4L * i);
      int maximum = index.sparseLists().get(FileLayout.U8, offset + 4L * count + i) & 0xFF;
      int impact = index.sparseLists().get(FileLayout.U8, offset + 5L * count + i) & 0xFF;
      assertThat(new int[] {document, impact}).isEqualTo(expected.get(i));
      assertCovers(15.0 * index.maximumScale(term) * maximum, index, document, impact);
    }
  }

  private static void checkDense(BlockMaxIndex index, int term, List<int[]> expected) {
    int entryLength = BlockMaxLayout.entryLength(index.maximumBits());
    int maximaLength = BlockMaxLayout.maximaLength(index.maximumBits());
    int next = 0;
    for (int superblock = 0; superblock < index.superblockCount(); superblock++) {
      long entry = index.entriesOffset(index.row(term)) + (long) superblock * entryLength;
      long tail = entry + maximaLength;
      int start = index.entries().get(FileLayout.U32, tail + BlockMaxLayout.ENTRY_START_OFFSET);
      int count = index.entries().get(FileLayout.U16, tail + BlockMaxLayout.ENTRY_COUNT_OFFSET);
      int superblockMaximum =
          index.entries().get(FileLayout.U8, tail + BlockMaxLayout.ENTRY_MAXIMUM_OFFSET) & 0xFF;
      long inRow = index.superblockMaximaOffset(index.row(term)) + superblock;
      assertThat(index.superblockMaxima().get(FileLayout.U8, inRow) & 0xFF)
          .isEqualTo(superblockMaximum);
      assertThat(start).isEqualTo(next);
      long at = index.postingsOffset(term) + 2L * start;
      boolean[] occupied = new boolean[16];
      for (int i = 0; i < count; i++) {
        int local = index.postings().get(FileLayout.U8, at + i) & 0xFF;
        int document = superblock * index.superblockSize() + local;
        int impact = index.postings().get(FileLayout.U8, at + count + i) & 0xFF;
        assertThat(new int[] {document, impact}).isEqualTo(expected.get(next++));
        assertCovers(15.0 * index.maximumScale(term) * superblockMaximum, index, document, impact);
        int block = local / index.blockSize();
        occupied[block] = true;
        assertCovers(
            fifteenBlockMaxima(index, term, entry, block, superblockMaximum),
            index,
            document,
            impact);
      }
      for (int block = 0; block < 16; block++) {
        if (!occupied[block]) {
          assertThat(fifteenBlockMaxima(index, term, entry, block, superblockMaximum)).isZero();
        }
      }
    }
    assertThat(next).isEqualTo(expected.size());
  }

  /** Returns fifteen times the bound of a document-block maximum. A double holds it exactly. */
  private static double fifteenBlockMaxima(
      BlockMaxIndex index, int term, long entry, int block, int superblockMaximum) {
    double scale = index.maximumScale(term);
    if (index.maximumBits() == 8) {
      return 15 * scale * (index.entries().get(FileLayout.U8, entry + block) & 0xFF);
    }
    long packed = index.entries().get(FileLayout.U64, entry);
    int maximum = (int) (packed >>> BlockMaxLayout.packedShift(block)) & 15;
    return scale * superblockMaximum * maximum;
  }

  /** Compares exactly, because both sides have at most 24 + 12 significant bits. */
  private static void assertCovers(
      double fifteenMaxima, BlockMaxIndex index, int document, int impact) {
    double weight = (double) index.documentScale(document) * impact;
    assertThat(fifteenMaxima).isGreaterThanOrEqualTo(15 * weight);
  }

  @Test
  void bytesDoNotDependOnThreads() throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection collection =
        RandomCollection.draw(new RandomCollection.Shape(3000, 300, 20, 4, 1 << 20, true), random);
    collection.build(directory.resolve("one"), options(BlockMaxOptions.DEFAULTS).withThreads(1));
    collection.build(directory.resolve("many"), options(BlockMaxOptions.DEFAULTS).withThreads(5));
    String file = FileKind.BLOCK_MAX.fileName();
    assertThat(
            Files.mismatch(
                directory.resolve("one").resolve(file), directory.resolve("many").resolve(file)))
        .isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 8, 12, 16, 20, 24, 28})
  void parametersThatContradictTheSectionsAreRefused(int offset) throws IOException {
    Random random = new Random(Seeds.next());
    RandomCollection.draw(new RandomCollection.Shape(700, 50, 9, 1, 8, false), random)
        .build(directory, options(BlockMaxOptions.DEFAULTS));
    Path path = directory.resolve(FileKind.BLOCK_MAX.fileName());
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    int entry = FileLayout.HEADER_LENGTH;
    int section = (int) bytes.getLong(entry + FileLayout.ENTRY_SECTION_OFFSET_OFFSET);
    bytes.putInt(section + offset, bytes.getInt(section + offset) + 1);
    // All checksums are right again, so only the contradiction can be detected.
    bytes.putInt(
        entry + FileLayout.ENTRY_CHECKSUM_OFFSET,
        checksum(bytes, section, BlockMaxLayout.PARAMETERS_LENGTH));
    int directoryLength = bytes.getInt(FileLayout.SECTION_COUNT_OFFSET) * FileLayout.ENTRY_LENGTH;
    bytes.putInt(FileLayout.DIRECTORY_CHECKSUM_OFFSET, checksum(bytes, entry, directoryLength));
    bytes.putInt(
        FileLayout.HEADER_CHECKSUM_OFFSET, checksum(bytes, 0, FileLayout.HEADER_CHECKSUM_OFFSET));
    Files.write(path, bytes.array());
    int terms = bytes.getInt(section + BlockMaxLayout.TERM_COUNT_OFFSET);
    int trueTerms = offset == BlockMaxLayout.TERM_COUNT_OFFSET ? terms - 1 : terms;
    try (Mapping mapping = new Mapping()) {
      MappedFile file =
          MappedFile.open(
              path, FileKind.BLOCK_MAX, Set.of(FormatV2.VERSION), mapping, Verification.FULL);
      assertThatThrownBy(() -> BlockMaxIndex.open(file, 700, trueTerms))
          .isInstanceOf(CorruptSegmentException.class)
          .hasMessageContaining(FileKind.BLOCK_MAX.fileName());
    }
  }

  private static int checksum(ByteBuffer bytes, int offset, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.slice(offset, length));
    return (int) checksum.getValue();
  }

  @Test
  void optionsOutOfRangeAreRefused() {
    for (int blockSize : new int[] {0, 1, 2, 12, 32, -4}) {
      assertThatThrownBy(() -> new BlockMaxOptions(blockSize, 4))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("4, 8 or 16");
    }
    for (int bits : new int[] {0, 2, 5, 16}) {
      assertThatThrownBy(() -> new BlockMaxOptions(16, bits))
          .isInstanceOf(InvalidInputException.class);
    }
  }
}
