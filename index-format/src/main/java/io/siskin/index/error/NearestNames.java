package io.siskin.index.error;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Finds the names that somebody may have meant, for messages. They are few, and they differ from
 * the wanted name by a slip only. A message does not list everything that exists.
 */
public final class NearestNames {
  /** The most names that a message gives. */
  public static final int COUNT_MAX = 3;

  /** The most edits (insert, delete, replace a character) between a name and a misspelled one. */
  public static final int DISTANCE_MAX = 3;

  // Bounds the work for one misspelled name.
  private static final int COMPARED_MAX = 1_000;

  private NearestNames() {}

  private record Candidate(String name, int distance) {}

  /**
   * Returns names near the wanted one, nearest first, then by name.
   *
   * @param wanted what was asked for
   * @param known what there is; of more than a thousand names, the first thousand are looked at
   */
  public static List<String> of(String wanted, Collection<String> known) {
    // Of a short name at most half may differ; more would be another name.
    int most = Math.min(DISTANCE_MAX, (wanted.length() + 1) / 2);
    String lowerCase = wanted.toLowerCase(Locale.ROOT);
    List<Candidate> near = new ArrayList<>();
    known.stream()
        .limit(COMPARED_MAX)
        .forEach(
            name -> {
              int distance = distance(lowerCase, name.toLowerCase(Locale.ROOT), most);
              if (distance <= most) {
                near.add(new Candidate(name, distance));
              }
            });
    return near.stream()
        .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
        .limit(COUNT_MAX)
        .map(Candidate::name)
        .toList();
  }

  /**
   * Returns the end of a message: the names that were perhaps meant, or nothing.
   *
   * @param wanted what was asked for
   * @param known what there is
   */
  public static String hint(String wanted, Collection<String> known) {
    List<String> near = of(wanted, known);
    return near.isEmpty() ? "" : "; similar: " + String.join(", ", near);
  }

  /**
   * Returns the Levenshtein distance of two texts, or any larger number than {@code most} when it
   * is above that.
   */
  private static int distance(String left, String right, int most) {
    int columns = right.length();
    if (Math.abs(left.length() - columns) > most) {
      return most + 1;
    }
    int[] above = new int[columns + 1];
    int[] row = new int[columns + 1];
    for (int column = 0; column <= columns; column++) {
      above[column] = column;
    }
    for (int at = 1; at <= left.length(); at++) {
      // Outside this band every distance is above the limit.
      int first = Math.max(1, at - most);
      int last = Math.min(columns, at + most);
      row[first - 1] = first == 1 ? at : most + 1;
      int best = row[first - 1];
      for (int column = first; column <= last; column++) {
        int replaced =
            above[column - 1] + (left.charAt(at - 1) == right.charAt(column - 1) ? 0 : 1);
        int deleted = column == at + most ? most + 1 : above[column] + 1;
        row[column] = Math.min(replaced, Math.min(deleted, row[column - 1] + 1));
        best = Math.min(best, row[column]);
      }
      if (best > most) {
        return best;
      }
      int[] spare = above;
      above = row;
      row = spare;
    }
    return above[columns];
  }
}
