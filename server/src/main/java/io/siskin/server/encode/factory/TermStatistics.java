package io.siskin.server.encode.factory;

/**
 * What an encoder may ask of the collection whose queries it encodes.
 *
 * <p>Implementations answer for the collection as it is now, are safe for concurrent use and take
 * about a dictionary look-up a call. Those of a tenant count in the tenant's documents at the first
 * call for a token.
 */
public interface TermStatistics {
  /** The collection without a document: what there is to know before one is indexed. */
  TermStatistics EMPTY =
      new TermStatistics() {
        @Override
        public long documentCount() {
          return 0;
        }

        @Override
        public long documentFrequency(String token) {
          return 0;
        }
      };

  /** Returns the number of documents that have a term, 0 or more. */
  long documentCount();

  /**
   * Returns how many documents contain a token, 0 to {@link #documentCount}.
   *
   * @param token as the collection's analyzer spells it
   */
  long documentFrequency(String token);
}
