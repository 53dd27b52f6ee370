package io.siskin.index.format;

import org.jspecify.annotations.Nullable;

/**
 * The sections of all files. The hundreds of a code are the {@link FileKind#code} of the file that
 * holds the section. Codes are part of the format and are never reused. Readers ignore sections
 * that they do not know.
 */
public enum SectionKind {
  /** Fixed-length statistics of the segment. */
  STATISTICS(101),
  /**
   * The options of the build as UTF-8 JSON. {@code inspect} shows them. Readers do not depend on
   * them.
   */
  BUILD_OPTIONS(102),
  /** Kind, length and header checksum of each other file of the segment. */
  FILE_TABLE(103),
  /** Names of the stored fields, a string list: offsets. */
  FIELD_NAME_OFFSETS(104),
  /** Names of the stored fields, a string list: UTF-8 bytes. */
  FIELD_NAME_BYTES(105),

  /** The number of documents that have each term, u32, by term number. */
  DOCUMENT_FREQUENCIES(201),
  /** The start of the bytes of each token, as a string list, by term number. */
  TOKEN_OFFSETS(202),
  /** The tokens' UTF-8 bytes. */
  TOKEN_BYTES(203),
  /** Hash slots from token to term number, u32. */
  TOKEN_SLOTS(204),
  /** The user's term id of each term, u32, by term number. */
  TERM_IDS(205),
  /** Hash slots from term id to term number, u32. */
  TERM_ID_SLOTS(206),

  /** The start of the bytes of each external id, as a string list, by document number. */
  EXTERNAL_ID_OFFSETS(301),
  /** The external ids' UTF-8 bytes. */
  EXTERNAL_ID_BYTES(302),
  /** Hash slots from external id to document number, u32. */
  EXTERNAL_ID_SLOTS(303),
  /** The start of each stored record, by document number. */
  STORED_OFFSETS(304),
  /** The stored records. */
  STORED_BYTES(305),
  /** The zstd dictionary of the stored records. */
  STORED_DICTIONARY(306),
  /** The position of each document in the order of indexing, u32, by document number. */
  ORDINALS(307),
  /** The document numbers, u32, by position in the order of indexing. */
  ORDINAL_DOCUMENTS(308),

  /** The start of each forward record in units of the alignment, u32, by document number. */
  FORWARD_OFFSETS(401),
  /** The forward records. */
  FORWARD_RECORDS(402),

  /** Block size, widths and counts of the block-max posting lists. */
  BLOCK_MAX_PARAMETERS(501),
  /** The impact scale of each document, f32, by document number. */
  BLOCK_MAX_DOCUMENT_SCALES(502),
  /** The places of each posting list and of its row of maxima, by term number. */
  BLOCK_MAX_TERMS(503),
  /** The superblock maxima, u8, by row and superblock. */
  BLOCK_MAX_SUPERBLOCK_MAXIMA(504),
  /** The maxima of 16 document blocks and the place of the postings, by row and superblock. */
  BLOCK_MAX_ENTRIES(505),
  /** The dense lists. They have local document numbers and impacts, superblock by superblock. */
  BLOCK_MAX_POSTINGS(506),
  /**
   * The sparse lists. They have the document numbers, maxima and impacts of the terms without a
   * row.
   */
  BLOCK_MAX_SPARSE_LISTS(507),

  /** Parameters of the clustered posting lists. */
  CLUSTER_PARAMETERS(601),
  /** The start of each list record in units of the alignment, u32, by term number. */
  CLUSTER_TERMS(602),
  /** The list records, with posting blocks and their summaries. */
  CLUSTER_LISTS(603),

  /** Counts of the impact-ordered posting lists. */
  IMPACT_PARAMETERS(701),
  /** The place of each list, its scale and its k-th impacts, by term number. */
  IMPACT_TERMS(702),
  /** The number of postings of the whole list that reach each impact level, u32, by row. */
  IMPACT_TOTALS(703),
  /**
   * The place of a window's postings and the number of them that reach each impact level, by row
   * and window.
   */
  IMPACT_WINDOWS(704),
  /** The windowed lists. They have local document numbers and impacts, window by window. */
  IMPACT_POSTINGS(705),
  /** The plain lists of the rarer terms. They have document numbers and impacts. */
  IMPACT_PLAIN_LISTS(706),

  /** The largest difference between a refined weight and an effective weight. */
  RESIDUAL_PARAMETERS(801),
  /** What rounding has left over of each weight, u8, by posting of the forward records. */
  RESIDUALS(802),

  /** The blocks of the positions less the ordinals, a packed array by ordinal. */
  POSITION_BLOCKS(901),
  /** The bits of the positions less the ordinals. */
  POSITION_BITS(902),
  /** The sum of the given weights of each document, f32, by document number. */
  DOCUMENT_LENGTHS(903),

  /** The type and the counts of each column. */
  COLUMN_RECORDS(1001),
  /** The names of the columns, a string list: offsets. */
  COLUMN_NAME_OFFSETS(1002),
  /** The names of the columns, a string list: UTF-8 bytes. */
  COLUMN_NAME_BYTES(1003),
  /** The distinct texts of each column in ascending order, one string list: offsets. */
  COLUMN_TEXT_OFFSETS(1004),
  /** The distinct texts of all columns: UTF-8 bytes. */
  COLUMN_TEXT_BYTES(1005),
  /** The blocks of the packed arrays of all columns. */
  COLUMN_BLOCKS(1006),
  /** The bits of the packed arrays of all columns. */
  COLUMN_BITS(1007),

  /** How often a document has a term, u8, by posting of the forward records. */
  FREQUENCIES(1101),

  /** The numbers of the deleted documents, a Roaring bitmap. */
  DELETED_DOCUMENTS(1201),

  /** The type, the largest norm and the number of vectors of each dense field. */
  DENSE_RECORDS(1301),
  /** The names of the dense fields, a string list: offsets. */
  DENSE_NAME_OFFSETS(1302),
  /** The names of the dense fields, a string list: UTF-8 bytes. */
  DENSE_NAME_BYTES(1303),
  /** By field: the number of the first row of each document, u32, by document number. */
  DENSE_STARTS(1304),
  /** By field of bytes: the scale of each row, f32. */
  DENSE_SCALES(1305),
  /** By field: the rows of values. */
  DENSE_VALUES(1306),

  /** The field, the parameters and the entry of each graph. */
  NEIGHBOUR_RECORDS(1601),
  /** By graph and level from 1 on: the number of rows of the level, u32. */
  NEIGHBOUR_LEVELS(1602),
  /** By graph and level from 1 on: the rows of the level, u32. */
  NEIGHBOUR_LEVEL_ROWS(1603),
  /** By graph and level from 1 on: the neighbours of each row of the level, u32. */
  NEIGHBOUR_UPPER(1604),
  /** By graph: the neighbours of each row at level 0, u32. */
  NEIGHBOUR_BASE(1605),
  /** By graph with them: the document of each row, u32. */
  NEIGHBOUR_DOCUMENTS(1606);

  private final int code;

  SectionKind(int code) {
    this.code = code;
  }

  /** Returns the code in the section directory. */
  public int code() {
    return code;
  }

  /**
   * Returns the kind with a code, or null if there is none.
   *
   * @param code the code in the section directory
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
