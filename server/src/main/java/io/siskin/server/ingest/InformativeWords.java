package io.siskin.server.ingest;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Shortens texts to their most informative words before a model encodes them, so that a model that
 * takes time by the token takes less: selective document encoding (Leonhardt, Müller, Rudra,
 * Khosla, Anand and Anand, "Efficient Neural Ranking Using Forward Indexes and Lightweight
 * Encoders", ACM TOIS 2023). The measure is the idf of a word in the input: the fewer texts have
 * it, the more it says. A word is a run of letters and digits, in lower case.
 *
 * <p>First all texts are added, and then they are shortened. Used by one thread.
 */
final class InformativeWords {
  private final Map<String, Integer> frequencies = new HashMap<>();

  /**
   * Counts the words of a text.
   *
   * @param text one text of the input
   */
  void add(String text) {
    Map<String, Boolean> seen = new HashMap<>();
    for (String word : words(text)) {
      String key = word.toLowerCase(Locale.ROOT);
      if (seen.put(key, true) == null) {
        frequencies.merge(key, 1, Integer::sum);
      }
    }
  }

  /**
   * Returns the most informative words of a text, in their order, with a space between them.
   *
   * @param text the text
   * @param share which share of its words is kept, above 0 to 1, rounded up. Of words that are in
   *     equally many texts the earlier ones are kept. With 1, the text stays as it is
   */
  String select(String text, double share) {
    if (share == 1) {
      return text;
    }
    String[] words = words(text);
    Integer[] order = new Integer[words.length];
    Arrays.setAll(order, i -> i);
    // The sort is stable, and idf falls as the frequency grows.
    Arrays.sort(order, (left, right) -> frequency(words[left]) - frequency(words[right]));
    int kept = (int) Math.ceil(share * words.length);
    Integer[] places = Arrays.copyOf(order, kept);
    Arrays.sort(places);
    StringBuilder selected = new StringBuilder();
    for (int place : places) {
      selected.append(selected.isEmpty() ? "" : " ").append(words[place]);
    }
    return selected.toString();
  }

  private int frequency(String word) {
    return frequencies.getOrDefault(word.toLowerCase(Locale.ROOT), 0);
  }

  private static String[] words(String text) {
    String[] words = new String[16];
    int count = 0;
    int start = -1;
    for (int at = 0; at <= text.length(); ) {
      int point = at < text.length() ? text.codePointAt(at) : ' ';
      boolean inWord = Character.isLetterOrDigit(point);
      if (inWord && start < 0) {
        start = at;
      } else if (!inWord && start >= 0) {
        if (count == words.length) {
          words = Arrays.copyOf(words, 2 * count);
        }
        words[count++] = text.substring(start, at);
        start = -1;
      }
      at += Character.charCount(point);
    }
    return Arrays.copyOf(words, count);
  }
}
