package io.siskin.server.encode.phrase;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Phrases as a tree of words. A text is followed word by word from each place where nothing was
 * found before; the fallback links of Aho and Corasick (1975) would save a second look at words,
 * which the longest phrases are too short to make worth it.
 *
 * <p>Filled by one thread, then safe to share.
 */
final class PhraseTrie {
  private static final int NONE = -1;

  /** By node: the term that ends there, or none. The root is node 0. */
  private final List<Integer> terms = new ArrayList<>(List.of(NONE));

  private final Map<Edge, Integer> nodes = new HashMap<>();

  /** From a node by a word. */
  private record Edge(int node, String word) {}

  /**
   * The longest phrase at a place.
   *
   * @param wordCount how many words it has, 0 if there is none
   * @param term what it stands for
   */
  record Match(int wordCount, int term) {}

  /** Adds a phrase and returns the term that it stands for: the new one, or one from before. */
  int add(List<String> words, int term) {
    int node = 0;
    for (String word : words) {
      int next = terms.size();
      Integer known = nodes.putIfAbsent(new Edge(node, word), next);
      if (known == null) {
        terms.add(NONE);
      }
      node = known == null ? next : known;
    }
    if (terms.get(node) == NONE) {
      terms.set(node, term);
    }
    return terms.get(node);
  }

  /** Returns the longest phrase that begins at a word. */
  Match longest(List<String> words, int from) {
    Match longest = new Match(0, NONE);
    Integer node = 0;
    for (int at = from; at < words.size(); at++) {
      node = nodes.get(new Edge(node, words.get(at)));
      if (node == null) {
        break;
      }
      if (terms.get(node) != NONE) {
        longest = new Match(at - from + 1, terms.get(node));
      }
    }
    return longest;
  }
}
