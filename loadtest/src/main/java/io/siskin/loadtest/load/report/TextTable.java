package io.siskin.loadtest.load.report;

import java.util.ArrayList;
import java.util.List;

/** A table of text with aligned columns; the first ones to the left and numbers to the right. */
final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();
  private final int leftColumns;

  /**
   * Begins a table.
   *
   * @param leftColumns how many columns are aligned to the left
   * @param head the names of the columns
   */
  TextTable(int leftColumns, List<String> head) {
    this.leftColumns = leftColumns;
    rows.add(head);
  }

  /**
   * Adds a row.
   *
   * @param cells as many as the head has
   */
  void add(List<String> cells) {
    assert cells.size() == rows.getFirst().size() : cells;
    rows.add(List.copyOf(cells));
  }

  /** Returns the lines of the table, each with its end. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        String padding = " ".repeat(width(column) - row.get(column).length());
        line.append(column == 0 ? "" : "  ");
        line.append(column < leftColumns ? row.get(column) + padding : padding + row.get(column));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
