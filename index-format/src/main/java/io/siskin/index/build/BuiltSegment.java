package io.siskin.index.build;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.SegmentId;
import io.siskin.index.quantize.Quantization;
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
 * @param weighting how its weights were made. If its input decided, this is what was decided: a
 *     later segment of the same collection is built with it
 * @param quantization how its weights became impacts, in the same sense
 * @param lengths bytes of each file
 */
public record BuiltSegment(
    SegmentId id,
    int documentCount,
    int emptyDocumentCount,
    int termCount,
    long postingCount,
    Weighting.Pinned weighting,
    Quantization.Pinned quantization,
    Map<FileKind, Long> lengths) {
  static BuiltSegment of(
      SegmentId id, DocumentSpool spool, PinnedRules rules, List<WrittenFile> files) {
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
        rules.weighting(),
        rules.quantization(),
        lengths);
  }

  /** Returns the bytes of all files together. */
  public long lengthBytes() {
    return lengths.values().stream().mapToLong(Long::longValue).sum();
  }
}
