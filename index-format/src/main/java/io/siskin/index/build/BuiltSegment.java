package io.siskin.index.build;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.SegmentId;
import io.siskin.index.store.SegmentFileWriter.WrittenFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The result of a build.
 *
 * @param id the segment's id
 * @param documentCount documents, empty ones included
 * @param emptyDocumentCount documents without a term
 * @param termCount distinct terms
 * @param postingCount (document, term) pairs
 * @param lengths bytes of each file
 */
public record BuiltSegment(
    SegmentId id,
    int documentCount,
    int emptyDocumentCount,
    int termCount,
    long postingCount,
    Map<FileKind, Long> lengths) {
  static BuiltSegment of(SegmentId id, DocumentSpool spool, List<WrittenFile> files) {
    Map<FileKind, Long> lengths = new LinkedHashMap<>();
    for (WrittenFile file : files) {
      lengths.put(file.kind(), file.lengthBytes());
    }
    return new BuiltSegment(
        id,
        spool.documentCount(),
        spool.emptyDocumentCount(),
        spool.terms().size(),
        spool.postingCount(),
        lengths);
  }

  /** Returns the bytes of all files together. */
  public long lengthBytes() {
    return lengths.values().stream().mapToLong(Long::longValue).sum();
  }
}
