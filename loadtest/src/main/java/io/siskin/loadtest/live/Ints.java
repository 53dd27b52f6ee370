package io.siskin.loadtest.live;

/** Numbers in the words of a command. */
final class Ints {
  private Ints() {}

  /**
   * Returns the numbers from one word on.
   *
   * @param words the words of a command
   * @param from the first one that is a number
   */
  static int[] of(String[] words, int from) {
    int[] numbers = new int[words.length - from];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Integer.parseInt(words[from + i]);
    }
    return numbers;
  }
}
