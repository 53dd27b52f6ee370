package io.siskin.server.plan;

import io.siskin.index.quantize.QuantizedQuery;

/**
 * A query that a segment is calibrated with.
 *
 * @param query the query
 * @param source number of the document that it was made of, which is left out of the recall, since
 *     every mode finds it; {@link #NONE} for none
 */
public record SampleQuery(QuantizedQuery query, int source) {
  /** The query was not made of a document. */
  public static final int NONE = -1;

  /**
   * A query that was not made of a document.
   *
   * @param query the query
   */
  public static SampleQuery given(QuantizedQuery query) {
    return new SampleQuery(query, NONE);
  }
}
