package io.siskin.index.build;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Gives each document its final document number. */
final class DocumentOrder {
  private DocumentOrder() {}

  /** Returns the number of each document in the spool, indexed by final document number. */
  static int[] of(
      Reordering reordering,
      Path directory,
      DocumentSpool spool,
      int threads,
      BuildProgress progress)
      throws IOException {
    return switch (reordering) {
      case Reordering.None() -> identity(spool.documentCount());
      case Reordering.GraphBisection bisection ->
          GraphBisection.order(bisection, directory, spool, threads, progress);
    };
  }

  static int[] identity(int count) {
    int[] order = new int[count];
    Arrays.setAll(order, i -> i);
    return order;
  }
}
