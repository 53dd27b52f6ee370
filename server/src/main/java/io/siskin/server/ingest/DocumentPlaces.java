package io.siskin.server.ingest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where each document of a build was read, so that a second one of its id can name the first. Takes
 * four bytes of heap per document. Used by one thread.
 */
final class DocumentPlaces {
  private int[] numbers = new int[1024];
  private int count;

  /** What stands before the number, one for each file, and the first document of each. */
  private final List<String> prefixes = new ArrayList<>();

  private final List<Integer> firstDocuments = new ArrayList<>();

  /**
   * Adds the place of the next document.
   *
   * @param place {@code file:line} or {@code file#row}
   */
  void add(String place) {
    int numberStart = 1 + Math.max(place.lastIndexOf(':'), place.lastIndexOf('#'));
    if (prefixes.isEmpty() || !isBehind(prefixes.getLast(), numberStart, place)) {
      prefixes.add(place.substring(0, numberStart));
      firstDocuments.add(count);
    }
    if (count == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * count);
    }
    numbers[count++] = Integer.parseUnsignedInt(place, numberStart, place.length(), 10);
  }

  /**
   * Returns the place of a document.
   *
   * @param document its number in the order of adding, from 0
   */
  String get(int document) {
    int file = firstDocuments.size() - 1;
    while (firstDocuments.get(file) > document) {
      file--;
    }
    return prefixes.get(file) + Integer.toUnsignedString(numbers[document]);
  }

  private static boolean isBehind(String prefix, int numberStart, String place) {
    return prefix.length() == numberStart && place.startsWith(prefix);
  }
}
