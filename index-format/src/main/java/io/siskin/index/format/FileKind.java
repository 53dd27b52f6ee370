package io.siskin.index.format;

import org.jspecify.annotations.Nullable;

/**
 * The files of a segment, and one that stands beside it. Codes and names are part of the format and
 * are never reused.
 */
public enum FileKind {
  /**
   * Statistics, build options and the table of the other files. Every segment has this file, and it
   * is read first.
   */
  META(1, "segment.meta", 1),
  /** The term dictionary. Every segment has this file. */
  TERMS(2, "terms.dat", 1),
  /** External ids and stored fields. Every segment has this file. */
  DOCUMENTS(3, "documents.dat", 1),
  /** The forward index, from document number to vector. */
  FORWARD(4, "forward.dat", 1),
  /** Posting lists with superblock and document-block maxima. */
  BLOCK_MAX(5, "blockmax.dat", 1),
  /** Posting lists cut into cohesive posting blocks with summaries. */
  CLUSTERS(6, "clusters.dat", 1),
  /** Posting lists in descending order of impacts, window by window. */
  IMPACTS(7, "impacts.dat", 1),
  /** The residuals, from document number to what rounding has left over of each weight. */
  RESIDUALS(8, "residuals.dat", 1),
  /** The positions of the documents in the writes of the collection, and their lengths. */
  POSITIONS(9, "positions.dat", 2),
  /** The declared fields, column by column. */
  COLUMNS(10, "columns.dat", 2),
  /** The term frequencies, from document number to how often the document has each term. */
  FREQUENCIES(11, "frequencies.dat", 2),
  /**
   * The deleted documents of a segment. This file stands beside the segment, since the segment does
   * not change. Its name is that of the generation, and this one is only an example.
   */
  DELETES(12, "documents.del", 2),
  /** The dense vectors, field by field. */
  DENSE(13, "dense.dat", 2),
  /** The graphs of neighbours of dense vectors, graph by graph. */
  NEIGHBOURS(16, "neighbours.dat", 2);

  private final int code;
  private final String fileName;
  private final int firstVersion;

  FileKind(int code, String fileName, int firstVersion) {
    this.code = code;
    this.fileName = fileName;
    this.firstVersion = firstVersion;
  }

  /** Returns the code in the header. */
  public int code() {
    return code;
  }

  /** Returns the file's name in the segment's directory. */
  public String fileName() {
    return fileName;
  }

  /**
   * Returns whether the file table of a segment may name the file.
   *
   * @param version the format version of the segment
   */
  public boolean isInFileTable(int version) {
    return this != META && this != DELETES && version >= firstVersion;
  }

  /**
   * Returns the kind with a code, or null if there is none.
   *
   * @param code the code in the header
   */
  public static @Nullable FileKind ofCode(int code) {
    for (FileKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    return null;
  }
}
