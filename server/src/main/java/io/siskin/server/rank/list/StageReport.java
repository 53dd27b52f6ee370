package io.siskin.server.rank.list;

import java.util.List;

/**
 * What one stage of a tree did.
 *
 * @param name its name
 * @param documentsIn documents in the lists of its inputs, each list counted
 * @param documentsOut documents that it handed on
 * @param documentsScored documents that it scored
 * @param nanos how long it took without its inputs
 * @param isComplete whether it and its inputs did all that the tree asks for
 * @param expansion the terms of the query of a feedback, heaviest first
 */
public record StageReport(
    String name,
    long documentsIn,
    long documentsOut,
    long documentsScored,
    long nanos,
    boolean isComplete,
    List<Term> expansion) {
  /**
   * One term of an expanded query.
   *
   * @param name the token, or the term id in decimal
   * @param weight its weight in the expanded query
   * @param fromDocuments what of this came from documents
   */
  public record Term(String name, float weight, float fromDocuments) {}
}
