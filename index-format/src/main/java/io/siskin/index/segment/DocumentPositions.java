package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.format.v2.PackedLayout;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import org.jspecify.annotations.Nullable;

/**
 * The positions of the documents of a segment in the writes of their collection, and their lengths.
 *
 * <p>Positions ascend with the order of indexing. It is a view of mapped memory and is safe for
 * concurrent use.
 */
public final class DocumentPositions {
  private final @Nullable IndexingOrder order;
  private final PackedNumbers gaps;
  private final Section bits;
  private final Section lengths;

  private DocumentPositions(
      @Nullable IndexingOrder order, PackedNumbers gaps, Section bits, Section lengths) {
    this.order = order;
    this.gaps = gaps;
    this.bits = bits;
    this.lengths = lengths;
  }

  static DocumentPositions open(MappedFile file, DocumentStore documents)
      throws CorruptSegmentException {
    int documentCount = documents.documentCount();
    Section blocks = file.section(SectionKind.POSITION_BLOCKS);
    Section bits = file.section(SectionKind.POSITION_BITS);
    PackedNumbers.checkSections(blocks, bits, PackedLayout.blockCount(documentCount));
    Section lengths = file.section(SectionKind.DOCUMENT_LENGTHS);
    lengths.requireEncoding(FormatV1.ENCODING_PLAIN);
    lengths.requireArray(documentCount, Float.BYTES);
    PackedNumbers gaps = new PackedNumbers(blocks, bits, 0, documentCount);
    return new DocumentPositions(documents.indexingOrder(), gaps, bits, lengths);
  }

  void check() throws CorruptSegmentException {
    long end = gaps.check(bits, 0, 0, FormatV2.POSITION_MAX);
    bits.requireLength(end);
    for (int document = 0; document < gaps.count(); document++) {
      float length = lengths.f32(document);
      if (!(length >= 0 && length < Float.POSITIVE_INFINITY)) {
        throw new CorruptSegmentException(
            lengths.file(),
            lengths.offset() + (long) document * Float.BYTES,
            "a finite length, 0 or more",
            length);
      }
    }
  }

  /** Returns the number of documents. */
  public int documentCount() {
    return (int) gaps.count();
  }

  /**
   * Returns the position of a document.
   *
   * @param document its number, 0 to {@link #documentCount} − 1
   * @return 0 or more
   */
  public long position(int document) {
    return ofOrdinal(order == null ? document : order.ordinal(document));
  }

  /**
   * Returns the position of the document with an ordinal. Positions ascend strictly with it.
   *
   * @param ordinal 0 to {@link #documentCount} − 1
   * @return 0 or more
   */
  public long ofOrdinal(int ordinal) {
    return gaps.get(ordinal) + ordinal;
  }

  /**
   * Returns the sum of the weights that were given for a document, before weighting. Under BM25 it
   * is the number of its tokens.
   *
   * @param document its number, 0 to {@link #documentCount} − 1
   * @return 0 or more, rounded to single precision
   */
  public float length(int document) {
    return lengths.f32(document);
  }
}
