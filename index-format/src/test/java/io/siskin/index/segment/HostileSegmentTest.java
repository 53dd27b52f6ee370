package io.siskin.index.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.github.luben.zstd.Zstd;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FileTableLayout;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.ForwardLayout;
import io.siskin.index.format.v1.ImpactOrderedLayout;
import io.siskin.index.format.v1.ResidualLayout;
import io.siskin.index.format.v1.StatisticsLayout;
import io.siskin.index.format.v1.StoredLayout;
import io.siskin.index.format.v2.ColumnLayout;
import io.siskin.index.format.v2.DenseLayout;
import io.siskin.index.format.v2.NeighboursLayout;
import io.siskin.index.format.v2.PackedLayout;
import io.siskin.index.inspect.SegmentVerifier;
import io.siskin.index.store.Mapping;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.Seeds;
import io.siskin.index.testing.SegmentEditor;
import io.siskin.index.testing.SegmentEditor.EditedFile;
import io.siskin.index.testing.SegmentEditor.EditedSection;
import io.siskin.index.testing.SegmentText;
import io.siskin.index.testing.SmallSegments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests files with right checksums and wrong contents, as a faulty writer would write them. Opening
 * refuses all faults that it checks. Other faults may end in a typed error or in an {@link
 * IndexOutOfBoundsException} when they are read, but never in a crash or an endless loop.
 */
final class HostileSegmentTest {
  @TempDir Path temporary;
  private long openMappings;

  @BeforeEach
  void countMappings() {
    openMappings = Mapping.openCount();
  }

  @AfterEach
  void allMappingsAreClosed() {
    assertThat(Mapping.openCount()).isEqualTo(openMappings);
  }

  record Lie(String name, SmallSegments segment, Consumer<SegmentEditor> edit, FileKind blamed) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Lie> lies() {
    return Stream.of(
            forwardLies(),
            stringLies(),
            slotLies(),
            storedLies(),
            statisticsLies(),
            tableLies(),
            impactLies(),
            residualLies(),
            orderLies(),
            positionLies(),
            columnLies(),
            denseLies(),
            graphLies())
        .flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("lies")
  void openingRefusesIt(Lie lie) throws IOException {
    SegmentEditor editor = edit(lie.segment);
    lie.edit.accept(editor);
    editor.write(edited());
    assertThatThrownBy(() -> Segment.open(edited(), Verification.FULL))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageStartingWith(edited().resolve(lie.blamed.fileName()) + ": corrupt at byte ");
  }

  /**
   * For each section of each file, tests a missing section, an unknown encoding and a count that is
   * too high by one.
   */
  @ParameterizedTest
  @MethodSource("io.siskin.index.testing.SmallSegments#all")
  void everySectionIsMissedAndItsEncodingAndCountAreChecked(SmallSegments small)
      throws IOException {
    Path whole = temporary.resolve("whole");
    small.build(whole);
    for (FileKind kind : SegmentEditor.open(whole).files().keySet()) {
      for (int i = 0; i < SegmentEditor.open(whole).file(kind).sections.size(); i++) {
        int section = i;
        refuse(whole, kind, file -> file.sections.get(section).kind = 999);
        refuse(whole, kind, file -> file.sections.get(section).encoding = 99);
        refuse(whole, kind, file -> file.sections.get(section).count++);
        refuse(whole, kind, file -> file.sections.get(section).count = -1);
        refuse(whole, kind, file -> lengthen(file.sections.get(section)));
      }
    }
  }

  private void refuse(Path whole, FileKind kind, Consumer<EditedFile> edit) throws IOException {
    SegmentEditor editor = SegmentEditor.open(whole);
    edit.accept(editor.file(kind));
    editor.write(edited());
    assertThatThrownBy(() -> Segment.open(edited(), Verification.FULL))
        .isInstanceOf(CorruptSegmentException.class);
  }

  private static void lengthen(EditedSection section) {
    byte[] longer = new byte[section.bytes.limit() + 4];
    section.bytes.get(0, longer, 0, section.bytes.limit());
    section.set(longer);
  }

  @Test
  void aSectionThatStandsTwiceIsRefused() throws IOException {
    Path whole = temporary.resolve("whole");
    SmallSegments.tokens().build(whole);
    refuse(whole, FileKind.TERMS, file -> file.sections.add(file.sections.getFirst()));
  }

