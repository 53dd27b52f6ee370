package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;

/**
 * How the posting lists of the approximate mode are pruned, cut into posting blocks and summarised.
 *
 * <p>Nothing here is an absolute list length that would have to follow the size of a collection,
 * and what is kept is counted a document and not as a share of all postings: encoders differ in how
 * many terms they give a document, but a document is found by its heaviest few in all of them.
 *
 * @param postingsPerDocument how many postings are kept for each document on average, the heaviest
 *     of the segment first, above 0; {@link #UNLIMITED} keeps all: raising it raises the recall
 *     that can be reached, and the bytes of the index, the time of building and of searching
 * @param listShareMax the largest share of the segment's documents that a list keeps, above 0 to 1
 *     (but {@link #LIST_LENGTH_CAP_MIN} postings may always stay): raising it keeps more of the
 *     most frequent terms' postings, which are the least telling ones
 * @param listLengthMin a list keeps at least this many postings, or all that it has, 1 or more:
 *     raising it lets rare terms keep documents in which they weigh little
 * @param plainListLengthMax a list with at most this many kept postings is one posting block
 *     without a summary, 0 or more: raising it saves bytes and scores more documents
 * @param centroidShare posting blocks that are begun per kept posting of a list, above 0 to 1:
 *     raising it makes posting blocks smaller and their summaries sharper, and the index larger
 * @param documentCut with how many of its heaviest terms a document looks for its posting block, 1
 *     to 64: raising it makes posting blocks a little more cohesive and the build slower
 * @param blockSizeMin posting blocks with fewer postings are dissolved into others, 1 or more:
 *     raising it makes the index smaller and summaries less sharp
 * @param summaryEnergy how much of a summary's sum of weights is kept, heaviest terms first, above
 *     0 to 1: raising it makes the summaries' scores better estimates, and the index larger
 * @param summaryTermsMin a summary keeps at least this many terms whatever its energy, or all that
 *     it has, 0 or more: short documents need it, whose summaries are short too
 * @param summaryRowLengthMin a term that fewer of a list's summaries have is left out of all of
 *     them, 1 or more: raising it saves bytes (a row that only one posting block is in costs three
 *     times its entry) and scores more documents
 */
public record ClusterOptions(
    double postingsPerDocument,
    double listShareMax,
    int listLengthMin,
    int plainListLengthMax,
    double centroidShare,
    int documentCut,
    int blockSizeMin,
    double summaryEnergy,
    int summaryTermsMin,
    int summaryRowLengthMin) {
  /** A {@link #postingsPerDocument} that no document reaches. */
  public static final double UNLIMITED = Double.MAX_VALUE;

  /**
   * A list may always keep this many postings, whatever its share: in small collections a share
   * leaves too few, and reading so many costs little.
   */
  public static final int LIST_LENGTH_CAP_MIN = 1_000;

  /** The largest {@link #documentCut}. */
  public static final int DOCUMENT_CUT_MAX = 64;

  /**
   * What {@code docs/adr/0006-clustered-lists.md} measures as a good choice over several kinds of
   * collections.
   */
  public static final ClusterOptions DEFAULTS =
      new ClusterOptions(30, 0.006, 16, 16, 0.2, 15, 3, 0.6, 64, 4);

  /** Checks the ranges. */
  public ClusterOptions {
    require("postings_per_document", postingsPerDocument, postingsPerDocument > 0, "above 0");
    requireShare("list_share_max", listShareMax);
    require("list_length_min", listLengthMin, listLengthMin >= 1, "1 or more");
    require("plain_list_length_max", plainListLengthMax, plainListLengthMax >= 0, "0 or more");
    requireShare("centroid_share", centroidShare);
    require(
        "document_cut",
        documentCut,
        documentCut >= 1 && documentCut <= DOCUMENT_CUT_MAX,
        "1 to " + DOCUMENT_CUT_MAX);
    require("block_size_min", blockSizeMin, blockSizeMin >= 1, "1 or more");
    requireShare("summary_energy", summaryEnergy);
    require("summary_terms_min", summaryTermsMin, summaryTermsMin >= 0, "0 or more");
    require("summary_row_length_min", summaryRowLengthMin, summaryRowLengthMin >= 1, "1 or more");
  }

  /**
   * Returns the most postings that a list keeps.
   *
   * @param documentCount the segment's documents
   */
  int listLengthMax(int documentCount) {
    return Math.max(LIST_LENGTH_CAP_MIN, (int) Math.ceil(listShareMax * documentCount));
  }

  private static void requireShare(String name, double value) {
    require(name, value, value > 0 && value <= 1, "above 0, at most 1");
  }

  private static void require(String name, Object value, boolean holds, String range) {
    if (!holds) {
      throw new InvalidInputException(name, value, range);
    }
  }
}
