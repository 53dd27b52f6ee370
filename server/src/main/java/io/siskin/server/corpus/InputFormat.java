package io.siskin.server.corpus;

/**
 * What a corpus or query file holds, once gzip or zstd is unpacked; {@code docs/input-formats.md}
 * describes each.
 */
public enum InputFormat {
  /** Found out from the name and the first bytes. */
  AUTO,
  /** One JSON object a line, with text, a sparse vector, or both. */
  JSONL,
  /** The NeurIPS'23 BigANN sparse matrix: rows are documents, columns are term ids. */
  CSR,
  /**
   * The Common Index File Format: posting lists of integer impacts, inverted into documents on the
   * way in.
   */
  CIFF
}
