package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;

/**
 * How clustered lists are pruned, cut into posting blocks and summarised.
 *
 * <p>The options need no change when a collection grows, because list lengths are not absolute
 * numbers. The number of kept postings is counted per document and not as a share of all postings.
 * Encoders differ in the number of terms that they give to a document, but with all of them a
 * document is found by its few heaviest terms.
 *
 * @param postingsPerDocument the average number of postings that are kept per document, above 0.
 *     The heaviest postings of the segment are kept first. {@link #UNLIMITED} keeps all. A larger
 *     value allows a higher recall. It also makes the index larger, and building and searching
 *     slower
 * @param listShareMax the largest share of the segment's documents that a list keeps, above 0 to 1.
 *     A list may always keep {@link #LIST_LENGTH_CAP_MIN} postings. A larger value keeps more
 *     postings of the most frequent terms, which say least about a document
 * @param listLengthMin the smallest number of postings that a list keeps, 1 or more. A shorter list
 *     keeps all of its postings. With a larger value, rare terms keep documents in which their
 *     weight is small
 * @param plainListLengthMax a list with at most this many kept postings is one posting block
 *     without a summary, 0 or more. A larger value makes the index smaller, but searches score more
 *     documents
 * @param centroidShare the number of centroids per kept posting of a list, above 0 to 1. A larger
 *     value makes posting blocks smaller, their summaries more precise, and the index larger
 * @param documentCut the number of heaviest terms by which a document is assigned to a posting
 *     block, 1 to 64. With a larger value, the documents of a posting block are a little more
 *     similar, and the build is slower
 * @param blockSizeMin the smallest number of postings of a posting block, 1 or more. Smaller blocks
 *     are dissolved into other blocks. A larger value makes the index smaller and summaries less
 *     precise
 * @param summaryEnergy the share of a summary's sum of weights that is kept, above 0 to 1. The
 *     heaviest terms are kept first. With a larger value, the scores of summaries are better
 *     estimates, and the index is larger
 * @param summaryTermsMin the smallest number of terms that a summary keeps, whatever its energy, 0
 *     or more. A summary with fewer terms keeps them all. Short documents need this, because their
 *     summaries are short too
 * @param summaryRowLengthMin the smallest number of summaries of a list that must have a term, 1 or
 *     more. A term that fewer summaries have is left out of all of them. A larger value makes the
 *     index smaller, but searches score more documents. (If only one posting block is in a row, the
 *     row needs three times the bytes of its entry)
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
   * The number of postings that a list may always keep, whatever its share. In small collections a
   * share leaves too few postings, and reading this many postings costs little.
   */
  public static final int LIST_LENGTH_CAP_MIN = 1_000;

  /** The largest {@link #documentCut}. */
  public static final int DOCUMENT_CUT_MAX = 64;

  /**
   * A good choice for several kinds of collections. {@code docs/adr/0006-clustered-lists.md} has
   * the measurements.
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
   * Returns the largest number of postings that a list keeps.
   *
   * @param documentCount the number of documents of the segment
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
