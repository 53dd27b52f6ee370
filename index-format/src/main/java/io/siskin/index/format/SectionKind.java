package io.siskin.index.format;

import org.jspecify.annotations.Nullable;

/**
 * The sections of all files. The hundreds digit is the {@link FileKind#code} of the file that holds
 * it. Codes are part of the format and are never reused; readers ignore sections that they do not
 * know.
 */
public enum SectionKind {
  /** Fixed-length statistics of the segment. */
  STATISTICS(101),
  /** The options of the build as UTF-8 JSON, for {@code inspect}; readers never depend on it. */
  BUILD_OPTIONS(102),
  /** Kind, length and header checksum of each other file of the segment. */
  FILE_TABLE(103),
  /** Names of the stored fields, a string list: offsets. */
  FIELD_NAME_OFFSETS(104),
  /** Names of the stored fields, a string list: UTF-8 bytes. */
  FIELD_NAME_BYTES(105),

  /** By term number: how many documents have the term, u32. */
  DOCUMENT_FREQUENCIES(201),
  /** By term number: start of the token's bytes, a string list. */
  TOKEN_OFFSETS(202),
  /** The tokens' UTF-8 bytes. */
  TOKEN_BYTES(203),
  /** Hash slots from token to term number, u32. */
  TOKEN_SLOTS(204),
  /** By term number: the user's term id, u32. */
  TERM_IDS(205),
  /** Hash slots from term id to term number, u32. */
  TERM_ID_SLOTS(206),

  /** By document number: start of the external id's bytes, a string list. */
  EXTERNAL_ID_OFFSETS(301),
  /** The external ids' UTF-8 bytes. */
  EXTERNAL_ID_BYTES(302),
  /** Hash slots from external id to document number, u32. */
  EXTERNAL_ID_SLOTS(303),
  /** By document number: start of its stored record. */
  STORED_OFFSETS(304),
  /** The stored records. */
  STORED_BYTES(305),
  /** The zstd dictionary of the stored records. */
  STORED_DICTIONARY(306),
  /** By document number: its position in the order of indexing, u32. */
  ORDINALS(307),
  /** By position in the order of indexing: the document number, u32. */
  ORDINAL_DOCUMENTS(308),

  /** By document number: start of its forward record in alignment units, u32. */
  FORWARD_OFFSETS(401),
  /** The forward records. */
  FORWARD_RECORDS(402),

  /** Block size, widths and counts of the block-max posting lists. */
  BLOCK_MAX_PARAMETERS(501),
  /** By document number: the document's impact scale, f32. */
  BLOCK_MAX_DOCUMENT_SCALES(502),
  /** By term number: where its posting list and its row of maxima are. */
  BLOCK_MAX_TERMS(503),
  /** By row and superblock: the superblock maximum, u8. */
  BLOCK_MAX_SUPERBLOCK_MAXIMA(504),
  /** By row and superblock: the maxima of its 16 document blocks and where its postings are. */
  BLOCK_MAX_ENTRIES(505),
  /** The dense lists: local document numbers and impacts, superblock by superblock. */
  BLOCK_MAX_POSTINGS(506),
  /** The sparse lists: document numbers, maxima and impacts of the terms without a row. */
  BLOCK_MAX_SPARSE_LISTS(507),

  /** Parameters of the clustered posting lists. */
  CLUSTER_PARAMETERS(601),
  /** By term number: start of its list record in alignment units, u32. */
  CLUSTER_TERMS(602),
  /** The list records: posting blocks and their summaries. */
  CLUSTER_LISTS(603),

  /** Counts of the impact-ordered posting lists. */
  IMPACT_PARAMETERS(701),
  /** By term number: where its list is, its scale and its k-th impacts. */
  IMPACT_TERMS(702),
  /** By row: how many postings of the whole list reach each impact level, u32. */
  IMPACT_TOTALS(703),
  /** By row and window: where the window's postings are and how many reach each impact level. */
  IMPACT_WINDOWS(704),
  /** The windowed lists: local document numbers and impacts, window by window. */
  IMPACT_POSTINGS(705),
  /** The plain lists of the rarer terms: document numbers and impacts. */
  IMPACT_PLAIN_LISTS(706),

  /** The most that a refined weight differs from an effective one. */
  RESIDUAL_PARAMETERS(801),
  /** By posting of the forward records: what rounding its weight has left over, u8. */
  RESIDUALS(802);

  private final int code;

  SectionKind(int code) {
    this.code = code;
  }

  /** Returns the code in the section directory. */
  public int code() {
    return code;
  }

  /**
   * Returns the kind of a code, or null for none.
   *
   * @param code as in the section directory
   */
  public static @Nullable SectionKind ofCode(int code) {
    for (SectionKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    return null;
  }
}
