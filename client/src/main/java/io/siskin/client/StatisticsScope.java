package io.siskin.client;

/** Among which documents of a collection it is counted how frequent the terms of a query are. */
public enum StatisticsScope {
  /** All documents of the collection. */
  COLLECTION,

  /**
   * The documents of the tenant that searches. Its scores are those of a collection of its own. The
   * collection must have a tenant field, and an encoder that weighs terms by how frequent they are.
   */
  TENANT
}
