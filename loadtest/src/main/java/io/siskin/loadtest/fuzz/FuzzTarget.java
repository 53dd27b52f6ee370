package io.siskin.loadtest.fuzz;

import java.util.List;

/**
 * Something that reads what others have written.
 *
 * @param name its name
 * @param weight its part of all inputs, in relation to others; 1 or more
 * @param corpus valid inputs
 * @param reader reads one input
 */
record FuzzTarget(String name, int weight, List<byte[]> corpus, Reader reader) {
  /** Copies the corpus. */
  FuzzTarget {
    corpus = List.copyOf(corpus);
  }

  /** Reads an input. */
  @FunctionalInterface
  interface Reader {
    /**
     * Reads an input, and throws one of the errors that say what is wrong with it.
     *
     * @param input the input
     */
    void read(byte[] input) throws Exception;
  }
}
