package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;

/**
 * The first 24 bytes of a {@code .csr} file and the places that follow from them.
 *
 * @param rowCount documents, 0 to 2^31 − 1
 * @param columnCount the vocabulary: term ids are below it, 0 to 2^32
 * @param entryCount postings of all documents, 0 to 2^48
 */
record CsrHeader(long rowCount, long columnCount, long entryCount) {
  static final int LENGTH_BYTES = 3 * Long.BYTES;

  private static final long COLUMN_COUNT_MAX = 1L << 32;
  private static final long ENTRY_COUNT_MAX = 1L << 48;

  /**
   * Checks the ranges.
   *
   * @throws InvalidInputException that names the byte offset
   */
  CsrHeader {
    Ranges.check("nrow at byte 0", rowCount, 0, Integer.MAX_VALUE);
    Ranges.check("ncol at byte 8", columnCount, 0, COLUMN_COUNT_MAX);
    Ranges.check("nnz at byte 16", entryCount, 0, ENTRY_COUNT_MAX);
  }

  /** Where {@code indptr} starts. */
  static long offsetsStart() {
    return LENGTH_BYTES;
  }

  /** Where {@code indices} starts. */
  long indicesStart() {
    return LENGTH_BYTES + Long.BYTES * (rowCount + 1);
  }

  /** Where {@code data} starts. */
  long weightsStart() {
    return indicesStart() + Integer.BYTES * entryCount;
  }

  /** The length of a whole file. */
  long fileLength() {
    return weightsStart() + Float.BYTES * entryCount;
  }
}
