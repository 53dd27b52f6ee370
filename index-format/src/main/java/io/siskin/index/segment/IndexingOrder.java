package io.siskin.index.segment;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Section;
import org.jspecify.annotations.Nullable;

/**
 * The order in which the documents of a segment were indexed, where it differs from the order of
 * their numbers.
 *
 * <p>A document's <em>ordinal</em> is its position in the order of indexing, 0 to the number of
 * documents − 1. Equal scores are ordered by it, so that reordering a segment for speed changes no
 * answer. A segment whose documents were not reordered stores no ordinals. There, the ordinal is
 * the document number.
 *
 * <p>It is a view of mapped memory and is safe for concurrent use.
 */
public final class IndexingOrder {
  private final Section ordinals;
  private final Section documents;
  private final int documentCount;

  private IndexingOrder(Section ordinals, Section documents, int documentCount)
      throws CorruptSegmentException {
    for (Section section : new Section[] {ordinals, documents}) {
      section.requireEncoding(FormatV1.ENCODING_PLAIN);
      section.requireArray(documentCount, Integer.BYTES);
    }
    this.ordinals = ordinals;
    this.documents = documents;
    this.documentCount = documentCount;
  }

  /** Returns the order that a file stores, or null when documents are numbered as indexed. */
  static @Nullable IndexingOrder open(MappedFile file, int documentCount)
      throws CorruptSegmentException {
    if (file.sectionOrNull(SectionKind.ORDINALS) == null
        && file.sectionOrNull(SectionKind.ORDINAL_DOCUMENTS) == null) {
      return null;
    }
    return new IndexingOrder(
        file.section(SectionKind.ORDINALS),
        file.section(SectionKind.ORDINAL_DOCUMENTS),
        documentCount);
  }

  /** Checks that both sections are permutations and that each is the inverse of the other. */
  void check() throws CorruptSegmentException {
    for (int document = 0; document < documentCount; document++) {
      int ordinal = ordinals.u32(document);
      boolean inside = ordinal >= 0 && ordinal < documentCount;
      if (!inside || documents.u32(ordinal) != document) {
        throw new CorruptSegmentException(
            ordinals.file(),
            ordinals.offset() + (long) document * Integer.BYTES,
            "an ordinal below " + documentCount + " that leads back to document " + document,
            Integer.toUnsignedString(ordinal));
      }
    }
  }

  /**
   * Returns a document's ordinal.
   *
   * @param documentNumber 0 to the number of documents − 1
   */
  public int ordinal(int documentNumber) {
    return ordinals.u32(documentNumber);
  }

  /**
   * Returns the number of the document with an ordinal.
   *
   * @param ordinal 0 to the number of documents − 1
   */
  public int documentNumber(int ordinal) {
    return documents.u32(ordinal);
  }
}
