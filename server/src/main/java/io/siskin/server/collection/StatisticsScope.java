package io.siskin.server.collection;

import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.spec.EncoderSpec;

/** Among which documents of a collection it is counted how frequent the terms of a query are. */
public enum StatisticsScope {
  /** All documents of the collection. */
  COLLECTION,

  /**
   * The documents of the tenant that searches. Its scores are those that it would have in a
   * collection of its own.
   */
  TENANT;

  private static final String FIELD = "statistics";

  /**
   * Checks that there are tenants where their statistics are wanted.
   *
   * @param schema the declared fields of the collection
   * @throws InvalidInputException when there are none
   */
  public void checkFit(Schema schema) {
    if (this == TENANT && schema.tenantField() == null) {
      throw new InvalidInputException(
          FIELD, this, COLLECTION + ", since the schema has no tenant field");
    }
  }

  /**
   * Checks that somebody asks for the statistics of tenants where they are wanted.
   *
   * @param encoder how text becomes vectors
   * @throws InvalidInputException when the encoder asks for none
   */
  public void checkFit(EncoderSpec encoder) {
    if (this == TENANT && !encoder.usesStatistics()) {
      throw new InvalidInputException(
          FIELD,
          this,
          COLLECTION
              + ", since the encoder "
              + encoder.kind()
              + " does not weigh the terms of queries by how frequent they are");
    }
  }
}