  /**
   * Changes any byte of any section. Either the segment is refused, or all of it can be read to its
   * end or to a typed error.
   */
  @RepeatedTest(4)
  void nothingThatOpensCrashesOrLoops() throws IOException {
    Random random = new Random(Seeds.next());
    List<SmallSegments> segments =
        List.of(
            SmallSegments.termIds(),
            SmallSegments.bm25WithFields(),
            SmallSegments.everything(),
            SmallSegments.residuals(),
            SmallSegments.reordered(),
            SmallSegments.columns(),
            SmallSegments.dense(),
            SmallSegments.denseTerms(),
            SmallSegments.graphs(),
            SmallSegments.denseKeys());
    SmallSegments small = segments.get(random.nextInt(segments.size()));
    Path whole = temporary.resolve("whole");
    small.build(whole);
    int opened = 0;
    for (int round = 0; round < 250; round++) {
      SegmentEditor editor = SegmentEditor.open(whole);
      List<EditedSection> sections =
          editor.files().values().stream()
              .flatMap(file -> file.sections.stream())
              .filter(section -> section.bytes.limit() > 0)
              .toList();
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
        ByteBuffer bytes = sections.get(random.nextInt(sections.size())).bytes;
        bytes.put(random.nextInt(bytes.limit()), (byte) random.nextInt(256));
      }
      editor.write(edited());
      if (assertTimeoutPreemptively(Duration.ofSeconds(20), () -> readAll(edited()))) {
        opened++;
      }
    }
    // Other weights, terms and texts are allowed. If no segment opened, the test would show
    // nothing.
    assertThat(opened).isPositive();
  }

  private static boolean readAll(Path directory) throws IOException {
    Segment segment;
    try {
      segment = Segment.open(directory, Verification.FULL);
    } catch (CorruptSegmentException refused) {
      return false;
    }
    try {
      SegmentText.of(segment);
      // This reads every structure to its end and trusts none of it.
      SegmentVerifier.verify(segment);
    } catch (IndexOutOfBoundsException led) {
      // The end of a view stops a read that no other check stops.
    } catch (UncheckedIOException damaged) {
      assertThat(damaged.getCause()).isInstanceOf(CorruptSegmentException.class);
    } finally {
      segment.release();
    }
    return true;
  }

  @Test
  void aStoredRecordThatLiesIsRefusedWhenItIsRead() throws IOException {
    Path whole = temporary.resolve("whole");
    SmallSegments.bm25WithFields().build(whole);
    // Each entry replaces the first record by (unpacked length, frame).
    byte[] field = field(0, 3, "abc");
    List<byte[]> records =
        List.of(
            record(1 << 24, Zstd.compress(field)),
            record(-1, Zstd.compress(field)),
            record((1 << 24) + 1, Zstd.compress(field)),
            record(field.length + 1, Zstd.compress(field)),
            record(field.length - 1, Zstd.compress(field)),
            record(field.length, new byte[] {1, 2, 3, 4}),
            record(field.length, new byte[0]),
            record(field.length, Zstd.compress(field(9, 3, "abc"))),
            record(field.length, Zstd.compress(field(0, 4, "abc"))),
            record(field.length, Zstd.compress(field(0, 2, "abc"))),
            record(field.length, Zstd.compress(field(0, -1, "abc"))));
    for (byte[] record : records) {
      SegmentEditor editor = SegmentEditor.open(whole);
      EditedFile file = editor.file(FileKind.DOCUMENTS);
      ByteBuffer offsets = file.section(SectionKind.STORED_OFFSETS).bytes;
      ByteBuffer old = file.section(SectionKind.STORED_BYTES).bytes;
      int end = offsets.getInt(4);
      int shift = record.length - end;
      byte[] bytes = new byte[old.limit() + shift];
      System.arraycopy(record, 0, bytes, 0, record.length);
      old.get(end, bytes, record.length, old.limit() - end);
      file.section(SectionKind.STORED_BYTES).set(bytes);
      for (int at = 4; at < offsets.limit(); at += 4) {
        offsets.putInt(at, offsets.getInt(at) + shift);
      }
      editor.write(edited());
      Segment segment = Segment.open(edited(), Verification.FULL);
      try (DocumentStore.FieldReader fields = segment.documents().openFields()) {
        assertThatThrownBy(() -> fields.fields(0, name -> true))
            .isInstanceOf(UncheckedIOException.class)
            .cause()
            .isInstanceOf(CorruptSegmentException.class)
            .hasMessageStartingWith(edited().resolve("documents.dat") + ": ");
        assertThat(fields.fields(1, name -> true)).containsEntry("title", "Nr 1");
      } finally {
        segment.release();
      }
    }
  }

