package io.siskin.server.retrieve;

import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.plan.Planner;
import io.siskin.server.search.SearchMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a collection is and holds.
 *
 * @param name its name
 * @param documentCount documents, empty ones included
 * @param termCount distinct terms, summed over segments
 * @param postingCount (document, term) pairs with a stored impact
 * @param lengthBytes bytes of all its files
 * @param documentEncoder name of the encoder that its documents went through; {@code vector} when
 *     they came as vectors
 * @param queryEncoder name of the encoder for query text; {@code vector} when only vectors can be
 *     searched
 * @param encoderParameters the encoders' parameters as one JSON object
 * @param vocabulary how its terms are named in vectors
 * @param storedFields names of the stored fields
 * @param defaultMode the mode that a request for 10 hits gets that names neither mode nor target;
 *     where segments get different ones, that of the segment with the most documents
 * @param defaultRecallTarget the recall target of a request that names neither mode nor target,
 *     above 0 to 1, where 1 is exact
 * @param expectations what recall targets lead to; none without a calibration
 * @param segments its segments
 * @param damaged whether its files are damaged, so that it answers no search until they are whole
 * @param storage how it is kept
 */
public record CollectionDescription(
    String name,
    long documentCount,
    long termCount,
    long postingCount,
    long lengthBytes,
    String documentEncoder,
    String queryEncoder,
    String encoderParameters,
    Vocabulary vocabulary,
    List<String> storedFields,
    SearchMode defaultMode,
    float defaultRecallTarget,
    List<Planner.Expectation> expectations,
    List<SegmentDescription> segments,
    boolean damaged,
    StorageDescription storage) {
  /**
   * How a collection is kept.
   *
   * @param settings what was chosen when it was made
   * @param lastPosition the position of the last write that searches see; 0 for none
   * @param deletedDocumentCount documents that are deleted or replaced and still in its files
   * @param memory the memory that it takes
   * @param aliases the aliases that name it, in ascending order
   * @param lengths the average lengths of its documents
   */
  public record StorageDescription(
      CollectionSettings settings,
      long lastPosition,
      long deletedDocumentCount,
      MemoryDescription memory,
      List<String> aliases,
      LengthDescription lengths) {}

  /**
   * The average length of documents under BM25, in tokens.
   *
   * @param pinned by which all documents are weighed, above 0; null where none is pinned
   * @param present of the documents as they are now, 0 or more; null where none is pinned, and
   *     where it is not known
   */
  public record LengthDescription(@Nullable Double pinned, @Nullable Double present) {
    /** Of a collection that pins none. */
    public static final LengthDescription NONE = new LengthDescription(null, null);
  }

  /**
   * The memory of a collection, in bytes.
   *
   * @param heapBytes on the heap, an estimate: writes that wait, declared fields of documents that
   *     are not in a segment yet, sets of live documents, what the filter cache has of it, and
   *     scratch memory that is kept for the next search
   * @param anonymousBytes outside of the heap and of files: documents that are not in a segment
   *     yet, and dictionaries of stored fields
   * @param mappedBytes files that are mapped
   * @param residentBytes what of the mapped files is in memory now, in whole pieces of 256 KiB; 0
   *     where the system does not tell
   * @param logBytes the log on the disk while this process writes the collection, else 0
   */
  public record MemoryDescription(
      long heapBytes, long anonymousBytes, long mappedBytes, long residentBytes, long logBytes) {}

  /**
   * One immutable segment.
   *
   * @param id 32 hexadecimal digits
   * @param formatVersion version of its files
   * @param documentCount its documents
   * @param postingCount its postings
   * @param structures which structures it carries
   */
  public record SegmentDescription(
      String id,
      int formatVersion,
      long documentCount,
      long postingCount,
      List<StructureDescription> structures) {}

  /**
   * One index structure of a segment.
   *
   * @param name its name, for example {@code forward.dat}
   * @param lengthBytes its size in bytes
   */
  public record StructureDescription(String name, long lengthBytes) {}
}
