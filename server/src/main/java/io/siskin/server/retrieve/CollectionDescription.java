package io.siskin.server.retrieve;

import io.siskin.index.segment.SegmentStatistics.Vocabulary;
import io.siskin.server.plan.Planner;
import io.siskin.server.search.SearchMode;
import java.util.List;

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
    boolean damaged) {
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
