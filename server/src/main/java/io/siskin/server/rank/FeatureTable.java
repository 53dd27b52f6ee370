package io.siskin.server.rank;

import io.siskin.server.rank.list.Ranked;
import java.util.List;

/**
 * The features of the documents of a list.
 *
 * @param list the list
 * @param rows the features of each document, in the order of the list; not to be changed
 */
public record FeatureTable(Ranked list, List<double[]> rows) {
  /** Copies the list of rows. */
  public FeatureTable {
    rows = List.copyOf(rows);
  }
}
