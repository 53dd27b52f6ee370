package io.siskin.server.app.command;

import io.siskin.server.rank.scope.RankingModels.Feature;
import io.siskin.server.retrieve.RankingTrials.FeatureRow;
import java.util.List;

/** The lines of files of features. Numbers are the shortest that give the same single. */
final class FeatureLines {
  private FeatureLines() {}

  /**
   * Returns a line of SVMrank.
   *
   * @param grade the grade of the document, 0 or more
   * @param query the number of the query, 1 or more
   * @param row the document
   */
  static String svmrank(int grade, int query, FeatureRow row) {
    StringBuilder line = new StringBuilder().append(grade).append(" qid:").append(query);
    double[] values = row.values();
    for (int i = 0; i < values.length; i++) {
      line.append(' ').append(i + 1).append(':').append((float) values[i]);
    }
    return line.append(" # ").append(row.id()).append('\n').toString();
  }

  /**
   * Returns the first line of a table.
   *
   * @param features the features
   */
  static String header(List<Feature> features) {
    StringBuilder line = new StringBuilder("query,document,grade");
    features.forEach(feature -> line.append(',').append(quoted(feature.name())));
    return line.append('\n').toString();
  }

  /**
   * Returns a line of a table.
   *
   * @param query the id of the query
   * @param grade the grade of the document, 0 or more
   * @param row the document
   */
  static String csv(String query, int grade, FeatureRow row) {
    StringBuilder line = new StringBuilder();
    line.append(quoted(query)).append(',').append(quoted(row.id())).append(',').append(grade);
    for (double value : row.values()) {
      line.append(',').append((float) value);
    }
    return line.append('\n').toString();
  }

  /** Quotes what would be read otherwise (RFC 4180). */
  private static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
