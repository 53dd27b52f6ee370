package io.siskin.index.format;

import org.jspecify.annotations.Nullable;

/** The files of a segment. Codes and names are part of the format and are never reused. */
public enum FileKind {
  /**
   * Statistics, build options and the table of the other files. Every segment has this file, and it
   * is read first.
   */
  META(1, "segment.meta"),
  /** The term dictionary. Every segment has this file. */
  TERMS(2, "terms.dat"),
  /** External ids and stored fields. Every segment has this file. */
  DOCUMENTS(3, "documents.dat"),
  /** The forward index, from document number to vector. */
  FORWARD(4, "forward.dat"),
  /** Posting lists with superblock and document-block maxima. */
  BLOCK_MAX(5, "blockmax.dat"),
  /** Posting lists cut into cohesive posting blocks with summaries. */
  CLUSTERS(6, "clusters.dat"),
  /** Posting lists in descending order of impacts, window by window. */
  IMPACTS(7, "impacts.dat"),
  /** The residuals, from document number to what rounding has left over of each weight. */
  RESIDUALS(8, "residuals.dat");

  private final int code;
  private final String fileName;

  FileKind(int code, String fileName) {
    this.code = code;
    this.fileName = fileName;
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
