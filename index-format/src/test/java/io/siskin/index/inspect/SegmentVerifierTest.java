package io.siskin.index.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.ImpactOrderedOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.build.Weighting;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.BlockMaxLayout;
import io.siskin.index.format.v1.ClusterLayout;
import io.siskin.index.format.v1.ImpactOrderedLayout;
import io.siskin.index.format.v1.StatisticsLayout;
import io.siskin.index.format.v2.ColumnLayout;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.format.v2.PackedLayout;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.testing.SmallSegments;
import io.siskin.index.vector.TermIdVector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SegmentVerifierTest {
  // Of 24 documents, eight have one vector of bytes, and eight have three.
  private static final int DENSE_BYTE_ROWS = 8 * 1 + 8 * 3;

  @TempDir Path temporary;

  @ParameterizedTest
  @MethodSource("io.siskin.index.testing.SmallSegments#all")
  void whatTheBuilderWroteIsClean(SmallSegments small) throws IOException {
    Path directory = temporary.resolve("segment");
    small.build(directory);
    SegmentVerifier.Report report = verify(directory);
    assertThat(report.findings()).isEmpty();
    assertThat(report.isClean()).isTrue();
    // There is at least one fact per document, per term and per posting.
    assertThat(report.factCount()).isGreaterThan(5L * small.documents().size());
  }

  @RepeatedTest(4)
  void randomSegmentsAreClean() throws IOException {
    Random random = new Random(Seeds.next());
    Path directory = temporary.resolve("random");
    RandomCollection.draw(RandomCollection.Shape.random(random), random)
        .build(
            directory,
            new BuildOptions(
                new Weighting.AsGiven(),
                random.nextBoolean()
                    ? new Quantization.GlobalOfInput()
                    : new Quantization.PerDocument(),
                new Reordering.None(),
                new BuildOptions.Structures(
                    true,
                    false,
                    new BlockMaxOptions(4 << random.nextInt(3), 4 << random.nextInt(2)),
                    new ImpactOrderedOptions(
                        0.5 + random.nextInt(60), random.nextDouble(), 1 + random.nextInt(70)),
                    ClusterOptions.DEFAULTS,
                    true),
                2));
    assertThat(verify(directory).findings()).isEmpty();
  }

  /**
   * A mistake of a writer that opening does not detect.
   *
   * @param edit makes the mistake
   * @param file the file of the finding
   * @param subject a part of the subject of the finding
   */
  record Mistake(Consumer<SegmentEditor> edit, FileKind file, String subject) {
    @Override
    public String toString() {
      return file + ", " + subject;
    }
  }

  static Stream<Mistake> mistakes() {
    return Stream.of(
        mistake(
            FileKind.TERMS,
            "document frequency",
            FileKind.TERMS,
            SectionKind.DOCUMENT_FREQUENCIES,
            b -> b.putInt(0, b.getInt(0) + 1)),
        mistake(
            FileKind.TERMS,
            "term 2, order",
            FileKind.TERMS,
            SectionKind.DOCUMENT_FREQUENCIES,
            b -> b.putInt(4, 1)),
        mistake(
            FileKind.TERMS,
            "number by its name",
            FileKind.TERMS,
            SectionKind.TOKEN_SLOTS,
            SegmentVerifierTest::misplaceOne),
        mistake(
            FileKind.TERMS,
            "number by its name",
            FileKind.TERMS,
            SectionKind.TOKEN_BYTES,
            b -> b.put(0, (byte) 0xFF)),
        mistake(
            FileKind.DOCUMENTS,
            "number by its id",
            FileKind.DOCUMENTS,
            SectionKind.EXTERNAL_ID_SLOTS,
            SegmentVerifierTest::misplaceOne),
        mistake(
            FileKind.META,
            "postings",
            FileKind.META,
            SectionKind.STATISTICS,
            b -> b.putLong(StatisticsLayout.POSTING_COUNT_OFFSET, 5000)),
        mistake(
            FileKind.META,
            "empty documents",
            FileKind.META,
            SectionKind.STATISTICS,
            b -> b.putLong(StatisticsLayout.EMPTY_DOCUMENT_COUNT_OFFSET, 30)),
        mistake(
            FileKind.FORWARD,
            "scale",
            FileKind.META,
            SectionKind.STATISTICS,
            b ->
                b.putInt(
                    StatisticsLayout.QUANTIZATION_OFFSET, StatisticsLayout.QUANTIZATION_GLOBAL)),
        mistake(
            FileKind.BLOCK_MAX,
            "postings",
            FileKind.META,
            SectionKind.STATISTICS,
            b -> b.putLong(StatisticsLayout.POSTING_COUNT_OFFSET, 5000)),
        mistake(
            FileKind.BLOCK_MAX,
            "maximum scale",
            FileKind.BLOCK_MAX,
            SectionKind.BLOCK_MAX_TERMS,
            b -> b.putFloat(BlockMaxLayout.TERM_MAXIMUM_SCALE_OFFSET, Float.NaN)),
        mistake(
            FileKind.BLOCK_MAX,
            "list of term 0",
            FileKind.BLOCK_MAX,
            SectionKind.BLOCK_MAX_TERMS,
            b -> b.putLong(BlockMaxLayout.TERM_POSTINGS_OFFSET, 1 << 20)),
        mistake(
            FileKind.CLUSTERS,
            "summary entries",
            FileKind.CLUSTERS,
            SectionKind.CLUSTER_PARAMETERS,
            b -> b.putLong(ClusterLayout.ENTRY_COUNT_OFFSET, 1)),
        mistake(
            FileKind.CLUSTERS,
            "summary of block",
            FileKind.CLUSTERS,
            SectionKind.CLUSTER_LISTS,
            b -> b.putFloat(ClusterLayout.LIST_SCALE_OFFSET, 1)),
        impactTerm(
            "scale",
            b ->
                b.putFloat(
                    ImpactOrderedLayout.TERM_SCALE_OFFSET,
                    b.getFloat(ImpactOrderedLayout.TERM_SCALE_OFFSET) * 1.001f)),
        impactTerm(
            "impact of rank 10",
            b ->
                b.put(
                    ImpactOrderedLayout.TERM_RANKED_IMPACTS_OFFSET,
                    (byte) (b.get(ImpactOrderedLayout.TERM_RANKED_IMPACTS_OFFSET) - 1))),
        impactTerm(
            "impact of rank 1000",
            b -> b.put(ImpactOrderedLayout.TERM_RANKED_IMPACTS_OFFSET + 2, (byte) 1)),
        new Mistake(
            SegmentVerifierTest::exchangeTheFirstTwoPostings, FileKind.IMPACTS, "order in window"));
  }

  private static Mistake impactTerm(String subject, Consumer<ByteBuffer> edit) {
    return mistake(FileKind.IMPACTS, subject, FileKind.IMPACTS, SectionKind.IMPACT_TERMS, edit);
  }

  private static void exchangeTheFirstTwoPostings(SegmentEditor editor) {
    ByteBuffer postings = editor.bytes(FileKind.IMPACTS, SectionKind.IMPACT_POSTINGS);
    ByteBuffer windows = editor.bytes(FileKind.IMPACTS, SectionKind.IMPACT_WINDOWS);
    int impacts = Short.BYTES * windows.getShort(ImpactOrderedLayout.WINDOW_COUNTS_OFFSET);
    short document = postings.getShort(0);
    byte impact = postings.get(impacts);
    postings.putShort(0, postings.getShort(Short.BYTES)).putShort(Short.BYTES, document);
    postings.put(impacts, postings.get(impacts + 1)).put(impacts + 1, impact);
  }

  /** Plain and windowed lists over more than one window are clean, even after pruning. */
  @Test
  void severalWindowsAreClean() throws IOException {
    Random random = new Random(Seeds.next());
    Path directory = Files.createDirectories(temporary.resolve("windows"));
    try (SegmentBuilder builder =
        new SegmentBuilder(
            directory,
            new BuildOptions(
                new Weighting.AsGiven(),
                new Quantization.PerDocument(),
                new Reordering.None(),
                new BuildOptions.Structures(
                    true,
                    false,
                    null,
                    new ImpactOrderedOptions(1 + random.nextDouble(), random.nextDouble(), 3),
                    null,
                    false),
                2),
            BuildProgress.NONE)) {
      for (int document = 0; document < 66_000; document++) {
        int[] ids = {7, 100 + random.nextInt(4), 1_000 + random.nextInt(4_000)};
        float[] weights = {1 + random.nextInt(9), 1 + random.nextInt(99), 1 + random.nextFloat()};
        builder.add("d" + document, TermIdVector.of(ids, weights), Map.of());
      }
      builder.finish();
    }
    assertThat(verify(directory).findings()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeIsFound(Mistake mistake) throws IOException {
    SegmentVerifier.Report report = editAndVerify(SmallSegments.everything(), mistake.edit);
    assertThat(report.isClean()).isFalse();
    assertThat(report.findings())
        .as("one in %s about %s", mistake.file, mistake.subject)
        .anyMatch(
            finding ->
                finding.file() == mistake.file && finding.subject().contains(mistake.subject));
  }

  static Stream<Mistake> mistakesInColumns() {
    int tagDocuments = 12 * PackedLayout.BLOCK_ENTRY_LENGTH + PackedLayout.BLOCK_BITS_OFFSET;
    return Stream.of(
        // The gaps rise from 0, every 7 documents, and take 43 bits. This one is 0 again.
        mistake(
            FileKind.POSITIONS,
            "position of ordinal 20",
            FileKind.POSITIONS,
            SectionKind.POSITION_BITS,
            b -> clearBits(b, 20 * 43, 43)),
        mistake(
            FileKind.META,
            "total length",
            FileKind.POSITIONS,
            SectionKind.DOCUMENT_LENGTHS,
            b -> b.putFloat(0, b.getFloat(0) + 1)),
        mistake(
            FileKind.FREQUENCIES,
            "frequency of posting 0",
            FileKind.FREQUENCIES,
            SectionKind.FREQUENCIES,
            b -> b.put(0, (byte) 0)),
        mistake(
            FileKind.FREQUENCIES,
            "sum of its frequencies",
            FileKind.FREQUENCIES,
            SectionKind.FREQUENCIES,
            b -> b.put(6, (byte) 100)),
        mistake(
            FileKind.FREQUENCIES,
            "padding at",
            FileKind.FREQUENCIES,
            SectionKind.FREQUENCIES,
            b -> b.put(b.limit() - 1, (byte) 1)),
        mistake(
            FileKind.COLUMNS,
            "column all-bits, values",
            FileKind.COLUMNS,
            SectionKind.COLUMN_RECORDS,
            b -> b.putLong(ColumnLayout.VALUE_COUNT_OFFSET, 4)),
        mistake(
            FileKind.COLUMNS,
            "absent value",
            FileKind.COLUMNS,
            SectionKind.COLUMN_BITS,
            b -> clearBits(b, 9, 1)),
        mistake(
            FileKind.COLUMNS,
            "order of its texts",
            FileKind.COLUMNS,
            SectionKind.COLUMN_TEXT_BYTES,
            b -> b.put(3, (byte) '9')),
        new Mistake(
            editor -> {
              int at =
                  (int)
                      editor
                          .bytes(FileKind.COLUMNS, SectionKind.COLUMN_BLOCKS)
                          .getLong(tagDocuments);
              ByteBuffer bits = editor.bytes(FileKind.COLUMNS, SectionKind.COLUMN_BITS);
              bits.put(at + 8, (byte) (bits.get(at + 8) ^ 1));
            },
            FileKind.COLUMNS,
            "by its text"));
  }

  private static void clearBits(ByteBuffer bytes, int from, int count) {
    for (int bit = from; bit < from + count; bit++) {
      bytes.put(bit / 8, (byte) (bytes.get(bit / 8) & ~(1 << bit % 8)));
    }
  }

  @ParameterizedTest
  @MethodSource("mistakesInColumns")
  void aMistakeInColumnsIsFound(Mistake mistake) throws IOException {
    assertThat(editAndVerify(SmallSegments.columns(), mistake.edit).findings())
        .as("one in %s about %s", mistake.file, mistake.subject)
        .anyMatch(
            finding ->
                finding.file() == mistake.file && finding.subject().contains(mistake.subject));
  }

  static Stream<Mistake> mistakesInDenseVectors() {
    return Stream.of(
        mistake(
            FileKind.DENSE,
            "dense field bytes, largest norm",
            FileKind.DENSE,
            SectionKind.DENSE_RECORDS,
            b ->
                b.putFloat(
                    DenseLayout.NORM_MAX_OFFSET,
                    Math.nextUp(b.getFloat(DenseLayout.NORM_MAX_OFFSET)))),
        mistake(
            FileKind.DENSE,
            "dense field bytes, value 0",
            FileKind.DENSE,
            SectionKind.DENSE_VALUES,
            b -> b.put(0, Byte.MIN_VALUE)),
        mistake(
            FileKind.DENSE,
            "padding at 5",
            FileKind.DENSE,
            SectionKind.DENSE_VALUES,
            b -> b.put(5, (byte) 1)),
        mistake(
            FileKind.DENSE,
            "dense field singles, value 32",
            FileKind.DENSE,
            SectionKind.DENSE_VALUES,
            b -> b.putFloat(b.limit() - 256 + 4 * 32, Float.NaN)),
        mistake(
            FileKind.DENSE,
            "dense field halves, length of vector",
            FileKind.DENSE,
            SectionKind.DENSE_VALUES,
            // The rows of bytes stand before: 64 bytes each.
            b -> b.putShort(64 * DENSE_BYTE_ROWS, Float.floatToFloat16(4))));
  }

  /** The graph of equal vectors comes first, with rows of 16 numbers; row 0 has neighbours. */
  static Stream<Mistake> mistakesInGraphs() {
    SectionKind base = SectionKind.NEIGHBOUR_BASE;
    return Stream.of(
        graphMistake("equal, level 0, row 0", base, b -> b.putInt(0, 0)),
        graphMistake("equal, level 0, row 0", base, b -> b.putInt(4, b.getInt(0))),
        graphMistake("equal, level 0, row 0", base, b -> b.putInt(0, -1)),
        graphMistake("equal, level 0, row 1", base, b -> fill(b, 64, 9, 12, 15, 18, 21)),
        graphMistake(
            "equal, rows to which the entry row leads",
            base,
            b -> {
              for (int row = 0; row < 48; row++) {
                fill(b, 64 * row, row < 2 ? 1 - row : 0);
              }
            }),
        graphMistake(
            "equal, level 1, row",
            SectionKind.NEIGHBOUR_LEVEL_ROWS,
            b -> b.putInt(0, b.getInt(0) == 0 ? 1 : 0)),
        graphMistake(
            "some, document of row",
            SectionKind.NEIGHBOUR_DOCUMENTS,
            b -> b.putInt(0, 0).putInt(4, 47)));
  }

  private static void fill(ByteBuffer bytes, int at, int... rows) {
    for (int i = 0; i < 16; i++) {
      bytes.putInt(at + 4 * i, i < rows.length ? rows[i] : -1);
    }
  }

  private static Mistake graphMistake(
      String subject, SectionKind section, Consumer<ByteBuffer> edit) {
    return mistake(FileKind.NEIGHBOURS, "graph of " + subject, FileKind.NEIGHBOURS, section, edit);
  }

  @ParameterizedTest
  @MethodSource("mistakesInGraphs")
  void aMistakeInGraphsIsFound(Mistake mistake) throws IOException {
    assertThat(editAndVerify(SmallSegments.graphs(), mistake.edit).findings())
        .as("one in %s about %s", mistake.file, mistake.subject)
        .anyMatch(
            finding ->
                finding.file() == mistake.file && finding.subject().contains(mistake.subject));
  }

  /** The rows of bits come first, then those of slices, and those of words are the last. */
  static Stream<Mistake> mistakesInDenseTerms() {
    int slices = 64 * (8 * 1 + 8 * 2);
    int words = slices + 24 * 192;
    return Stream.of(
        mistake(
            FileKind.DENSE,
            "bits of vector 0 from 13",
            FileKind.DENSE,
            SectionKind.DENSE_VALUES,
            b -> b.put(1, (byte) (b.get(1) | 0x80))),
        mistake(
            FileKind.DENSE,
            "dense field slices, place 5 of vector 0",
            FileKind.DENSE,
            SectionKind.DENSE_VALUES,
            b -> b.put(slices + 5, (byte) 0).putShort(slices + 64 + 2 * 5, (short) 3)),
        mistake(
            FileKind.DENSE,
            "dense field slices, place 6 of vector 23",
            FileKind.DENSE,
            SectionKind.DENSE_VALUES,
            b -> b.put(words - 192 + 6, (byte) -3)),
        mistake(
            FileKind.DENSE,
            "dense field words, place 1 of vector",
            FileKind.DENSE,
            SectionKind.DENSE_VALUES,
            b -> b.put(words + 16, (byte) 1).put(words + 17, (byte) 1).putInt(words, -1)));
  }

  /** The field halves has sixteen documents of one or two rows; the field hashes follows it. */
  static Stream<Mistake> mistakesInDenseKeys() {
    int hashes = 64 * (8 * 1 + 8 * 2);
    return Stream.of(
        mistake(
            FileKind.DENSE,
            "dense field halves, length of vector 0",
            FileKind.DENSE,
            SectionKind.DENSE_VALUES,
            b -> b.putShort(0, Float.floatToFloat16(4))),
        mistake(
            FileKind.DENSE,
            "dense field halves, vector 0, padding at 6",
            FileKind.DENSE,
            SectionKind.DENSE_VALUES,
            b -> b.put(6, (byte) 1)),
        mistake(
            FileKind.DENSE,
            "dense field hashes, bits of vector 0 from 70",
            FileKind.DENSE,
            SectionKind.DENSE_VALUES,
            b -> b.put(hashes + 8, (byte) 0x80)),
        mistake(
            FileKind.DENSE,
            "dense field singles, largest norm",
            FileKind.DENSE,
            SectionKind.DENSE_VALUES,
            b -> b.putFloat(b.limit() - 128, 1e6f)));
  }

  @ParameterizedTest
  @MethodSource("mistakesInDenseKeys")
  void aMistakeInDenseKeysIsFound(Mistake mistake) throws IOException {
    assertThat(editAndVerify(SmallSegments.denseKeys(), mistake.edit).findings())
        .anyMatch(
            finding ->
                finding.file() == mistake.file && finding.subject().contains(mistake.subject));
  }

  @ParameterizedTest
  @MethodSource("mistakesInDenseTerms")
  void aMistakeBesideDenseValuesIsFound(Mistake mistake) throws IOException {
    assertThat(editAndVerify(SmallSegments.denseTerms(), mistake.edit).findings())
        .anyMatch(
            finding ->
                finding.file() == mistake.file && finding.subject().contains(mistake.subject));
  }

  @ParameterizedTest
  @MethodSource("mistakesInDenseVectors")
  void aMistakeInDenseVectorsIsFound(Mistake mistake) throws IOException {
    assertThat(editAndVerify(SmallSegments.dense(), mistake.edit).findings())
        .as("one in %s about %s", mistake.file, mistake.subject)
        .anyMatch(
            finding ->
                finding.file() == mistake.file && finding.subject().contains(mistake.subject));
  }

  /** A residual is stored only once. But the largest residual decides the stored largest error. */
  @Test
  void aLargestErrorThatIsNoneIsFound() throws IOException {
    assertThat(
            editAndVerify(
                    SmallSegments.residuals(),
                    editor -> {
                      ByteBuffer parameters =
                          editor.bytes(FileKind.RESIDUALS, SectionKind.RESIDUAL_PARAMETERS);
                      parameters.putDouble(0, Math.nextDown(parameters.getDouble(0)));
                    })
                .findings())
        .extracting(Finding::subject)
        .containsExactly("largest error");
  }

  @Test
  void bytesBetweenResidualsAreZero() throws IOException {
    assertThat(
            editAndVerify(
                    SmallSegments.residuals(),
                    editor -> {
                      ByteBuffer bytes = editor.bytes(FileKind.RESIDUALS, SectionKind.RESIDUALS);
                      bytes.put(bytes.limit() - 1, (byte) 1);
                    })
                .findings())
        .extracting(Finding::subject)
        .anyMatch(subject -> subject.startsWith("padding at"));
  }

  /** Any change in these sections contradicts another fact. */
  @ParameterizedTest
  @MethodSource("redundant")
  void everyChangedByteOfWhatStandsTwiceIsFound(SectionKind section) throws IOException {
    Random random = new Random(Seeds.next());
    FileKind file = FileKind.ofCode(section.code() / 100);
    Path whole = temporary.resolve("whole");
    SmallSegments.everything().build(whole);
    int length = SegmentEditor.open(whole).bytes(file, section).limit();
    assertThat(length).isPositive();
    for (int round = 0; round < 120; round++) {
      int at = random.nextInt(length);
      byte flip = (byte) (1 + random.nextInt(255));
      SegmentEditor editor = SegmentEditor.open(whole);
      ByteBuffer bytes = editor.bytes(file, section);
      bytes.put(at, (byte) (bytes.get(at) ^ flip));
      editor.write(temporary.resolve("edited"));
      try {
        assertThat(verify(temporary.resolve("edited")).isClean())
            .as("byte %d of %s, changed by %d, is found", at, section, flip)
            .isFalse();
      } catch (CorruptSegmentException foundAtOpening) {
        assertThat(foundAtOpening).hasMessageContaining(file.fileName());
      }
    }
  }

  static Stream<SectionKind> redundant() {
    return Stream.of(
        SectionKind.DOCUMENT_FREQUENCIES,
        SectionKind.TOKEN_SLOTS,
        SectionKind.EXTERNAL_ID_SLOTS,
        SectionKind.FORWARD_OFFSETS,
        SectionKind.FORWARD_RECORDS,
        SectionKind.BLOCK_MAX_DOCUMENT_SCALES,
        SectionKind.BLOCK_MAX_POSTINGS,
        SectionKind.CLUSTER_TERMS,
        SectionKind.IMPACT_TOTALS,
        SectionKind.IMPACT_WINDOWS,
        SectionKind.IMPACT_POSTINGS,
        SectionKind.IMPACT_PLAIN_LISTS);
  }

  /** Maxima are as small as possible. So a maximum that is lowered by one is always wrong. */
  @Test
  void everyMaximumThatIsOneLowerIsFound() throws IOException {
    Path whole = temporary.resolve("whole");
    SmallSegments.blockMaxWide().build(whole);
    for (SectionKind section :
        List.of(SectionKind.BLOCK_MAX_SUPERBLOCK_MAXIMA, SectionKind.BLOCK_MAX_ENTRIES)) {
      int tried = 0;
      int length = SegmentEditor.open(whole).bytes(FileKind.BLOCK_MAX, section).limit();
      for (int at = 0; at < length; at++) {
        SegmentEditor editor = SegmentEditor.open(whole);
        ByteBuffer bytes = editor.bytes(FileKind.BLOCK_MAX, section);
        boolean maximum =
            section == SectionKind.BLOCK_MAX_SUPERBLOCK_MAXIMA
                || at % BlockMaxLayout.entryLength(8) < BlockMaxLayout.maximaLength(8);
        if (bytes.get(at) == 0 || !maximum) {
          continue;
        }
        bytes.put(at, (byte) (bytes.get(at) - 1));
        editor.write(temporary.resolve("edited"));
        assertThat(verify(temporary.resolve("edited")).findings())
            .as("byte %d of %s", at, section)
            .anyMatch(finding -> finding.subject().contains("maximum"));
        tried++;
      }
      assertThat(tried).isGreaterThan(20);
    }
  }

  /** Moves the first used slot behind its probes, so that a look-up finds a free slot before it. */
  private static void misplaceOne(ByteBuffer slots) {
    int used = nextSlot(slots, 0, true);
    int free = nextSlot(slots, used, false);
    slots.putInt(nextSlot(slots, free + Integer.BYTES, false), slots.getInt(used));
    slots.putInt(used, 0);
  }

  private static int nextSlot(ByteBuffer slots, int from, boolean used) {
    int at = from;
    while ((slots.getInt(at) != 0) != used) {
      at += Integer.BYTES;
    }
    return at;
  }

  private static Mistake mistake(
      FileKind found,
      String subject,
      FileKind file,
      SectionKind section,
      Consumer<ByteBuffer> edit) {
    return new Mistake(editor -> edit.accept(editor.bytes(file, section)), found, subject);
  }

  private SegmentVerifier.Report editAndVerify(SmallSegments small, Consumer<SegmentEditor> edit)
      throws IOException {
    Path whole = temporary.resolve("whole");
    small.build(whole);
    SegmentEditor editor = SegmentEditor.open(whole);
    edit.accept(editor);
    editor.write(temporary.resolve("edited"));
    return verify(temporary.resolve("edited"));
  }

  private static SegmentVerifier.Report verify(Path directory) throws IOException {
    Segment segment = Segment.open(directory, Verification.FULL);
    try {
      return SegmentVerifier.verify(segment);
    } finally {
      segment.release();
    }
  }
}
