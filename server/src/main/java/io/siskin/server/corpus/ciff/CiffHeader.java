package io.siskin.server.corpus.ciff;

/**
 * The message at the start of a CIFF file.
 *
 * @param version the format's version, 1
 * @param postingsListCount how many posting lists follow
 * @param documentCount how many document records follow them
 * @param totalPostingsListCount the vocabulary of the whole collection, of which the file may hold
 *     a part
 * @param totalDocumentCount the documents of the whole collection, of which the file may hold a
 *     part
 * @param totalTermCount the sum of all document lengths of the whole collection
 * @param averageDocumentLength as the exporter computed it
 * @param description for people
 */
public record CiffHeader(
    int version,
    int postingsListCount,
    int documentCount,
    int totalPostingsListCount,
    int totalDocumentCount,
    long totalTermCount,
    double averageDocumentLength,
    String description) {
  /** The version that is read and written. */
  public static final int VERSION = 1;

  /**
   * Makes the header of a file that holds its whole collection.
   *
   * @param postingsListCount how many posting lists follow
   * @param documentCount how many document records follow them
   * @param totalTermCount the sum of all document lengths
   * @param description for people
   */
  public static CiffHeader whole(
      int postingsListCount, int documentCount, long totalTermCount, String description) {
    double average = documentCount == 0 ? 0 : (double) totalTermCount / documentCount;
    return new CiffHeader(
        VERSION,
        postingsListCount,
        documentCount,
        postingsListCount,
        documentCount,
        totalTermCount,
        average,
        description);
  }

  /** Returns the number that every docid of the file is below. */
  public int docidLimit() {
    return Math.max(documentCount, totalDocumentCount);
  }
}
