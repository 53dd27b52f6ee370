package io.siskin.server.rank.formula;

/**
 * What a formula may ask about the terms of a query and of a document. The contribution of a term
 * is its weight in the query times its stored weight in the document.
 */
public enum TermFeature {
  /** How many terms the query has, also those that no document has. */
  QUERY_TERMS,
  /** How many terms of the query the document has. */
  MATCHED_TERMS,
  /** That number divided by the number of terms of the query; 0 for a query without terms. */
  MATCHED_SHARE,
  /** How many different terms the document has. */
  DOCUMENT_TERMS,
  /** The sum of the document's stored weights. */
  DOCUMENT_WEIGHT,
  /** The largest contribution of a term of the query; 0 where none matches. */
  CONTRIBUTION_MAX,
  /** The sum of all contributions, which is the inner product of both vectors. */
  CONTRIBUTION_SUM,
  /** That sum divided by the number of terms that match; 0 where none does. */
  CONTRIBUTION_MEAN
}