  private static byte[] record(int unpackedLength, byte[] frame) {
    return ByteBuffer.allocate(StoredLayout.PACKED_OFFSET + frame.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(unpackedLength)
        .put(frame)
        .array();
  }

  private static byte[] field(int number, int length, String text) {
    return ByteBuffer.allocate(StoredLayout.FIELD_BYTES_OFFSET + text.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort((short) number)
        .putInt(length)
        .put(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII))
        .array();
  }

  private static List<Lie> forwardLies() {
    SmallSegments small = SmallSegments.tokens();
    return List.of(
        lie(small, FileKind.FORWARD, SectionKind.FORWARD_OFFSETS, b -> b.putInt(8, 1 << 20)),
        lie(small, FileKind.FORWARD, SectionKind.FORWARD_OFFSETS, b -> b.putInt(8, -1)),
        lie(small, FileKind.FORWARD, SectionKind.FORWARD_OFFSETS, b -> b.putInt(8, 0)),
        lie(small, FileKind.FORWARD, SectionKind.FORWARD_OFFSETS, b -> b.putInt(0, 1)),
        lie(
            small,
            FileKind.FORWARD,
            SectionKind.FORWARD_OFFSETS,
            b -> b.putInt(b.limit() - 4, b.getInt(b.limit() - 4) + 1)),
        record(
            "one posting more", b -> b.putShort(ForwardLayout.FIRST_RUN_COUNT_OFFSET, (short) 9)),
        record("many postings", b -> b.putShort(ForwardLayout.FIRST_RUN_COUNT_OFFSET, (short) -1)),
        record("a run", b -> b.putShort(ForwardLayout.FURTHER_RUN_COUNT_OFFSET, (short) 1)),
        record("many runs", b -> b.putShort(ForwardLayout.FURTHER_RUN_COUNT_OFFSET, (short) -1)),
        record("a scale of 0", b -> b.putFloat(ForwardLayout.SCALE_OFFSET, 0)),
        record("a scale below 0", b -> b.putFloat(ForwardLayout.SCALE_OFFSET, -1)),
        record("no scale", b -> b.putFloat(ForwardLayout.SCALE_OFFSET, Float.NaN)),
        record("no end", b -> b.putFloat(ForwardLayout.SCALE_OFFSET, Float.POSITIVE_INFINITY)));
  }

  private static Lie record(String name, Consumer<ByteBuffer> edit) {
    return new Lie(
        "forward record: " + name,
        SmallSegments.tokens(),
        editor -> edit.accept(editor.bytes(FileKind.FORWARD, SectionKind.FORWARD_RECORDS)),
        FileKind.FORWARD);
  }

  private static List<Lie> stringLies() {
    SmallSegments tokens = SmallSegments.tokens();
    SmallSegments fields = SmallSegments.bm25WithFields();
    return List.of(
        lie(tokens, FileKind.TERMS, SectionKind.TOKEN_OFFSETS, b -> b.putInt(0, 1)),
        lie(tokens, FileKind.TERMS, SectionKind.TOKEN_OFFSETS, b -> b.putInt(4, 1 << 30)),
        lie(tokens, FileKind.TERMS, SectionKind.TOKEN_OFFSETS, b -> b.putInt(4, 0)),
        lie(tokens, FileKind.TERMS, SectionKind.TOKEN_OFFSETS, b -> b.putInt(b.limit() - 4, 2)),
        lie(
            tokens,
            FileKind.DOCUMENTS,
            SectionKind.EXTERNAL_ID_OFFSETS,
            b -> b.putInt(8, b.getInt(16))),
        lie(fields, FileKind.META, SectionKind.FIELD_NAME_OFFSETS, b -> b.putInt(4, -1)),
        lie(fields, FileKind.DOCUMENTS, SectionKind.STORED_OFFSETS, b -> b.putInt(0, 4)),
        lie(fields, FileKind.DOCUMENTS, SectionKind.STORED_OFFSETS, b -> b.putInt(4, 3)),
        lie(fields, FileKind.DOCUMENTS, SectionKind.STORED_OFFSETS, b -> b.putInt(4, 1 << 30)),
        lie(
            fields,
            FileKind.DOCUMENTS,
            SectionKind.STORED_OFFSETS,
            b -> b.putInt(b.limit() - 4, b.getInt(b.limit() - 4) - 1)));
  }

  private static List<Lie> slotLies() {
    SmallSegments tokens = SmallSegments.tokens();
    SmallSegments ids = SmallSegments.termIds();
    return List.of(
        lie(tokens, FileKind.TERMS, SectionKind.TOKEN_SLOTS, b -> b.putInt(used(b, 0), 1 << 20)),
        lie(tokens, FileKind.TERMS, SectionKind.TOKEN_SLOTS, b -> b.putInt(used(b, 0), -1)),
        lie(tokens, FileKind.TERMS, SectionKind.TOKEN_SLOTS, b -> b.putInt(used(b, 0), 0)),
        lie(
            tokens,
            FileKind.TERMS,
            SectionKind.TOKEN_SLOTS,
            b -> b.putInt(used(b, 0), b.getInt(used(b, 1)))),
        lie(ids, FileKind.TERMS, SectionKind.TERM_ID_SLOTS, b -> b.putInt(used(b, 1), 1 << 20)),
        lie(
            ids,
            FileKind.DOCUMENTS,
            SectionKind.EXTERNAL_ID_SLOTS,
            b -> b.putInt(used(b, 2), Integer.MIN_VALUE)));
  }

  /** Returns the offset of the nth used slot. */
  private static int used(ByteBuffer slots, int nth) {
    int left = nth;
    for (int at = 0; ; at += 4) {
      if (slots.getInt(at) != 0 && left-- == 0) {
        return at;
      }
    }
  }

  private static List<Lie> storedLies() {
    return List.of(
        new Lie(
            "field names without stored fields",
            SmallSegments.bm25WithFields(),
            editor -> editor.file(FileKind.DOCUMENTS).sections.subList(3, 6).clear(),
            FileKind.DOCUMENTS),
        new Lie(
            "tokens said to be term ids",
            SmallSegments.tokens(),
            editor ->
                editor
                    .bytes(FileKind.META, SectionKind.STATISTICS)
                    .putInt(
                        StatisticsLayout.VOCABULARY_OFFSET, StatisticsLayout.VOCABULARY_TERM_ID),
            FileKind.TERMS));
  }

  private static List<Lie> statisticsLies() {
    return List.of(
        statistics(b -> b.putLong(StatisticsLayout.DOCUMENT_COUNT_OFFSET, -1)),
        statistics(b -> b.putLong(StatisticsLayout.DOCUMENT_COUNT_OFFSET, 1L << 40)),
        statistics(b -> b.putLong(StatisticsLayout.TERM_COUNT_OFFSET, -1)),
        statistics(b -> b.putLong(StatisticsLayout.TERM_COUNT_OFFSET, 1L << 40)),
        statistics(b -> b.putLong(StatisticsLayout.POSTING_COUNT_OFFSET, -1)),
        statistics(b -> b.putLong(StatisticsLayout.POSTING_COUNT_OFFSET, 3)),
        statistics(b -> b.putLong(StatisticsLayout.EMPTY_DOCUMENT_COUNT_OFFSET, -1)),
        statistics(b -> b.putLong(StatisticsLayout.EMPTY_DOCUMENT_COUNT_OFFSET, 31)),
        statistics(b -> b.putDouble(StatisticsLayout.TOTAL_LENGTH_OFFSET, Double.NaN)),
        statistics(b -> b.putDouble(StatisticsLayout.TOTAL_LENGTH_OFFSET, -1)),
        statistics(b -> b.putInt(StatisticsLayout.VOCABULARY_OFFSET, 3)),
        statistics(b -> b.putInt(StatisticsLayout.VOCABULARY_OFFSET, 0)),
        statistics(b -> b.putInt(StatisticsLayout.VOCABULARY_OFFSET, -1)),
        statistics(b -> b.putInt(StatisticsLayout.QUANTIZATION_OFFSET, 0)),
        statistics(b -> b.putInt(StatisticsLayout.QUANTIZATION_OFFSET, 3)),
        statistics(b -> b.putLong(StatisticsLayout.RESERVED_OFFSET + 8, 1)));
  }

  /** The first term of the segment has a windowed list, and the last term has a plain list. */
  private static List<Lie> impactLies() {
    SectionKind terms = SectionKind.IMPACT_TERMS;
    SectionKind windows = SectionKind.IMPACT_WINDOWS;
    SectionKind parameters = SectionKind.IMPACT_PARAMETERS;
    int counts = ImpactOrderedLayout.WINDOW_COUNTS_OFFSET;
    return List.of(
        impact(parameters, b -> b.putInt(ImpactOrderedLayout.DOCUMENT_COUNT_OFFSET, 151)),
        impact(parameters, b -> b.putInt(ImpactOrderedLayout.TERM_COUNT_OFFSET, 0)),
        impact(parameters, b -> b.putInt(ImpactOrderedLayout.WINDOW_COUNT_OFFSET, 2)),
        impact(parameters, b -> b.putInt(ImpactOrderedLayout.ROW_COUNT_OFFSET, -1)),
        impact(parameters, b -> b.putInt(ImpactOrderedLayout.ROW_COUNT_OFFSET, 1 << 30)),
        impact(parameters, b -> b.putLong(ImpactOrderedLayout.POSTING_COUNT_OFFSET, 1)),
        impact(parameters, b -> b.putLong(ImpactOrderedLayout.PARAMETERS_RESERVED_OFFSET, 1)),
        impact(terms, b -> b.putLong(ImpactOrderedLayout.TERM_LIST_OFFSET, -1)),
        impact(terms, b -> b.putLong(ImpactOrderedLayout.TERM_LIST_OFFSET, 1 << 20)),
        impact(terms, b -> b.putInt(ImpactOrderedLayout.TERM_POSTING_COUNT_OFFSET, -1)),
        impact(terms, b -> b.putInt(ImpactOrderedLayout.TERM_POSTING_COUNT_OFFSET, 151)),
        impact(terms, b -> b.putInt(ImpactOrderedLayout.TERM_POSTING_COUNT_OFFSET, 3)),
        impact(terms, b -> b.putInt(ImpactOrderedLayout.TERM_ROW_OFFSET, -1)),
        impact(terms, b -> b.putInt(ImpactOrderedLayout.TERM_ROW_OFFSET, 1 << 20)),
        impact(terms, b -> b.putFloat(ImpactOrderedLayout.TERM_SCALE_OFFSET, 0)),
        impact(terms, b -> b.putFloat(ImpactOrderedLayout.TERM_SCALE_OFFSET, -1)),
        impact(terms, b -> b.putFloat(ImpactOrderedLayout.TERM_SCALE_OFFSET, Float.NaN)),
        impact(
            terms,
            b ->
                b.putLong(
                    b.limit()
                        - ImpactOrderedLayout.TERM_LENGTH
                        + ImpactOrderedLayout.TERM_LIST_OFFSET,
                    1 << 20)),
        impact(windows, b -> b.putInt(ImpactOrderedLayout.WINDOW_START_OFFSET, 1)),
        impact(windows, b -> b.putShort(counts, (short) -1)),
        impact(windows, b -> b.putShort(counts, (short) 3)),
        impact(windows, b -> b.putShort(counts + Short.BYTES, (short) -1)),
        impact(SectionKind.IMPACT_POSTINGS, b -> b.putShort(0, (short) 150)),
        impact(SectionKind.IMPACT_PLAIN_LISTS, b -> b.putInt(0, 150)),
        impact(SectionKind.IMPACT_PLAIN_LISTS, b -> b.putInt(0, -1)));
  }

  private static List<Lie> orderLies() {
    SmallSegments small = SmallSegments.reordered();
    return List.of(
        lie(small, FileKind.DOCUMENTS, SectionKind.ORDINALS, b -> b.putInt(0, -1)),
        lie(small, FileKind.DOCUMENTS, SectionKind.ORDINALS, b -> b.putInt(8, 60)),
        lie(small, FileKind.DOCUMENTS, SectionKind.ORDINALS, b -> b.putInt(0, b.getInt(4))),
        lie(small, FileKind.DOCUMENTS, SectionKind.ORDINAL_DOCUMENTS, b -> b.putInt(0, 60)),
        lie(
            small,
            FileKind.DOCUMENTS,
            SectionKind.ORDINAL_DOCUMENTS,
            b -> b.putInt(0, b.getInt(4))));
  }

  private static List<Lie> positionLies() {
    SectionKind blocks = SectionKind.POSITION_BLOCKS;
    SectionKind lengths = SectionKind.DOCUMENT_LENGTHS;
    return List.of(
        position(blocks, b -> b.putLong(PackedLayout.BLOCK_MIN_OFFSET, -1)),
        position(blocks, b -> b.putLong(PackedLayout.BLOCK_MAX_OFFSET, Long.MAX_VALUE)),
        position(blocks, b -> b.putLong(PackedLayout.BLOCK_MAX_OFFSET, 1)),
        position(blocks, b -> b.putLong(PackedLayout.BLOCK_BITS_OFFSET, 8)),
        position(blocks, b -> b.putInt(PackedLayout.BLOCK_WIDTH_OFFSET, 7)),
        position(blocks, b -> b.putInt(PackedLayout.BLOCK_RESERVED_OFFSET, 1)),
        position(SectionKind.POSITION_BITS, b -> b.putLong(0, -1)),
        position(SectionKind.POSITION_BITS, b -> b.put(b.limit() - 1, (byte) 0x80)),
        position(lengths, b -> b.putFloat(0, -1)),
        position(lengths, b -> b.putFloat(4, Float.NaN)),
        position(lengths, b -> b.putFloat(8, Float.POSITIVE_INFINITY)),
        new Lie(
            "no positions",
            SmallSegments.tokens(),
            editor -> withoutFile(editor, FileKind.POSITIONS),
            FileKind.META));
  }

  private static Lie position(SectionKind section, Consumer<ByteBuffer> edit) {
    return lie(SmallSegments.columns(), FileKind.POSITIONS, section, edit);
  }

  /** The columns are all-bits, at, new, price, tags, town and year. */
  private static List<Lie> columnLies() {
    SectionKind records = SectionKind.COLUMN_RECORDS;
    SectionKind blocks = SectionKind.COLUMN_BLOCKS;
    int tags = 4 * ColumnLayout.RECORD_LENGTH;
    // Each column before has two arrays of one block; those of the tags begin with presence and
    // starts of values.
    int tagOrdinals = 10 * PackedLayout.BLOCK_ENTRY_LENGTH;
    int tagStarts = 11 * PackedLayout.BLOCK_ENTRY_LENGTH;
    int tagDocuments = 12 * PackedLayout.BLOCK_ENTRY_LENGTH;
    return List.of(
        column(records, b -> b.putInt(ColumnLayout.TYPE_OFFSET, 0)),
        column(records, b -> b.putInt(ColumnLayout.TYPE_OFFSET, 7)),
        column(records, b -> b.putInt(ColumnLayout.TEXT_COUNT_OFFSET, 1)),
        column(records, b -> b.putLong(ColumnLayout.VALUE_COUNT_OFFSET, -1)),
        column(records, b -> b.putLong(ColumnLayout.VALUE_COUNT_OFFSET, 51)),
        column(records, b -> b.putInt(tags + ColumnLayout.TEXT_COUNT_OFFSET, 1)),
        column(records, b -> b.putInt(tags + ColumnLayout.TEXT_COUNT_OFFSET, -1)),
        column(records, b -> b.putLong(tags + ColumnLayout.VALUE_COUNT_OFFSET, 1L << 40)),
        column(records, b -> b.putLong(tags + ColumnLayout.VALUE_COUNT_OFFSET, 1)),
        column(SectionKind.COLUMN_NAME_BYTES, b -> b.put(0, (byte) 'z')),
        column(SectionKind.COLUMN_TEXT_OFFSETS, b -> b.putInt(4, 1 << 30)),
        column(blocks, b -> b.putLong(PackedLayout.BLOCK_MAX_OFFSET, 2)),
        column(blocks, b -> b.putLong(tagOrdinals + PackedLayout.BLOCK_MAX_OFFSET, 12)),
        column(blocks, b -> b.putLong(tagStarts + PackedLayout.BLOCK_MIN_OFFSET, 1)),
        column(blocks, b -> b.putLong(tagDocuments + PackedLayout.BLOCK_MAX_OFFSET, 50)),
        column(blocks, b -> b.putLong(tagDocuments + PackedLayout.BLOCK_MIN_OFFSET, -1)),
        column(SectionKind.COLUMN_BITS, b -> b.putLong(0, 0)),
        new Lie(
            "frequencies without forward records",
            SmallSegments.columns(),
            editor -> withoutFile(editor, FileKind.FORWARD, FileKind.RESIDUALS),
            FileKind.META));
  }

  private static Lie column(SectionKind section, Consumer<ByteBuffer> edit) {
    return lie(SmallSegments.columns(), FileKind.COLUMNS, section, edit);
  }

  /** The dense fields are bytes, halves and singles. */
  private static List<Lie> denseLies() {
    SectionKind records = SectionKind.DENSE_RECORDS;
    return List.of(
        dense(records, b -> b.putInt(DenseLayout.DIMENSIONS_OFFSET, 0)),
        dense(records, b -> b.putInt(DenseLayout.DIMENSIONS_OFFSET, 4097)),
        dense(records, b -> b.putInt(DenseLayout.DIMENSIONS_OFFSET, 65)),
        dense(records, b -> b.putInt(DenseLayout.STORAGE_OFFSET, 0)),
        dense(records, b -> b.putInt(DenseLayout.STORAGE_OFFSET, 4)),
        dense(records, b -> b.putInt(DenseLayout.STORAGE_OFFSET, DenseLayout.STORAGE_F32)),
        dense(records, b -> b.putInt(DenseLayout.SIMILARITY_OFFSET, 3)),
        dense(records, b -> b.putFloat(DenseLayout.NORM_MAX_OFFSET, Float.NaN)),
        dense(records, b -> b.putFloat(DenseLayout.NORM_MAX_OFFSET, -1)),
        dense(records, b -> b.putLong(DenseLayout.VECTOR_COUNT_OFFSET, -1)),
        dense(records, b -> b.putLong(DenseLayout.VECTOR_COUNT_OFFSET, 1L << 31)),
        dense(
            records,
            b ->
                b.putLong(
                    DenseLayout.VECTOR_COUNT_OFFSET,
                    b.getLong(DenseLayout.VECTOR_COUNT_OFFSET) - 1)),
        dense(SectionKind.DENSE_NAME_BYTES, b -> b.put(0, (byte) 'z')),
        dense(SectionKind.DENSE_STARTS, b -> b.putInt(0, 1)),
        dense(SectionKind.DENSE_STARTS, b -> b.putInt(4, -1)),
        dense(SectionKind.DENSE_STARTS, b -> b.putInt(4, 1_000_000)),
        dense(SectionKind.DENSE_STARTS, b -> b.putInt(4 * 24, 0)),
        denseTerms(records, b -> b.putInt(DenseLayout.STORAGE_OFFSET, 7)),
        denseTerms(records, b -> b.putInt(DenseLayout.STORAGE_OFFSET, 10)),
        // Fields are halves, hashes and singles. The largest key cannot stand before another one.
        denseKeys(
            SectionKind.DENSE_SCALES,
            b -> {
              for (int at = 0; at < b.limit() - 4; at += 4) {
                b.putInt(at, -2 - at);
              }
            }),
        denseKeys(
            records,
            b ->
                b.putInt(
                    DenseLayout.RECORD_LENGTH + DenseLayout.SIMILARITY_OFFSET,
                    DenseLayout.SIMILARITY_COSINE)),
        denseKeys(records, b -> b.putInt(DenseLayout.STORAGE_OFFSET, DenseLayout.STORAGE_F16)),
        // The field of bits has no cosine, and that of slices has 64 of them.
        denseTerms(records, b -> b.putInt(DenseLayout.SIMILARITY_OFFSET, 2)),
        denseTerms(
            records, b -> b.putInt(DenseLayout.RECORD_LENGTH + DenseLayout.DIMENSIONS_OFFSET, 63)),
        denseTerms(SectionKind.DENSE_SCALES, b -> b.putFloat(0, -1)),
        dense(SectionKind.DENSE_SCALES, b -> b.putFloat(0, Float.NaN)),
        dense(SectionKind.DENSE_SCALES, b -> b.putFloat(4, -1)));
  }

  /** The graphs are of the fields 0, 2 and 3; the first and the last field have no documents. */
  private static List<Lie> graphLies() {
    SectionKind records = SectionKind.NEIGHBOUR_RECORDS;
    SectionKind base = SectionKind.NEIGHBOUR_BASE;
    int second = NeighboursLayout.RECORD_LENGTH;
    return List.of(
        graph(records, b -> b.putInt(NeighboursLayout.FIELD_OFFSET, -1)),
        graph(records, b -> b.putInt(NeighboursLayout.FIELD_OFFSET, 4)),
        graph(records, b -> b.putInt(second + NeighboursLayout.FIELD_OFFSET, 0)),
        graph(records, b -> b.putInt(NeighboursLayout.NEIGHBOURS_OFFSET, 1)),
        graph(records, b -> b.putInt(NeighboursLayout.NEIGHBOURS_OFFSET, 65)),
        graph(records, b -> b.putInt(NeighboursLayout.NEIGHBOURS_OFFSET, 64)),
        graph(records, b -> b.putInt(NeighboursLayout.BUILD_WIDTH_OFFSET, 1)),
        graph(records, b -> b.putInt(NeighboursLayout.BUILD_WIDTH_OFFSET, 1001)),
        graph(records, b -> b.putInt(NeighboursLayout.LEVEL_COUNT_OFFSET, 0)),
        graph(records, b -> b.putInt(NeighboursLayout.LEVEL_COUNT_OFFSET, 64)),
        graph(records, b -> b.putInt(NeighboursLayout.LEVEL_COUNT_OFFSET, 65)),
        graph(records, b -> b.putInt(NeighboursLayout.ENTRY_ROW_OFFSET, 48)),
        graph(records, b -> b.putInt(NeighboursLayout.ENTRY_ROW_OFFSET, -1)),
        graph(records, b -> b.putInt(NeighboursLayout.HAS_DOCUMENTS_OFFSET, 1)),
        graph(records, b -> b.putInt(NeighboursLayout.HAS_DOCUMENTS_OFFSET, 2)),
        graph(records, b -> b.putInt(2 * second + NeighboursLayout.HAS_DOCUMENTS_OFFSET, 0)),
        graph(SectionKind.NEIGHBOUR_LEVELS, b -> b.putInt(0, 0)),
        graph(SectionKind.NEIGHBOUR_LEVELS, b -> b.putInt(0, 49)),
        graph(SectionKind.NEIGHBOUR_LEVELS, b -> b.putInt(0, b.getInt(0) + 1)),
        graph(SectionKind.NEIGHBOUR_LEVEL_ROWS, b -> b.putInt(0, 48)),
        graph(SectionKind.NEIGHBOUR_LEVEL_ROWS, b -> b.putInt(4, b.getInt(0))),
        graph(SectionKind.NEIGHBOUR_UPPER, b -> b.putInt(0, 48)),
        graph(base, b -> b.putInt(0, 48)),
        graph(base, b -> b.putInt(b.limit() - 4, -2)),
        graph(SectionKind.NEIGHBOUR_DOCUMENTS, b -> b.putInt(0, 48)),
        graph(SectionKind.NEIGHBOUR_DOCUMENTS, b -> b.putInt(4, -1)),
        new Lie(
            "graphs without dense vectors",
            SmallSegments.graphs(),
            editor -> withoutFile(editor, FileKind.DENSE),
            FileKind.META));
  }

  private static Lie graph(SectionKind section, Consumer<ByteBuffer> edit) {
    return lie(SmallSegments.graphs(), FileKind.NEIGHBOURS, section, edit);
  }

  private static Lie denseTerms(SectionKind section, Consumer<ByteBuffer> edit) {
    return lie(SmallSegments.denseTerms(), FileKind.DENSE, section, edit);
  }

  private static Lie denseKeys(SectionKind section, Consumer<ByteBuffer> edit) {
    return lie(SmallSegments.denseKeys(), FileKind.DENSE, section, edit);
  }

  private static Lie dense(SectionKind section, Consumer<ByteBuffer> edit) {
    return lie(SmallSegments.dense(), FileKind.DENSE, section, edit);
  }

  /** A file of version 2 in a segment of version 1 is not known. */
  @Test
  void aSegmentOfVersion1HasNoFilesOfVersion2() throws IOException {
    SegmentEditor editor = edit(SmallSegments.tokens());
    editor.files().values().forEach(file -> file.version = FormatV1.VERSION);
    editor.write(edited());
    assertThatThrownBy(() -> Segment.open(edited(), Verification.FULL))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining("a kind of file that version 1 has")
        .hasMessageEndingWith("found 9");
  }

  private static void withoutFile(SegmentEditor editor, FileKind... kinds) {
    EditedSection table = editor.file(FileKind.META).section(SectionKind.FILE_TABLE);
    ByteBuffer kept = ByteBuffer.allocate(table.bytes.limit()).order(ByteOrder.LITTLE_ENDIAN);
    List<Integer> codes = Stream.of(kinds).map(FileKind::code).toList();
    for (int at = 0; at < table.bytes.limit(); at += FileTableLayout.LENGTH) {
      if (codes.contains(table.bytes.getInt(at + FileTableLayout.KIND_OFFSET))) {
        table.count--;
      } else {
        byte[] entry = new byte[FileTableLayout.LENGTH];
        table.bytes.get(at, entry);
        kept.put(entry);
      }
    }
    byte[] content = new byte[kept.position()];
    kept.get(0, content);
    table.set(content);
    for (FileKind kind : kinds) {
      editor.files().remove(kind);
    }
  }

  private static Lie impact(SectionKind section, Consumer<ByteBuffer> edit) {
    return lie(SmallSegments.everything(), FileKind.IMPACTS, section, edit);
  }

  private static Lie statistics(Consumer<ByteBuffer> edit) {
    return lie(SmallSegments.tokens(), FileKind.META, SectionKind.STATISTICS, edit);
  }

  private static List<Lie> tableLies() {
    int second = FileTableLayout.LENGTH;
    return List.of(
        table(b -> b.putInt(second + FileTableLayout.KIND_OFFSET, 77)),
        table(b -> b.putInt(second + FileTableLayout.KIND_OFFSET, FileKind.META.code())),
        table(b -> b.putInt(second + FileTableLayout.KIND_OFFSET, b.getInt(0))),
        new Lie(
            "file table without documents.dat",
            SmallSegments.tokens(),
            editor -> {
              EditedSection table = editor.file(FileKind.META).section(SectionKind.FILE_TABLE);
              byte[] shorter = new byte[table.bytes.limit() - FileTableLayout.LENGTH];
              table.bytes.get(0, shorter);
              table.set(shorter);
              table.count--;
            },
            FileKind.META));
  }

  private static Lie table(Consumer<ByteBuffer> edit) {
    return lie(SmallSegments.tokens(), FileKind.META, SectionKind.FILE_TABLE, edit);
  }

  private static List<Lie> residualLies() {
    List<Lie> lies = new ArrayList<>();
    for (double error : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      lies.add(
          lie(
              SmallSegments.residuals(),
              FileKind.RESIDUALS,
              SectionKind.RESIDUAL_PARAMETERS,
              b -> b.putDouble(ResidualLayout.WEIGHT_ERROR_MAX_OFFSET, error)));
    }
    lies.add(
        new Lie(
            "residuals without forward records",
            SmallSegments.residuals(),
            editor -> editor.files().keySet().removeIf(kind -> kind == FileKind.FORWARD),
            FileKind.FORWARD));
    return lies;
  }

  private static Lie lie(
      SmallSegments segment, FileKind file, SectionKind section, Consumer<ByteBuffer> edit) {
    return new Lie(
        segment + " " + section, segment, editor -> edit.accept(editor.bytes(file, section)), file);
  }

  private SegmentEditor edit(SmallSegments small) throws IOException {
    Path whole = temporary.resolve("whole");
    small.build(whole);
    return SegmentEditor.open(whole);
  }

  private Path edited() {
    return temporary.resolve("edited");
  }
}
